#include "runners/plan/planner.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace firstlight {

namespace {

/// Physical cores with at least one logical CPU that may be used.
std::optional<int> usableCores(const Cpu &cpu)
{
    if (!cpu.cores)
        return std::nullopt;
    const auto usable = [&](const CpuList &siblings) {
        return !cpu.allowed || !intersection(siblings, *cpu.allowed).empty();
    };
    return static_cast<int>(std::count_if(cpu.cores->begin(), cpu.cores->end(), usable));
}

std::optional<int> allowedCpus(const Cpu &cpu)
{
    const auto &list = cpu.allowed ? cpu.allowed : cpu.online;
    return list ? std::optional(static_cast<int>(list->size())) : std::nullopt;
}

} // namespace

TunedSetting chooseThreads(const Cpu &cpu)
{
    TunedSetting setting{.name = "threads", .value = "1", .reason = "cpu-unknown", .facts = {}};
    const auto cpus = allowedCpus(cpu);
    const auto cores = usableCores(cpu);
    if (!cpus && !cores)
        return setting;
    int threads = cores ? *cores : *cpus;
    setting.reason = cores && cpus && *cores < *cpus ? "one-a-core" : "cpu-allowance";
    if (cpus)
        setting.facts["cpus"] = std::to_string(*cpus);
    if (cores)
        setting.facts["cores"] = std::to_string(*cores);
    // A part of a CPU still needs a thread to use it: at --cpus 1.5 two threads beat one, 108 to 87 tokens a
    // second.
    if (cpu.quotaCpus && std::ceil(*cpu.quotaCpus) < threads) {
        threads = static_cast<int>(std::ceil(*cpu.quotaCpus));
        setting.reason = "cpu-quota";
        setting.facts["quota"] = fmt::format("{:.3g}", *cpu.quotaCpus);
    }
    setting.value = std::to_string(std::max(1, threads));
    return setting;
}

} // namespace firstlight
