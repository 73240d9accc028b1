#include "hardware/cpu/cpu.h"

#include "hardware/cpu/allowance.h"
#include "hardware/cpu/caches.h"
#include "hardware/cpu/core_types.h"
#include "hardware/cpu/families.h"
#include "hardware/cpu/hypervisor.h"
#include "hardware/cpu/topology.h"

#include <sys/utsname.h>

namespace firstlight {

namespace {

// 4096 CPUs of x86 are about 8 MB.
constexpr std::size_t cpuInfoLimitBytes = 12u << 20;

std::optional<std::string> recognisedArchitecture(const CpuInfo &info)
{
    for (const CpuFamily *family : cpuFamilies()) {
        if (auto architecture = family->recognise(info))
            return architecture;
    }
    return std::nullopt;
}

std::string architectureOf(const Root &root, const CpuInfo &info)
{
    const auto ask = [] {
        utsname names{};
        return uname(&names) == 0 ? std::optional<std::string>(names.machine) : std::nullopt;
    };
    if (auto answer = root.answer("architecture", ask))
        return *answer;
    if (auto recorded = root.readTrimmed("proc/sys/kernel/arch"))
        return *recorded;
    return recognisedArchitecture(info).value_or("");
}

const CpuFamily *familyOf(const Cpu &cpu)
{
    for (const CpuFamily *family : cpuFamilies()) {
        if (family->isArchitecture(cpu.architecture))
            return family;
    }
    return nullptr;
}

void readTopology(const Root &root, const CpuInfo &info, Cpu &cpu)
{
    cpu.cores = physicalCores(&root, info, *cpu.online);
    cpu.packages = packages(&root, info, *cpu.online);
    cpu.dies = dies(root, *cpu.online);
    const auto designs = alikeCpus(&root, info, cpu);
    std::vector<CpuList> alike;
    for (const AlikeCpus &design : designs.value_or(std::vector<AlikeCpus>()))
        alike.push_back(design.type.cpus);
    if (!designs)
        alike.push_back(*cpu.online);
    cpu.caches = readCaches(root, info, alike, cpu.cores.value_or(std::vector<CpuList>()));
    if (!designs)
        return;
    cpu.coreTypes = coreTypes(*designs, cpu.caches);
    cpu.governor = governor(root, *cpu.coreTypes);
}

} // namespace

Cpu readCpu(const Root &root, const Cgroups &cgroups)
{
    const std::string text = root.read("proc/cpuinfo", cpuInfoLimitBytes).value_or("");
    const CpuInfo info = parseCpuInfo(text);
    Cpu cpu;
    cpu.architecture = architectureOf(root, info);
    const CpuFamily *family = familyOf(cpu);
    if (family)
        family->describe(info, cpu);
    cpu.online = onlineCpus(&root, info);
    if (cpu.online) {
        cpu.allowed = allowedCpus(root, cgroups, *cpu.online);
        readTopology(root, info, cpu);
    }
    cpu.quotaCpus = quotaCpus(root, cgroups);
    cpu.hypervisor = hypervisor(root, cpu);
    if (family)
        if (family)
            cpu.microarchitecture = family->design(info, cpu);
    return cpu;
}

std::optional<Cpu> cpuFromText(std::string_view text)
{
    const CpuInfo info = parseCpuInfo(text);
    const auto architecture = recognisedArchitecture(info);
    if (!architecture)
        return std::nullopt;
    Cpu cpu;
    cpu.architecture = *architecture;
    const CpuFamily *family = familyOf(cpu);
    if (family)
        family->describe(info, cpu);
    cpu.online = onlineCpus(nullptr, info);
    if (cpu.online) {
        cpu.cores = physicalCores(nullptr, info, *cpu.online);
        cpu.packages = packages(nullptr, info, *cpu.online);
        if (const auto designs = alikeCpus(nullptr, info, cpu))
            cpu.coreTypes = coreTypes(*designs, std::nullopt);
    }
    if (family)
        cpu.microarchitecture = family->design(info, cpu);
    return cpu;
}

} // namespace firstlight
