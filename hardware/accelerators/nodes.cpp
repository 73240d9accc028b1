#include "hardware/accelerators/nodes.h"

#include <cerrno>
#include <unistd.h>

namespace firstlight {

namespace {

NodeAccess liveAccess(const std::string &path)
{
    if (access(path.c_str(), R_OK | W_OK) == 0)
        return NodeAccess::Usable;
    return errno == ENOENT || errno == ENOTDIR ? NodeAccess::Absent : NodeAccess::Denied;
}

} // namespace

void addNode(const Root &root, const std::string &path, std::vector<DeviceNode> &nodes)
{
    if (root.isLive()) {
        nodes.push_back({path, liveAccess(path)});
        return;
    }
    if (root.exists("dev"))
        nodes.push_back({path, root.exists(path.substr(1)) ? NodeAccess::Usable : NodeAccess::Absent});
}

void addKernelNodes(const Root &root, const std::string &deviceFolder, std::vector<DeviceNode> &nodes)
{
    for (const std::string &name : root.entries(deviceFolder + "/drm")) {
        if (name.starts_with("renderD"))
            addNode(root, "/dev/dri/" + name, nodes);
    }
    for (const std::string &name : root.entries(deviceFolder + "/accel")) {
        if (name.starts_with("accel"))
            addNode(root, "/dev/accel/" + name, nodes);
    }
}

} // namespace firstlight
