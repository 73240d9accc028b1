#include "hardware/cpu/arm_cores.h"

#include "hardware/text.h"

#include <algorithm>
#include <array>

namespace firstlight {

namespace {

struct Implementer {
    int id;
    std::string_view name;
};

constexpr std::array implementers{
    Implementer{0x41, "ARM"},     Implementer{0x42, "Broadcom"},  Implementer{0x43, "Cavium"},
    Implementer{0x46, "Fujitsu"}, Implementer{0x48, "HiSilicon"}, Implementer{0x4e, "NVIDIA"},
    Implementer{0x50, "APM"},     Implementer{0x51, "Qualcomm"},  Implementer{0x53, "Samsung"},
    Implementer{0x56, "Marvell"}, Implementer{0x61, "Apple"},     Implementer{0x66, "Faraday"},
    Implementer{0x69, "Intel"},   Implementer{0x6d, "Microsoft"}, Implementer{0x70, "Phytium"},
    Implementer{0xc0, "Ampere"},
};

// Main IDs: Arm's technical reference manuals, Linux' asm/cputype.h, LLVM's Host.cpp, and for Apple m1n1's
// midr.h.
constexpr std::array cores{
    ArmCore{0x41, 0xd02, "Cortex-A34", true},
    ArmCore{0x41, 0xd03, "Cortex-A53", true},
    ArmCore{0x41, 0xd04, "Cortex-A35", true},
    ArmCore{0x41, 0xd05, "Cortex-A55", true},
    ArmCore{0x41, 0xd06, "Cortex-A65"},
    ArmCore{0x41, 0xd07, "Cortex-A57"},
    ArmCore{0x41, 0xd08, "Cortex-A72"},
    ArmCore{0x41, 0xd09, "Cortex-A73"},
    ArmCore{0x41, 0xd0a, "Cortex-A75"},
    ArmCore{0x41, 0xd0b, "Cortex-A76"},
    ArmCore{0x41, 0xd0c, "Neoverse-N1"},
    ArmCore{0x41, 0xd0d, "Cortex-A77"},
    ArmCore{0x41, 0xd0e, "Cortex-A76AE"},
    ArmCore{0x41, 0xd40, "Neoverse-V1"},
    ArmCore{0x41, 0xd41, "Cortex-A78"},
    ArmCore{0x41, 0xd42, "Cortex-A78AE"},
    ArmCore{0x41, 0xd44, "Cortex-X1"},
    ArmCore{0x41, 0xd43, "Cortex-A65AE"},
    ArmCore{0x41, 0xd46, "Cortex-A510", true},
    ArmCore{0x41, 0xd47, "Cortex-A710"},
    ArmCore{0x41, 0xd48, "Cortex-X2"},
    ArmCore{0x41, 0xd49, "Neoverse-N2"},
    ArmCore{0x41, 0xd4a, "Neoverse-E1"},
    ArmCore{0x41, 0xd4b, "Cortex-A78C"},
    ArmCore{0x41, 0xd4c, "Cortex-X1C"},
    ArmCore{0x41, 0xd4d, "Cortex-A715"},
    ArmCore{0x41, 0xd4e, "Cortex-X3"},
    ArmCore{0x41, 0xd4f, "Neoverse-V2"},
    ArmCore{0x41, 0xd80, "Cortex-A520", true},
    ArmCore{0x41, 0xd81, "Cortex-A720"},
    ArmCore{0x41, 0xd82, "Cortex-X4"},
    ArmCore{0x41, 0xd83, "Neoverse-V3AE"},
    ArmCore{0x41, 0xd84, "Neoverse-V3"},
    ArmCore{0x41, 0xd85, "Cortex-X925"},
    ArmCore{0x41, 0xd87, "Cortex-A725"},
    ArmCore{0x41, 0xd88, "Cortex-A520AE", true},
    ArmCore{0x41, 0xd89, "Cortex-A720AE"},
    ArmCore{0x41, 0xd8a, "C1-Nano", true},
    ArmCore{0x41, 0xd8b, "C1-Pro"},
    ArmCore{0x41, 0xd8c, "C1-Ultra"},
    ArmCore{0x41, 0xd8e, "Neoverse-N3"},
    ArmCore{0x41, 0xd8f, "Cortex-A320", true},
    ArmCore{0x41, 0xd90, "C1-Premium"},
    ArmCore{0x42, 0x516, "ThunderX2"},
    ArmCore{0x43, 0x0a1, "ThunderX"},
    ArmCore{0x43, 0x0a2, "ThunderX-81XX"},
    ArmCore{0x43, 0x0a3, "ThunderX-83XX"},
    ArmCore{0x43, 0x0af, "ThunderX2"},
    ArmCore{0x43, 0x0b8, "ThunderX3"},
    ArmCore{0x46, 0x001, "A64FX"},
    ArmCore{0x46, 0x003, "MONAKA"},
    ArmCore{0x48, 0xd01, "TaiShan-v110"},
    ArmCore{0x48, 0xd02, "TaiShan-v120"},
    ArmCore{0x4e, 0x003, "Denver 2"},
    ArmCore{0x4e, 0x004, "Carmel"},
    ArmCore{0x4e, 0x010, "Olympus"},
    ArmCore{0x50, 0x000, "X-Gene"},
    ArmCore{0x51, 0x001, "Oryon"},
    ArmCore{0x51, 0x800, "Kryo-2XX-Gold"},
    ArmCore{0x51, 0x801, "Kryo-2XX-Silver", true},
    ArmCore{0x51, 0x802, "Kryo-3XX-Gold"},
    ArmCore{0x51, 0x803, "Kryo-3XX-Silver", true},
    ArmCore{0x51, 0x804, "Kryo-4XX-Gold"},
    ArmCore{0x51, 0x805, "Kryo-4XX-Silver", true},
    ArmCore{0x51, 0xc00, "Falkor"},
    ArmCore{0x51, 0xc01, "Saphira"},
    ArmCore{0x61, 0x022, "Icestorm-M1", true, "m1"},
    ArmCore{0x61, 0x023, "Firestorm-M1", false, "m1"},
    ArmCore{0x61, 0x024, "Icestorm-M1-Pro", true, "m1"},
    ArmCore{0x61, 0x025, "Firestorm-M1-Pro", false, "m1"},
    ArmCore{0x61, 0x028, "Icestorm-M1-Max", true, "m1"},
    ArmCore{0x61, 0x029, "Firestorm-M1-Max", false, "m1"},
    ArmCore{0x61, 0x032, "Blizzard-M2", true, "m2"},
    ArmCore{0x61, 0x033, "Avalanche-M2", false, "m2"},
    ArmCore{0x61, 0x034, "Blizzard-M2-Pro", true, "m2"},
    ArmCore{0x61, 0x035, "Avalanche-M2-Pro", false, "m2"},
    ArmCore{0x61, 0x038, "Blizzard-M2-Max", true, "m2"},
    ArmCore{0x61, 0x039, "Avalanche-M2-Max", false, "m2"},
    ArmCore{0x61, 0x042, "Sawtooth-M3", true, "m3"},
    ArmCore{0x61, 0x043, "Everest-M3", false, "m3"},
    ArmCore{0x61, 0x044, "Sawtooth-M3-Pro", true, "m3"},
    ArmCore{0x61, 0x045, "Everest-M3-Pro", false, "m3"},
    ArmCore{0x61, 0x048, "Sawtooth-M3-Max", true, "m3"},
    ArmCore{0x61, 0x049, "Everest-M3-Max", false, "m3"},
    ArmCore{0x61, 0x052, "E-core-M4", true, "m4"},
    ArmCore{0x61, 0x053, "P-core-M4", false, "m4"},
    ArmCore{0x61, 0x054, "E-core-M4-Pro", true, "m4"},
    ArmCore{0x61, 0x055, "P-core-M4-Pro", false, "m4"},
    ArmCore{0x61, 0x058, "E-core-M4-Max", true, "m4"},
    ArmCore{0x61, 0x059, "P-core-M4-Max", false, "m4"},
    ArmCore{0x6d, 0xd49, "Azure-Cobalt-100"},
    ArmCore{0x70, 0x303, "FTC310", true},
    ArmCore{0x70, 0x660, "FTC660"},
    ArmCore{0x70, 0x661, "FTC661"},
    ArmCore{0x70, 0x662, "FTC662"},
    ArmCore{0x70, 0x663, "FTC663"},
    ArmCore{0x70, 0x664, "FTC664"},
    ArmCore{0x70, 0x862, "FTC862"},
    ArmCore{0xc0, 0xac3, "Ampere-1", false, "ampere1"},
    ArmCore{0xc0, 0xac4, "Ampere-1a", false, "ampere1a"},
    ArmCore{0xc0, 0xac5, "Ampere-1b", false, "ampere1b"},
};

// Some kernels write a field once, behind all processors.
std::optional<int> numberOf(const CpuInfo &info, const CpuInfo::Fields &fields, std::string_view key)
{
    auto text = CpuInfo::find(fields, key);
    if (!text)
        text = CpuInfo::find(info.common, key);
    return text ? parseInt(*text) : std::nullopt;
}

} // namespace

std::optional<std::string_view> armImplementer(int implementer)
{
    const auto *found = std::ranges::find(implementers, implementer, &Implementer::id);
    return found == implementers.end() ? std::nullopt : std::optional(found->name);
}

const ArmCore *armCore(int implementer, int part)
{
    const auto *found = std::ranges::find_if(
        cores, [&](const ArmCore &core) { return core.implementer == implementer && core.part == part; });
    return found == cores.end() ? nullptr : found;
}

const ArmCore *armCore(std::uint64_t mainId)
{
    return armCore(static_cast<int>(mainId >> 24 & 0xff), static_cast<int>(mainId >> 4 & 0xfff));
}

const ArmCore *armCoreOf(const CpuInfo &info, const CpuInfo::Processor &processor)
{
    const auto implementer = numberOf(info, processor.fields, "CPU implementer");
    const auto part = numberOf(info, processor.fields, "CPU part");
    return implementer && part ? armCore(*implementer, *part) : nullptr;
}

std::string armDesignName(const ArmCore &core)
{
    std::string name(core.design.empty() ? core.name : core.design);
    for (char &letter : name) {
        if (letter >= 'A' && letter <= 'Z')
            letter = static_cast<char>(letter - 'A' + 'a');
        else if (letter == '-' || letter == ' ')
            letter = '_';
    }
    return name;
}

} // namespace firstlight
