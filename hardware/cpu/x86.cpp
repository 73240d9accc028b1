#include "hardware/cpu/families.h"
#include "hardware/text.h"

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
// only when it has switched it on, which is the psABI's OSXSAVE. Each level needs all of the lower ones.
std::optional<std::string> isaLevel(const std::set<std::string> &flags)
{
    if (!hasAll(flags, {"lm", "cmov", "cx8", "fpu", "fxsr", "mmx", "sse", "sse2", "syscall"}))
        return std::nullopt;
    if (!hasAll(flags, {"cx16", "lahf_lm", "popcnt", "pni", "sse4_1", "sse4_2", "ssse3"}))
        return "x86-64-v1";
    if (!hasAll(flags, {"avx", "avx2", "bmi1", "bmi2", "f16c", "fma", "abm", "movbe", "xsave"}))
        return "x86-64-v2";
    if (!hasAll(flags, {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"}))
        return "x86-64-v3";
    return "x86-64-v4";
}

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
    if (cpu.flags)
        cpu.isaLevel = isaLevel(*cpu.flags);
}

} // namespace

const CpuFamily x86Family{recognise, isArchitecture, describe};

} // namespace firstlight
