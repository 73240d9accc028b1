#include "hardware/cpu/families.h"
#include "hardware/cpu/isa_levels.h"
#include "hardware/cpu/microarchitecture.h"

#include <algorithm>
#include <array>

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

constexpr std::array ladder{IsaLevel{"la64-lsx", "lsx"}, IsaLevel{"la64-lasx", "lasx"}};

void describe(const CpuInfo &info, Cpu &cpu)
{
    cpu.vendor = "Loongson";
    cpu.model = info.first("Model Name");
    cpu.flags = commonFlags(info, "Features");
    climb(ladder, cpu);
}

struct Core {
    std::string_view model; ///< how "Model Name" begins
    std::string_view name;
};

// Loongson's product briefs.
constexpr std::array cores{
    Core{"Loongson-2K0500", "la264"}, Core{"Loongson-2K1000", "la264"}, Core{"Loongson-2K1500", "la264"},
    Core{"Loongson-2K2000", "la364"}, Core{"Loongson-2K3000", "la364"}, Core{"Loongson-3A5000", "la464"},
    Core{"Loongson-3B5000", "la464"}, Core{"Loongson-3C5000", "la464"}, Core{"Loongson-3D5000", "la464"},
    Core{"Loongson-3A6000", "la664"}, Core{"Loongson-3B6000", "la664"}, Core{"Loongson-3C6000", "la664"},
    Core{"Loongson-3D6000", "la664"}, Core{"Loongson-3E6000", "la664"},
};

std::optional<Microarchitecture> design(const CpuInfo &, const Cpu &cpu)
{
    if (!cpu.flags || cpu.architecture != "loongarch64")
        return std::nullopt;
    const auto *core = std::ranges::find_if(
        cores, [&](const Core &row) { return cpu.model && cpu.model->starts_with(row.model); });
    const auto name = core == cores.end() ? std::nullopt : std::optional<std::string>(core->name);
    return nameDesign(loongArchDesigns(), {.name = name, .vendor = "Loongson", .flags = *cpu.flags});
}

} // namespace

const CpuFamily loongArchFamily{recognise, isArchitecture, describe, design};

} // namespace firstlight
