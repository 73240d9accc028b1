#include "hardware/cpu/arm_cores.h"

#include <algorithm>
#include <array>

namespace firstlight {

namespace {

struct Implementer {
    int id;
    std::string_view name;
};

struct Core {
    int implementer;
    int part;
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

constexpr std::array cores{
    Core{0x41, 0xd03, "Cortex-A53"},
    Core{0x41, 0xd04, "Cortex-A35"},
    Core{0x41, 0xd05, "Cortex-A55"},
    Core{0x41, 0xd07, "Cortex-A57"},
    Core{0x41, 0xd08, "Cortex-A72"},
    Core{0x41, 0xd09, "Cortex-A73"},
    Core{0x41, 0xd0a, "Cortex-A75"},
    Core{0x41, 0xd0b, "Cortex-A76"},
    Core{0x41, 0xd0c, "Neoverse-N1"},
    Core{0x41, 0xd0d, "Cortex-A77"},
    Core{0x41, 0xd40, "Neoverse-V1"},
    Core{0x41, 0xd41, "Cortex-A78"},
    Core{0x41, 0xd42, "Cortex-A78AE"},
    Core{0x41, 0xd44, "Cortex-X1"},
    Core{0x41, 0xd46, "Cortex-A510"},
    Core{0x41, 0xd47, "Cortex-A710"},
    Core{0x41, 0xd48, "Cortex-X2"},
    Core{0x41, 0xd49, "Neoverse-N2"},
    Core{0x41, 0xd4a, "Neoverse-E1"},
    Core{0x41, 0xd4b, "Cortex-A78C"},
    Core{0x41, 0xd4c, "Cortex-X1C"},
    Core{0x41, 0xd4d, "Cortex-A715"},
    Core{0x41, 0xd4e, "Cortex-X3"},
    Core{0x41, 0xd4f, "Neoverse-V2"},
    Core{0x41, 0xd80, "Cortex-A520"},
    Core{0x41, 0xd81, "Cortex-A720"},
    Core{0x41, 0xd82, "Cortex-X4"},
    Core{0x41, 0xd84, "Neoverse-V3"},
    Core{0x41, 0xd85, "Cortex-X925"},
    Core{0x41, 0xd87, "Cortex-A725"},
    Core{0x41, 0xd8e, "Neoverse-N3"},
    Core{0x43, 0x0a1, "ThunderX"},
    Core{0x43, 0x0af, "ThunderX2"},
    Core{0x46, 0x001, "A64FX"},
    Core{0x48, 0xd01, "TaiShan-v110"},
    Core{0x48, 0xd02, "TaiShan-v120"},
    Core{0x4e, 0x003, "Denver 2"},
    Core{0x4e, 0x004, "Carmel"},
    Core{0x51, 0x001, "Oryon"},
    Core{0x51, 0xc00, "Falkor"},
    Core{0x61, 0x022, "Icestorm-M1"},
    Core{0x61, 0x023, "Firestorm-M1"},
    Core{0x61, 0x032, "Blizzard-M2"},
    Core{0x61, 0x033, "Avalanche-M2"},
    Core{0x6d, 0xd49, "Azure-Cobalt-100"},
    Core{0x70, 0x660, "FTC660"},
    Core{0x70, 0x661, "FTC661"},
    Core{0x70, 0x662, "FTC662"},
    Core{0x70, 0x663, "FTC663"},
    Core{0x70, 0x664, "FTC664"},
    Core{0x70, 0x862, "FTC862"},
    Core{0xc0, 0xac3, "Ampere-1"},
    Core{0xc0, 0xac4, "Ampere-1a"},
    Core{0xc0, 0xac5, "Ampere-1b"},
};

} // namespace

std::optional<std::string_view> armImplementer(int implementer)
{
    const auto *found = std::ranges::find(implementers, implementer, &Implementer::id);
    return found == implementers.end() ? std::nullopt : std::optional(found->name);
}

std::optional<std::string_view> armCore(int implementer, int part)
{
    const auto *found = std::ranges::find_if(
        cores, [&](const Core &core) { return core.implementer == implementer && core.part == part; });
    return found == cores.end() ? std::nullopt : std::optional(found->name);
}

} // namespace firstlight
