#include "hardware/accelerators/nodes.h"

#include "hardware/text.h"

#include <cerrno>
#include <sys/stat.h>
#include <unistd.h>

namespace firstlight {

namespace {

// The group's name in /etc/group, else its number, which usermod takes as well (groups of a directory service
// stand in no file).
std::string groupName(const Root &root, gid_t group)
{
    const std::string number = std::to_string(group);
    std::string name = number;
    forEachLine(root.read("etc/group", 1u << 20).value_or(""), [&](std::string_view line) {
        const auto fields = split(line, ':');
        if (fields.size() >= 3 && fields[2] == number && !fields[0].empty() && name == number)
            name = fields[0];
    });
    return name;
}

// Members of root's own group would get far more than the device.
bool groupMayOpen(const struct stat &status)
{
    constexpr mode_t readAndWrite = S_IRGRP | S_IWGRP;
    return (status.st_mode & readAndWrite) == readAndWrite && status.st_gid != 0;
}

// "usable", "absent", "denied", or "denied GROUP" where being in that group would help.
std::optional<std::string> askAccess(const Root &root, const std::string &path)
{
    if (access(path.c_str(), R_OK | W_OK) == 0)
        return "usable";
    if (errno == ENOENT || errno == ENOTDIR)
        return "absent";
    struct stat status { };
    if (stat(path.c_str(), &status) != 0 || !groupMayOpen(status))
        return "denied";
    return "denied " + groupName(root, status.st_gid);
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
        node.group = answer.substr(blank + 1); // a name has no blank
    return node;
}

} // namespace

void addNode(const Root &root, const std::string &path, std::vector<DeviceNode> &nodes)
{
    if (const auto answer = root.answer("access " + path, [&] { return askAccess(root, path); }))
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
