#pragma once

#include "hardware/cpu/cpuinfo.h"
#include "hardware/machine.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace firstlight {

/// How one processor family writes /proc/cpuinfo. A new family is one file and one line in families.cpp.
struct CpuFamily {
    /// The architecture as `uname -m` spells it, if the text is of this family.
    std::optional<std::string> (*recognise)(const CpuInfo &);
    bool (*isArchitecture)(std::string_view);
    /// Sets vendor, model, family, stepping, flags and ISA level, as far as the text tells.
    void (*describe)(const CpuInfo &, Cpu &);
    /// The name of the design, once the rest of \a cpu is known.
    std::optional<Microarchitecture> (*design)(const CpuInfo &, const Cpu &cpu);
};

extern const CpuFamily x86Family;
extern const CpuFamily armFamily;
extern const CpuFamily riscvFamily;
extern const CpuFamily loongArchFamily;
extern const CpuFamily powerFamily;
extern const CpuFamily s390Family;

std::span<const CpuFamily *const> cpuFamilies();

} // namespace firstlight
