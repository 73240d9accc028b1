#include "hardware/engines/user.h"

#include "hardware/text.h"

#include <algorithm>
#include <set>
#include <sys/resource.h>
#include <unistd.h>

namespace firstlight {

namespace {

bool isWritable(const std::string &folder)
{
    return access(('/' + folder).c_str(), W_OK) == 0;
}

/// Where a rootless engine's containers would go: below the user's own service manager, else below this
/// process.
std::optional<std::string> unifiedFolder(const Root &root, const Cgroups &cgroups,
                                         const std::string &mountPoint)
{
    if (geteuid() == 0)
        return mountPoint;
    const std::string id = std::to_string(geteuid());
    const std::string service = mountPoint + "/user.slice/user-" + id + ".slice/user@" + id + ".service";
    if (root.exists(service))
        return service;
    const auto own = cgroups.lineage(""); // the unified hierarchy
    return own && own->unified ? std::optional(own->folders.front()) : std::nullopt;
}

std::string userName(const Root &root, unsigned id)
{
    const std::string text = root.read("etc/passwd", 4u << 20).value_or("");
    std::string name;
    forEachLine(text, [&](std::string_view line) {
        const auto fields = split(line, ':');
        if (fields.size() > 2 && name.empty() && parseUnsigned(fields[2]) == id)
            name = fields[0];
    });
    return name;
}

bool namesUser(const std::string &text, const std::string &name, unsigned id)
{
    bool found = false;
    forEachLine(text, [&](std::string_view line) {
        const auto fields = split(trimmed(line), ':');
        if (fields.size() != 3 || parseUnsigned(fields[2]).value_or(0) == 0)
            return;
        found = found || (!name.empty() && fields[0] == name) || parseUnsigned(fields[0]) == id;
    });
    return found;
}

std::optional<std::uint64_t> hardLimit(__rlimit_resource_t resource, std::optional<std::uint64_t> cap)
{
    rlimit limit{};
    if (getrlimit(resource, &limit) != 0)
        return std::nullopt;
    if (limit.rlim_max == RLIM_INFINITY)
        return cap;
    return cap ? std::min<std::uint64_t>(limit.rlim_max, *cap) : limit.rlim_max;
}

} // namespace

std::vector<std::string> delegatedControllers(const Root &root, const Cgroups &cgroups)
{
    std::set<std::string> names;
    for (const std::string &controller : cgroups.versionOneControllers()) {
        const auto lineage = cgroups.lineage(controller);
        if (lineage && isWritable(lineage->folders.back()))
            names.insert(controller);
    }
    const auto mountPoint = cgroups.unifiedMountPoint();
    const auto folder = mountPoint ? unifiedFolder(root, cgroups, *mountPoint) : std::nullopt;
    if (folder && isWritable(*folder)) {
        const std::string text = root.read(*folder + "/cgroup.controllers").value_or("");
        for (const std::string_view name : words(text))
            names.emplace(name);
    }
    return {names.begin(), names.end()};
}

bool hasSubordinateIds(const std::string &subuidText, const std::string &subgidText, const std::string &name,
                       unsigned id)
{
    return namesUser(subuidText, name, id) && namesUser(subgidText, name, id);
}

std::optional<bool> subordinateIds(const Root &root)
{
    if (geteuid() == 0)
        return std::nullopt;
    const auto subuid = root.read("etc/subuid", 4u << 20);
    const auto subgid = root.read("etc/subgid", 4u << 20);
    if (!subuid || !subgid)
        return std::nullopt;
    return hasSubordinateIds(*subuid, *subgid, userName(root, geteuid()), geteuid());
}

std::optional<std::uint64_t> openFilesLimit(const Root &root)
{
    return hardLimit(RLIMIT_NOFILE, root.readNumber("proc/sys/fs/nr_open"));
}

std::optional<std::uint64_t> processesLimit(const Root &root)
{
    return hardLimit(RLIMIT_NPROC, root.readNumber("proc/sys/kernel/pid_max"));
}

} // namespace firstlight
