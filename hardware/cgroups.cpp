#include "hardware/cgroups.h"

#include "hardware/text.h"

#include <algorithm>
#include <array>

namespace firstlight {

namespace {

constexpr std::size_t depthLimit = 64;
constexpr std::size_t pathLimit = 4096; // the kernel's PATH_MAX: nothing longer can be opened

// The kernel writes blanks of a path as \040 and the like.
std::string unescaped(std::string_view text)
{
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto code
            = text[i] == '\\' && i + 3 < text.size() ? parseUnsigned(text.substr(i + 1, 3), 8) : std::nullopt;
        if (code && *code > 0 && *code < 256) {
            result += static_cast<char>(*code);
            i += 3;
        } else {
            result += text[i];
        }
    }
    return result;
}

bool isController(std::string_view option)
{
    static constexpr std::array known{"blkio",    "cpu",        "cpuacct", "cpuset", "devices",
                                      "freezer",  "hugetlb",    "memory",  "misc",   "net_cls",
                                      "net_prio", "perf_event", "pids",    "rdma"};
    return std::ranges::find(known, option) != known.end();
}

} // namespace

Cgroups Cgroups::read(const Root &root)
{
    Cgroups result;
    const std::string mounts = root.read("proc/self/mountinfo", 4u << 20).value_or("");
    forEachLine(mounts, [&](std::string_view line) {
        const std::size_t separator = line.find(" - ");
        if (separator == std::string_view::npos)
            return;
        const auto before = words(line.substr(0, separator));
        const auto after = words(line.substr(separator + 3));
        if (before.size() < 5 || after.empty() || !before[4].starts_with('/') || before[4].size() > pathLimit)
            return;
        Mount mount{unescaped(before[4].substr(1)), unescaped(before[3])};
        if (after[0] == "cgroup2" && !result.m_unified)
            result.m_unified = mount;
        if (after[0] != "cgroup" || after.size() < 3)
            return;
        for (const std::string_view option : split(after[2], ',')) {
            if (isController(option))
                result.m_versionOne.try_emplace(std::string(option), mount);
        }
    });

    const std::string groups = root.read("proc/self/cgroup").value_or("");
    forEachLine(groups, [&](std::string_view line) {
        const auto afterNumber = splitPair(line, ':');
        const auto fields = afterNumber ? splitPair(afterNumber->second, ':') : std::nullopt;
        if (!fields)
            return;
        if (fields->second.size() > pathLimit)
            return;
        for (const std::string_view controller : split(fields->first, ','))
            result.m_group.try_emplace(std::string(controller), fields->second);
    });
    return result;
}

std::optional<CgroupLayout> Cgroups::layout() const
{
    if (m_versionOne.empty())
        return m_unified ? std::optional(CgroupLayout::V2) : std::nullopt;
    return m_unified ? CgroupLayout::Hybrid : CgroupLayout::V1;
}

std::optional<Cgroups::Lineage> Cgroups::lineage(std::string_view controller) const
{
    if (const auto mount = m_versionOne.find(controller); mount != m_versionOne.end()) {
        const auto group = m_group.find(controller);
        return lineageBelow(mount->second, group == m_group.end() ? "/" : std::string_view(group->second),
                            false);
    }
    if (!m_unified)
        return std::nullopt;
    const auto group = m_group.find("");
    return lineageBelow(*m_unified, group == m_group.end() ? "/" : std::string_view(group->second), true);
}

std::vector<std::string> Cgroups::versionOneControllers() const
{
    std::vector<std::string> names;
    for (const auto &[name, mount] : m_versionOne)
        names.push_back(name);
    return names;
}

std::optional<std::string> Cgroups::unifiedMountPoint() const
{
    return m_unified ? std::optional(m_unified->point) : std::nullopt;
}

Cgroups::Lineage Cgroups::lineageBelow(const Mount &mount, std::string_view group, bool unified)
{
    const std::string_view below
        = group.starts_with(mount.groupRoot) ? group.substr(mount.groupRoot.size()) : std::string_view("?");
    if (mount.groupRoot != "/" && (below.empty() || below.starts_with('/')))
        group.remove_prefix(mount.groupRoot.size());
    else if (mount.groupRoot != "/")
        group = {}; // the own group is not below what is mounted
    if (group.ends_with("/..") || group.find("/../") != std::string_view::npos)
        group = {}; // outside of the cgroup namespace

    Lineage result{.unified = unified, .folders = {}};
    while (!group.empty() && group != "/" && result.folders.size() < depthLimit) {
        result.folders.push_back(mount.point + std::string(group));
        group = group.substr(0, group.rfind('/'));
    }
    result.folders.push_back(mount.point);
    return result;
}

} // namespace firstlight
