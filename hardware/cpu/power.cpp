#include "hardware/cpu/families.h"
#include "hardware/text.h"

namespace firstlight {

namespace {

constexpr std::string_view prefix = "POWER";

/// 9 of "POWER9 (architected), altivec supported"
std::optional<int> generation(const CpuInfo &info)
{
    const auto name = info.first("cpu");
    if (!name || !name->starts_with(prefix))
        return std::nullopt;
    const std::string_view rest = name->substr(prefix.size());
    return parseInt(rest.substr(0, rest.find_first_not_of("0123456789")));
}

std::optional<std::string> recognise(const CpuInfo &info)
{
    const auto revision = info.first("revision");
    if (!info.first("cpu") || !revision || revision->find("pvr") == std::string_view::npos)
        return std::nullopt;
    const auto power = generation(info);
    if (!power)
        return "ppc";
    // The text does not tell the byte order; Linux runs POWER8 and later little-endian by default.
    return *power >= 8 ? "ppc64le" : "ppc64";
}

bool isArchitecture(std::string_view name)
{
    return name.starts_with("ppc");
}

void describe(const CpuInfo &info, Cpu &cpu)
{
    cpu.model = info.first("cpu");
    // No flags here: the text shows "altivec" alone, and a set of it would deny VSX to every POWER computer.
    if (const auto power = generation(info)) {
        cpu.vendor = "IBM";
        cpu.isaLevel = "power" + std::to_string(*power);
    }
}

// The generation is the design; it has no optional parts that programs ask for.
std::optional<Microarchitecture> design(const CpuInfo &, const Cpu &cpu)
{
    if (!cpu.isaLevel)
        return std::nullopt;
    return Microarchitecture{.name = *cpu.isaLevel, .compatible = cpu.isaLevel, .missing = {}};
}

} // namespace

const CpuFamily powerFamily{recognise, isArchitecture, describe, design};

} // namespace firstlight
