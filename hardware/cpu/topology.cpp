#include "hardware/cpu/topology.h"

#include "hardware/text.h"

#include <algorithm>
#include <map>
#include <set>

namespace firstlight {

namespace {

const std::string cpuFolder = "sys/devices/system/cpu/";

std::optional<CpuList> siblings(const Root &root, int cpu)
{
    const std::string folder = cpuFolder + "cpu" + std::to_string(cpu) + "/topology/";
    auto text = root.read(folder + "thread_siblings_list");
    if (!text)
        text = root.read(folder + "core_cpus_list");
    return text ? parseCpuList(*text) : std::nullopt;
}

std::vector<CpuList> oneCpuEach(const CpuList &online)
{
    std::vector<CpuList> cores;
    for (const int cpu : online)
        cores.push_back({cpu});
    return cores;
}

std::optional<std::vector<CpuList>> coresFromSysfs(const Root &root, const CpuList &online)
{
    if (root.readTrimmed(cpuFolder + "smt/active") == "0")
        return oneCpuEach(online);
    std::vector<CpuList> cores;
    std::set<int> seen;
    for (const int cpu : online) {
        if (seen.contains(cpu))
            continue;
        const auto shared = siblings(root, cpu);
        if (!shared)
            return std::nullopt;
        CpuList core = intersection(*shared, online);
        std::erase_if(core, [&](int other) { return seen.contains(other); });
        if (std::ranges::find(core, cpu) == core.end())
            return std::nullopt; // a list without its own CPU is damaged
        seen.insert(core.begin(), core.end());
        cores.push_back(std::move(core));
    }
    return cores;
}

std::optional<std::vector<CpuList>> coresFromText(const CpuInfo &info, const CpuList &online)
{
    std::map<std::pair<std::string_view, std::string_view>, CpuList> byCore;
    for (const CpuInfo::Processor &processor : info.processors) {
        const auto package = CpuInfo::find(processor.fields, "physical id");
        const auto core = CpuInfo::find(processor.fields, "core id");
        if (!package || !core)
            return std::nullopt;
        if (std::ranges::binary_search(online, processor.number))
            byCore[{*package, *core}].push_back(processor.number);
    }
    std::vector<CpuList> cores;
    for (auto &[key, cpus] : byCore) {
        std::ranges::sort(cpus);
        cpus.erase(std::unique(cpus.begin(), cpus.end()), cpus.end());
        cores.push_back(std::move(cpus));
    }
    std::ranges::sort(cores);
    return cores.empty() ? std::nullopt : std::optional(std::move(cores));
}

} // namespace

std::optional<CpuList> onlineCpus(const Root *root, const CpuInfo &info)
{
    const auto text = root ? root->readTrimmed(cpuFolder + "online") : std::nullopt;
    if (auto online = text ? parseCpuList(*text) : std::nullopt; online && !online->empty())
        return online;

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
    return coresFromText(info, online);
}

} // namespace firstlight
