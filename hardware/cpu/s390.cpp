#include "hardware/cpu/families.h"
#include "hardware/text.h"

#include <algorithm>
#include <array>

namespace firstlight {

namespace {

struct Generation {
    std::string_view machine;
    std::string_view name;
};

// IBM's machine types, as in "machine = 2964"; two of a generation where there is a small model.
constexpr std::array generations{
    Generation{"2817", "z196"},  Generation{"2818", "z114"}, Generation{"2827", "zEC12"},
    Generation{"2828", "zBC12"}, Generation{"2964", "z13"},  Generation{"2965", "z13"},
    Generation{"3906", "z14"},   Generation{"3907", "z14"},  Generation{"8561", "z15"},
    Generation{"8562", "z15"},   Generation{"3931", "z16"},  Generation{"3932", "z16"},
    Generation{"9175", "z17"},   Generation{"9176", "z17"},
};

std::optional<std::string> recognise(const CpuInfo &info)
{
    if (info.first("vendor_id") != "IBM/S390")
        return std::nullopt;
    return "s390x";
}

bool isArchitecture(std::string_view name)
{
    return name == "s390x" || name == "s390";
}

std::optional<std::string> generation(const CpuInfo &info)
{
    constexpr std::string_view marker = "machine = ";
    if (info.processors.empty() || info.processors.front().fields.empty())
        return std::nullopt;
    const std::string_view line = info.processors.front().fields.front().second;
    const std::size_t at = line.find(marker);
    if (at == std::string_view::npos)
        return std::nullopt;
    const auto *found
        = std::ranges::find(generations, trimmed(line.substr(at + marker.size())), &Generation::machine);
    return found == generations.end() ? std::nullopt : std::optional<std::string>(found->name);
}

void describe(const CpuInfo &info, Cpu &cpu)
{
    cpu.vendor = info.first("vendor_id");
    cpu.flags = commonFlags(info, "features");
    cpu.model = generation(info);
    // Level names begin with z13, the first generation with vector instructions.
    if (cpu.model && cpu.flags && cpu.flags->contains("vx"))
        cpu.isaLevel = cpu.model;
}

// The generation is the design; it has no optional parts that programs ask for.
std::optional<Microarchitecture> design(const CpuInfo &, const Cpu &cpu)
{
    if (!cpu.model)
        return std::nullopt;
    return Microarchitecture{.name = *cpu.model, .compatible = cpu.model, .missing = {}};
}

} // namespace

const CpuFamily s390Family{recognise, isArchitecture, describe, design};

} // namespace firstlight
