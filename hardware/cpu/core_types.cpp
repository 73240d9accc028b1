#include "hardware/cpu/core_types.h"

#include "hardware/cpu/arm_cores.h"
#include "hardware/cpu/microarchitecture.h"
#include "hardware/text.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

namespace firstlight {

namespace {

using Designs = std::vector<AlikeCpus>;

constexpr std::size_t fewCpus = 64; // up to here every CPU is asked for its frequency

std::string folder(int cpu)
{
    return "sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/";
}

std::optional<std::uint64_t> maximumHz(const Root &root, int cpu)
{
    const auto kilohertz = root.readNumber(folder(cpu) + "cpufreq/cpuinfo_max_freq");
    return kilohertz && *kilohertz > 0 && *kilohertz < 1'000'000'000 ? std::optional(*kilohertz * 1000)
                                                                     : std::nullopt;
}

std::optional<int> capacity(const Root &root, int cpu)
{
    const auto number = root.readNumber(folder(cpu) + "cpu_capacity");
    return number && *number > 0 && *number <= 1024 ? std::optional(static_cast<int>(*number)) : std::nullopt;
}

Designs oneOf(const CpuList &cpus)
{
    return {{.type = {.kind = {}, .cpus = cpus}, .little = false}};
}

/// One for each value of \a valueOf, which is nullopt where it is not known.
template <typename Value> Designs partition(const CpuList &cpus, Value valueOf)
{
    Designs designs;
    std::map<decltype(valueOf(0)), std::size_t> places;
    for (const int cpu : cpus) {
        const auto [place, isNew] = places.try_emplace(valueOf(cpu), designs.size());
        if (isNew)
            designs.push_back({});
        designs[place->second].type.cpus.push_back(cpu);
    }
    return designs;
}

// Intel's hybrids have one performance counter unit a design; the third came with Linux 6.13.
Designs byIntelUnits(const Root &root, const CpuList &online)
{
    static constexpr std::array units{std::pair{"sys/devices/cpu_core/cpus", "performance"},
                                      std::pair{"sys/devices/cpu_atom/cpus", "efficiency"},
                                      std::pair{"sys/devices/cpu_lowpower/cpus", "low-power"}};
    Designs designs;
    std::size_t covered = 0;
    for (const auto &[path, kind] : units) {
        const auto text = root.readTrimmed(path);
        const auto cpus = text ? parseCpuList(*text) : std::nullopt;
        if (!cpus && designs.empty())
            return {};
        const CpuList own = cpus ? intersection(*cpus, online) : CpuList();
        covered += own.size();
        if (!own.empty())
            designs.push_back({.type = {.kind = kind, .cpus = own}, .little = false});
    }
    return covered == online.size() ? designs : Designs();
}

Designs byMainId(const Root *root, const CpuInfo &info, const CpuList &online)
{
    std::map<int, const CpuInfo::Processor *> processors;
    for (const CpuInfo::Processor &processor : info.processors)
        processors[processor.number] = &processor;
    const auto nameless = [&](int cpu) {
        return !processors.contains(cpu) || !CpuInfo::find(processors[cpu]->fields, "CPU part");
    };
    // Old kernels write the fields once for all; then only sysfs tells one CPU from another.
    const bool fromSysfs = root && std::ranges::any_of(online, nameless);
    const auto coreOf = [&](int cpu) -> const ArmCore * {
        if (!fromSysfs)
            return processors.contains(cpu) ? armCoreOf(info, *processors[cpu]) : nullptr;
        const auto id = root->readNumber(folder(cpu) + "regs/identification/midr_el1", 16);
        return id ? armCore(*id) : nullptr;
    };
    Designs designs = partition(online, coreOf);
    for (AlikeCpus &design : designs) {
        const ArmCore *core = coreOf(design.type.cpus.front());
        if (!core)
            return {}; // some are not known to us: they could be of several designs
        design.type.name = core->name;
        design.little = core->little;
    }
    return designs;
}

Designs byFrequency(const Root &root, const CpuList &online)
{
    const auto first = maximumHz(root, online.front());
    const auto last = first ? maximumHz(root, online.back()) : std::nullopt;
    if (!first || !last || (online.size() > fewCpus && first == last))
        return oneOf(online);
    std::map<int, std::uint64_t> hertz;
    for (const int cpu : online) {
        const auto own = maximumHz(root, cpu);
        if (!own)
            return oneOf(online);
        hertz[cpu] = *own;
    }
    std::set<std::uint64_t> steps;
    for (const auto &[cpu, own] : hertz)
        steps.insert(own);
    // Each step belongs to the lowest one from which no gap of a fifth parts it.
    std::map<std::uint64_t, std::uint64_t> groups;
    std::uint64_t group = *steps.begin();
    std::uint64_t previous = group;
    for (const std::uint64_t step : steps) {
        if (step >= previous + previous / 5)
            group = step;
        groups[step] = group;
        previous = step;
    }
    return partition(online, [&](int cpu) { return groups[hertz[cpu]]; });
}

bool isHybridModel(const Cpu &cpu)
{
    static constexpr std::array hybrids{"alderlake",   "raptorlake", "meteorlake", "arrowlake",
                                        "arrowlake_s", "lunarlake",  "pantherlake"};
    const auto name = x86DesignName(cpu.vendor.value_or(""), cpu.family.value_or(0),
                                    cpu.modelNumber.value_or(0), cpu.stepping.value_or(0));
    return name && std::ranges::find(hybrids, *name) != hybrids.end();
}

void readSpeeds(const Root &root, Designs &designs)
{
    for (AlikeCpus &design : designs) {
        CoreType &type = design.type;
        for (const int cpu : {type.cpus.front(), type.cpus.back()}) {
            type.capacity = std::max(type.capacity, capacity(root, cpu));
            type.maximumHz = std::max(type.maximumHz, maximumHz(root, cpu));
            if (type.cpus.size() == 1 || (!type.capacity && !type.maximumHz))
                break;
        }
        // Turbo steps differ between the cores of one design.
        if (type.maximumHz && type.cpus.size() > 2 && type.cpus.size() <= fewCpus) {
            for (const int cpu : type.cpus)
                type.maximumHz = std::max(type.maximumHz, maximumHz(root, cpu));
        }
    }
}

bool isFasterThan(const AlikeCpus &a, const AlikeCpus &b)
{
    return std::tuple(a.type.capacity, a.type.maximumHz, !a.little)
           > std::tuple(b.type.capacity, b.type.maximumHz, !b.little);
}

void splitLowPower(Designs &designs, const std::vector<Cache> &caches)
{
    std::set<int> withThird;
    for (const Cache &cache : caches) {
        for (const CpuList &cpus : cache.sharedBy) {
            if (cache.level == 3)
                withThird.insert(cpus.begin(), cpus.end());
        }
    }
    const auto found
        = std::ranges::find(designs, "efficiency", [](const AlikeCpus &design) { return design.type.kind; });
    if (found == designs.end() || withThird.empty())
        return;
    AlikeCpus lowPower = *found;
    std::erase_if(lowPower.type.cpus, [&](int cpu) { return withThird.contains(cpu); });
    std::erase_if(found->type.cpus, [&](int cpu) { return !withThird.contains(cpu); });
    lowPower.type.kind = "low-power";
    if (found->type.cpus.empty())
        *found = lowPower;
    else if (!lowPower.type.cpus.empty())
        designs.push_back(lowPower);
}

} // namespace

std::optional<std::vector<AlikeCpus>> alikeCpus(const Root *root, const CpuInfo &info, const Cpu &cpu)
{
    if (!cpu.online || cpu.online->empty())
        return std::nullopt;
    const bool isArm = cpu.architecture == "aarch64" || cpu.architecture.starts_with("arm");
    Designs designs;
    if (isArm)
        designs = byMainId(root, info, *cpu.online);
    else if (root && cpu.vendor == "GenuineIntel")
        designs = byIntelUnits(*root, *cpu.online);
    if (designs.empty() && isArm && root)
        designs = partition(*cpu.online, [&](int number) { return capacity(*root, number); });
    if (designs.empty() && root)
        designs = byFrequency(*root, *cpu.online);
    if (designs.empty())
        return std::nullopt;
    if (root)
        readSpeeds(*root, designs);
    if (designs.size() == 1 && !(root && root->isLive()) && !designs.front().type.maximumHz
        && isHybridModel(cpu))
        return std::nullopt;
    return designs;
}

std::vector<CoreType> coreTypes(std::vector<AlikeCpus> designs,
                                const std::optional<std::vector<Cache>> &caches)
{
    if (caches)
        splitLowPower(designs, *caches);
    std::ranges::stable_sort(designs, isFasterThan);
    std::ranges::stable_sort(designs, {},
                             [](const AlikeCpus &design) { return design.type.kind == "low-power"; });
    std::vector<CoreType> types;
    for (std::size_t i = 0; i < designs.size(); ++i) {
        CoreType &type = designs[i].type;
        if (designs.size() == 1)
            type.kind = "uniform";
        else if (type.kind.empty())
            type.kind
                = i > 0 && (designs[i].little || i + 1 == designs.size()) ? "efficiency" : "performance";
        types.push_back(std::move(type));
    }
    return types;
}

std::optional<std::string> governor(const Root &root, const std::vector<CoreType> &types)
{
    std::set<std::string> names;
    for (const CoreType &type : types) {
        if (!type.maximumHz)
            continue; // it has no frequency scaling
        for (const int cpu : {type.cpus.front(), type.cpus.back()}) {
            if (const auto name = root.readTrimmed(folder(cpu) + "cpufreq/scaling_governor"))
                names.insert(*name);
        }
    }
    std::string joined;
    for (const std::string &name : names)
        joined.append(joined.empty() ? "" : "+").append(name);
    return joined.empty() ? std::nullopt : std::optional(joined);
}

} // namespace firstlight
