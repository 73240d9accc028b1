#include "hardware/engines/user.h"

#include "hardware/questions.h"
#include "hardware/text.h"

#include <algorithm>
#include <set>
#include <sys/resource.h>
#include <unistd.h>

namespace firstlight {

namespace {

constexpr std::size_t usersLimitBytes = 4u << 20;

bool isWritable(const Root &root, const std::string &folder)
{
    const std::string path = '/' + folder;
    return answeredYesOrNo(root, "writable " + path,
                           [&]() -> std::optional<bool> { return access(path.c_str(), W_OK) == 0; })
        .value_or(false);
}

/// Where a rootless engine's containers would go: below the user's own service manager, else below this
/// process.
std::optional<std::string> unifiedFolder(const Root &root, const Cgroups &cgroups,
                                         const std::string &mountPoint, unsigned id)
{
    if (id == 0)
        return mountPoint;
    const std::string number = std::to_string(id);
    const std::string service
        = mountPoint + "/user.slice/user-" + number + ".slice/user@" + number + ".service";
    if (root.exists(service))
        return service;
    const auto own = cgroups.lineage(""); // the unified hierarchy
    return own && own->unified ? std::optional(own->folders.front()) : std::nullopt;
}

std::string userName(const Root &root, unsigned id)
{
    const std::string text = root.read("etc/passwd", usersLimitBytes).value_or("");
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

std::optional<std::uint64_t> hardLimit(const Root &root, const char *name, __rlimit_resource_t resource,
                                       std::optional<std::uint64_t> cap)
{
    // No limit is the largest number.
    const auto most
        = answeredNumber(root, std::string("hard limit of ") + name, [&]() -> std::optional<std::uint64_t> {
              rlimit limit{};
              if (getrlimit(resource, &limit) != 0)
                  return std::nullopt;
              return limit.rlim_max;
          });
    if (!most || *most == RLIM_INFINITY)
        return most ? cap : std::nullopt;
    return cap ? std::min(*most, *cap) : *most;
}

std::optional<bool> askSubordinateIds(const Root &root, unsigned id)
{
    const auto subuid = root.read("etc/subuid", usersLimitBytes);
    const auto subgid = root.read("etc/subgid", usersLimitBytes);
    if (!subuid || !subgid)
        return std::nullopt;
    return hasSubordinateIds(*subuid, *subgid, userName(root, id), id);
}

} // namespace

std::vector<std::string> delegatedControllers(const Root &root, const Cgroups &cgroups, unsigned id)
{
    std::set<std::string> names;
    for (const std::string &controller : cgroups.versionOneControllers()) {
        const auto lineage = cgroups.lineage(controller);
        if (lineage && isWritable(root, lineage->folders.back()))
            names.insert(controller);
    }
    const auto mountPoint = cgroups.unifiedMountPoint();
    const auto folder = mountPoint ? unifiedFolder(root, cgroups, *mountPoint, id) : std::nullopt;
    if (folder && isWritable(root, *folder)) {
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

std::optional<bool> subordinateIds(const Root &root, unsigned id)
{
    if (id == 0)
        return std::nullopt;
    return answeredYesOrNo(root, "subordinate ids", [&] { return askSubordinateIds(root, id); });
}

std::optional<std::uint64_t> openFilesLimit(const Root &root)
{
    return hardLimit(root, "open files", RLIMIT_NOFILE, root.readNumber("proc/sys/fs/nr_open"));
}

std::optional<std::uint64_t> processesLimit(const Root &root)
{
    return hardLimit(root, "processes", RLIMIT_NPROC, root.readNumber("proc/sys/kernel/pid_max"));
}

} // namespace firstlight
