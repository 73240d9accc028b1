#pragma once

#include "hardware/machine.h"

#include <span>
#include <string_view>

namespace firstlight {

/// One step of an instruction set's ladder: what it needs beside all steps below it.
struct IsaLevel {
    std::string_view name;
    std::string_view needs; ///< flags in the kernel's spellings, between blanks
};

/// Sets the highest step of \a ladder (lowest first) up to which no flag is missing, the step above it and
/// what that lacks. Does nothing where \a cpu has no flags.
void climb(std::span<const IsaLevel> ladder, Cpu &cpu);

} // namespace firstlight
