#include "hardware/cpu/arm_cores.h"
#include "hardware/cpu/families.h"
#include "hardware/cpu/isa_levels.h"
#include "hardware/cpu/microarchitecture.h"
#include "hardware/text.h"

#include <algorithm>
#include <array>

namespace firstlight {

namespace {

std::optional<std::string> recognise(const CpuInfo &info)
{
    const auto features = commonFlags(info, "Features");
    if (!features || !info.first("CPU implementer"))
        return std::nullopt;
    return features->contains("asimd") ? "aarch64" : "armv7l";
}

bool isArchitecture(std::string_view name)
{
    return name == "aarch64" || name.starts_with("arm");
}

// What compilers may use at -march=armv8.2-a, 8.6-a and 9-a and the kernel shows as a hwcap. Pointer
// authentication, branch targets and DIT are left out: kernels and hypervisors hide them, and code runs
// without. Every Armv9 core has the 8.6 set as well.
constexpr std::array ladder{
    IsaLevel{"armv8.0-a", "fp asimd"},
    IsaLevel{"armv8.2-a", "atomics crc32 asimdrdm dcpop"},
    IsaLevel{"armv8.6-a", "jscvt fcma lrcpc asimddp ilrcpc uscat flagm sb frint i8mm bf16"},
    IsaLevel{"armv9-a", "sve sve2"},
};

// Different cores in one computer are all named, in the order of their CPUs: "Cortex-A510 + Cortex-X3".
std::optional<std::string> coreNames(const CpuInfo &info)
{
    std::vector<std::string_view> names;
    for (const CpuInfo::Processor &processor : info.processors) {
        const ArmCore *core = armCoreOf(info, processor);
        if (core && std::ranges::find(names, core->name) == names.end())
            names.push_back(core->name);
    }
    std::string joined;
    for (const std::string_view name : names)
        joined.append(joined.empty() ? "" : " + ").append(name);
    return joined.empty() ? std::nullopt : std::optional(joined);
}

void describe(const CpuInfo &info, Cpu &cpu)
{
    if (const auto implementer = info.first("CPU implementer")) {
        const auto number = parseInt(*implementer);
        const auto name = number ? armImplementer(*number) : std::nullopt;
        cpu.vendor = name ? *name : *implementer;
    }
    cpu.model = coreNames(info);
    cpu.flags = commonFlags(info, "Features");
    if (cpu.architecture == "aarch64")
        climb(ladder, cpu);
}

// Where cores differ, the fastest ones give the name.
std::optional<std::string> designName(const CpuInfo &info, const Cpu &cpu)
{
    const auto fastest = cpu.coreTypes && !cpu.coreTypes->empty() ? cpu.coreTypes->front().cpus : CpuList();
    const ArmCore *named = nullptr;
    for (const CpuInfo::Processor &processor : info.processors) {
        const ArmCore *core = armCoreOf(info, processor);
        const bool isFastest = std::ranges::binary_search(fastest, processor.number);
        if (core && (isFastest || !named || (fastest.empty() && named->little && !core->little)))
            named = core;
        if (core && isFastest)
            break;
    }
    return named ? std::optional(armDesignName(*named)) : std::nullopt;
}

std::optional<Microarchitecture> design(const CpuInfo &info, const Cpu &cpu)
{
    if (!cpu.flags || cpu.architecture != "aarch64")
        return std::nullopt;
    return nameDesign(armDesigns(), {.name = designName(info, cpu),
                                     .vendor = cpu.vendor ? std::string_view(*cpu.vendor) : "",
                                     .flags = *cpu.flags});
}

} // namespace

const CpuFamily armFamily{recognise, isArchitecture, describe, design};

} // namespace firstlight
