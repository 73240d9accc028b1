#pragma once

#include <optional>
#include <string_view>

namespace firstlight {

/// Who designed an Arm core, by the "CPU implementer" of /proc/cpuinfo (MIDR_EL1 bits 31-24, the Arm ARM's
/// table).
std::optional<std::string_view> armImplementer(int implementer);

/// The core's name by implementer and "CPU part" (MIDR_EL1 bits 15-4, each vendor's manuals); only common
/// ones.
std::optional<std::string_view> armCore(int implementer, int part);

} // namespace firstlight
