#include "hardware/cpu/families.h"

namespace firstlight {

namespace {

std::optional<std::string> recognise(const CpuInfo &info)
{
    const auto features = commonFlags(info, "Features");
    if (!features || !features->contains("cpucfg"))
        return std::nullopt;
    return "loongarch64";
}

bool isArchitecture(std::string_view name)
{
    return name.starts_with("loongarch");
}

void describe(const CpuInfo &info, Cpu &cpu)
{
    cpu.vendor = "Loongson";
    cpu.model = info.first("Model Name");
    cpu.flags = commonFlags(info, "Features");
    if (!cpu.flags)
        return;
    if (hasAll(*cpu.flags, {"lsx", "lasx"}))
        cpu.isaLevel = "la64-lasx";
    else if (cpu.flags->contains("lsx"))
        cpu.isaLevel = "la64-lsx";
}

} // namespace

const CpuFamily loongArchFamily{recognise, isArchitecture, describe};

} // namespace firstlight
