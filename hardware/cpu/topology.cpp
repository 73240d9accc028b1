#include "hardware/cpu/topology.h"

#include "hardware/text.h"

#include <algorithm>
#include <map>
#include <set>

namespace firstlight {

namespace {

const std::string cpuFolder = "sys/devices/system/cpu/";

std::vector<CpuList> oneCpuEach(const CpuList &online)
{
    std::vector<CpuList> cores;
    for (const int cpu : online)
        cores.push_back({cpu});
    return cores;
}

/// Online CPUs by the lists that topology/\a file, or on older kernels \a olderFile, of one CPU of each group
/// shows.
std::optional<std::vector<CpuList>> groups(const Root &root, const CpuList &online, const char *file,
                                           const char *olderFile)
{
    std::vector<CpuList> groups;
    std::set<int> seen;
    for (const int cpu : online) {
        if (seen.contains(cpu))
            continue;
        const std::string folder = cpuFolder + "cpu" + std::to_string(cpu) + "/topology/";
        auto text = root.read(folder + file);
        if (!text && olderFile)
            text = root.read(folder + olderFile);
        const auto shared = text ? parseCpuList(*text) : std::nullopt;
        if (!shared)
            return std::nullopt;
        CpuList group = intersection(*shared, online);
        std::erase_if(group, [&](int other) { return seen.contains(other); });
        if (!std::ranges::binary_search(group, cpu))
            return std::nullopt; // a list without its own CPU is damaged
        seen.insert(group.begin(), group.end());
        groups.push_back(std::move(group));
    }
    return groups;
}

std::optional<std::vector<CpuList>> coresFromSysfs(const Root &root, const CpuList &online)
{
    if (root.readTrimmed(cpuFolder + "smt/active") == "0")
        return oneCpuEach(online);
    return groups(root, online, "thread_siblings_list", "core_cpus_list");
}

/// The same by the fields \a keys of each processor in the text.
std::optional<std::vector<CpuList>> groupsOfText(const CpuInfo &info, const CpuList &online,
                                                 const std::vector<const char *> &keys)
{
    std::map<std::vector<std::string_view>, CpuList> byValues;
    for (const CpuInfo::Processor &processor : info.processors) {
        std::vector<std::string_view> values;
        for (const char *key : keys) {
            const auto value = CpuInfo::find(processor.fields, key);
            if (!value)
                return std::nullopt;
            values.push_back(*value);
        }
        if (std::ranges::binary_search(online, processor.number))
            byValues[values].push_back(processor.number);
    }
    std::vector<CpuList> groups;
    for (auto &[values, cpus] : byValues) {
        std::ranges::sort(cpus);
        cpus.erase(std::unique(cpus.begin(), cpus.end()), cpus.end());
        groups.push_back(std::move(cpus));
    }
    std::ranges::sort(groups);
    return groups.empty() ? std::nullopt : std::optional(std::move(groups));
}

} // namespace

std::optional<CpuList> onlineCpus(const Root *root, const CpuInfo &info)
{
    const auto text = root ? root->readTrimmed(cpuFolder + "online") : std::nullopt;
    if (auto online = text ? parseCpuList(*text) : std::nullopt; online && !online->empty()) {
        // A damaged list may name tens of thousands of CPUs, each of which would be asked for its files.
        const int last = online->back();
        if (last < 1024 || root->exists(cpuFolder + "cpu" + std::to_string(last)))
            return online;
    }

    CpuList listed;
    for (const CpuInfo::Processor &processor : info.processors)
        listed.push_back(processor.number);
    std::ranges::sort(listed);
    listed.erase(std::unique(listed.begin(), listed.end()), listed.end());
    const bool live = root && root->isLive();
    return listed.empty() || (listed.size() == 1 && !live) ? std::nullopt : std::optional(std::move(listed));
}

std::optional<std::vector<CpuList>> physicalCores(const Root *root, const CpuInfo &info,
                                                  const CpuList &online)
{
    if (root) {
        if (auto cores = coresFromSysfs(*root, online))
            return cores;
    }
    return groupsOfText(info, online, {"physical id", "core id"});
}

std::optional<std::vector<CpuList>> packages(const Root *root, const CpuInfo &info, const CpuList &online)
{
    if (root) {
        if (auto found = groups(*root, online, "package_cpus_list", "core_siblings_list"))
            return found;
    }
    return groupsOfText(info, online, {"physical id"});
}

std::optional<std::vector<CpuList>> dies(const Root &root, const CpuList &online)
{
    return groups(root, online, "die_cpus_list", nullptr);
}

} // namespace firstlight
