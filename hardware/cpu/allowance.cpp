#include "hardware/cpu/allowance.h"

#include "hardware/text.h"

namespace firstlight {

namespace {

std::optional<CpuList> affinityMask(const Root &root)
{
    const std::string status = root.read("proc/self/status").value_or("");
    std::optional<CpuList> cpus;
    forEachLine(status, [&](std::string_view line) {
        const auto pair = splitPair(line, ':');
        if (pair && pair->first == "Cpus_allowed_list" && !pair->second.empty())
            cpus = parseCpuList(pair->second);
    });
    return cpus;
}

std::optional<CpuList> cpuset(const Root &root, const Cgroups &cgroups)
{
    const auto lineage = cgroups.lineage("cpuset");
    if (!lineage)
        return std::nullopt;
    std::optional<CpuList> allowed;
    for (const std::string &folder : lineage->folders) {
        auto text = root.readTrimmed(
            folder + (lineage->unified ? "/cpuset.cpus.effective" : "/cpuset.effective_cpus"));
        if (!text && !lineage->unified)
            text = root.readTrimmed(folder + "/cpuset.cpus");
        const auto cpus = text ? parseCpuList(*text) : std::nullopt;
        if (!cpus || cpus->empty())
            continue;
        allowed = allowed ? intersection(*allowed, *cpus) : *cpus;
        if (lineage->unified)
            break; // the nearest group's list already holds what its ancestors forbid
    }
    return allowed;
}

std::optional<double> ratio(std::optional<std::uint64_t> quota, std::optional<std::uint64_t> period)
{
    if (!quota || !period || *quota == 0 || *period == 0)
        return std::nullopt;
    return static_cast<double>(*quota) / static_cast<double>(*period);
}

std::optional<double> quotaOf(const Root &root, const std::string &folder, bool unified)
{
    if (!unified) // no quota is -1, which is no unsigned number
        return ratio(root.readNumber(folder + "/cpu.cfs_quota_us"),
                     root.readNumber(folder + "/cpu.cfs_period_us"));
    const auto text = root.read(folder + "/cpu.max"); // "max 100000" or "150000 100000"
    const auto fields = text ? words(*text) : std::vector<std::string_view>();
    return fields.size() == 2 ? ratio(parseUnsigned(fields[0]), parseUnsigned(fields[1])) : std::nullopt;
}

} // namespace

std::optional<CpuList> allowedCpus(const Root &root, const Cgroups &cgroups, const CpuList &online)
{
    const auto affinity = affinityMask(root);
    const auto set = cpuset(root, cgroups);
    if (!affinity && !set)
        return std::nullopt;
    CpuList allowed = online;
    if (affinity)
        allowed = intersection(allowed, *affinity);
    if (set)
        allowed = intersection(allowed, *set);
    return allowed.empty() ? std::nullopt
                           : std::optional(std::move(allowed)); // we run somewhere: then a file is damaged
}

std::optional<double> quotaCpus(const Root &root, const Cgroups &cgroups)
{
    const auto lineage = cgroups.lineage("cpu");
    if (!lineage)
        return std::nullopt;
    std::optional<double> tightest;
    for (const std::string &folder : lineage->folders) {
        const auto quota = quotaOf(root, folder, lineage->unified);
        if (quota && (!tightest || *quota < *tightest))
            tightest = quota;
    }
    return tightest;
}

} // namespace firstlight
