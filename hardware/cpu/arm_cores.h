#pragma once

#include "hardware/cpu/cpuinfo.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace firstlight {

/// A core's design by the fields of its main ID register (MIDR_EL1).
struct ArmCore {
    int implementer; ///< bits 31-24, "CPU implementer" of /proc/cpuinfo
    int part;        ///< bits 15-4, "CPU part"
    std::string_view name;
    bool little = false;          ///< the slow one wherever it stands beside others
    std::string_view design = {}; ///< archspec's name, where it is not that of the core
};

/// Who designed an Arm core, by the "CPU implementer" of /proc/cpuinfo (the Arm ARM's table).
std::optional<std::string_view> armImplementer(int implementer);

/// nullptr: not known to us. Only common ones are.
const ArmCore *armCore(int implementer, int part);
/// The same by a whole main ID register.
const ArmCore *armCore(std::uint64_t mainId);
const ArmCore *armCoreOf(const CpuInfo &info, const CpuInfo::Processor &processor);

/// archspec's spelling: neoverse_n1, m1, ampere1a.
std::string armDesignName(const ArmCore &core);

} // namespace firstlight
