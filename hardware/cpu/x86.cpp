#include "hardware/cpu/families.h"
#include "hardware/cpu/isa_levels.h"
#include "hardware/cpu/microarchitecture.h"
#include "hardware/text.h"

#include <array>

namespace firstlight {

namespace {

std::optional<std::string> recognise(const CpuInfo &info)
{
    if (!info.first("vendor_id") || !info.first("cpu family"))
        return std::nullopt;
    const auto flags = commonFlags(info, "flags");
    return flags && !flags->contains("lm") && flags->contains("fpu") && flags->contains("tsc") ? "i686"
                                                                                               : "x86_64";
}

bool isArchitecture(std::string_view name)
{
    return name == "x86_64" || (name.size() == 4 && name[0] == 'i' && name.ends_with("86"));
}

// The levels of the x86-64 psABI in the kernel's spellings: pni is SSE3, abm is LZCNT. The kernel shows xsave
// only when it has switched it on, which is the psABI's OSXSAVE.
constexpr std::array ladder{
    IsaLevel{"x86-64-v1", "lm cmov cx8 fpu fxsr mmx sse sse2 syscall"},
    IsaLevel{"x86-64-v2", "cx16 lahf_lm popcnt pni sse4_1 sse4_2 ssse3"},
    IsaLevel{"x86-64-v3", "avx avx2 bmi1 bmi2 f16c fma abm movbe xsave"},
    IsaLevel{"x86-64-v4", "avx512f avx512bw avx512cd avx512dq avx512vl"},
};

std::optional<int> number(const CpuInfo &info, std::string_view key)
{
    const auto text = info.first(key);
    return text ? parseInt(*text) : std::nullopt;
}

void describe(const CpuInfo &info, Cpu &cpu)
{
    cpu.vendor = info.first("vendor_id");
    cpu.model = info.first("model name");
    cpu.family = number(info, "cpu family");
    cpu.modelNumber = number(info, "model");
    cpu.stepping = number(info, "stepping");
    cpu.flags = commonFlags(info, "flags");
    climb(ladder, cpu);
}

std::optional<Microarchitecture> design(const CpuInfo &, const Cpu &cpu)
{
    if (!cpu.flags || !cpu.flags->contains("lm"))
        return std::nullopt;
    const std::string vendor
        = cpu.vendor.value_or("") == "CentaurHauls" ? "Shanghai" : cpu.vendor.value_or("");
    std::optional<std::string> name;
    // Emulators show the numbers of a processor that they have little in common with.
    const std::string model = cpu.model.value_or("");
    const bool emulated = model.find("QEMU") != std::string::npos || model.find("KVM") != std::string::npos;
    if (cpu.family && cpu.modelNumber && !emulated)
        name = x86DesignName(vendor, *cpu.family, *cpu.modelNumber, cpu.stepping.value_or(0));
    return nameDesign(x86Designs(), {.name = name, .vendor = vendor, .flags = *cpu.flags});
}

} // namespace

const CpuFamily x86Family{recognise, isArchitecture, describe, design};

} // namespace firstlight
