#pragma once

#include "hardware/machine.h"

#include <optional>
#include <string_view>

namespace firstlight {

/// What the text that `sysctl hw machdep` prints on macOS tells, in the kernel spellings of Linux; nullopt if
/// it is no such text. Lists of CPUs stay unknown: macOS does not number them.
std::optional<Machine> machineFromSysctl(std::string_view text);

/// What a table of CPUID registers tells: lines of "leaf, subleaf, eax, ebx, ecx, edx" in decimal, as
/// archspec records Windows computers; nullopt if it is no such table.
std::optional<Machine> machineFromCpuid(std::string_view text);

} // namespace firstlight
