#include "hardware/accelerators/nodes.h"

#include <cerrno>
#include <unistd.h>

namespace firstlight {

namespace {

// "usable", "absent", "denied", or "denied GROUP" where being in that group would help.
std::optional<std::string> askAccess(const std::string &path)
{
    if (access(path.c_str(), R_OK | W_OK) == 0)
        return "usable";
    if (errno == ENOENT || errno == ENOTDIR)
        return "absent";
    return "denied";
}

DeviceNode nodeFrom(const std::string &path, const std::string &answer)
{
    const std::size_t blank = answer.find(' ');
    const std::string word = answer.substr(0, blank);
    DeviceNode node{.path = path, .access = NodeAccess::Denied, .group = std::nullopt};
    if (word == "usable")
        node.access = NodeAccess::Usable;
    else if (word == "absent")
        node.access = NodeAccess::Absent;
    else if (blank != std::string::npos)
        node.group = answer.substr(blank + 1);
    return node;
}

} // namespace

void addNode(const Root &root, const std::string &path, std::vector<DeviceNode> &nodes)
{
    if (const auto answer = root.answer("access " + path, [&] { return askAccess(path); }))
        nodes.push_back(nodeFrom(path, *answer));
    else if (root.exists("dev"))
        nodes.push_back(nodeFrom(path, root.exists(path.substr(1)) ? "usable" : "absent"));
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
