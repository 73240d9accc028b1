#pragma once

#include "hardware/machine.h"

#include <array>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>

namespace firstlight {

/// One processor design: what it adds to the designs that it descends from.
struct Design {
    std::string_view name;                   ///< archspec's spelling
    std::string_view vendor;                 ///< as Cpu::vendor; empty: of any vendor
    std::array<std::string_view, 2> parents; ///< empty ones are none; they stand before this in the table
    std::string_view adds;                   ///< flags in the kernel's spellings, between blanks
    bool byNameOnly = false;                 ///< compatible() never offers it to a processor of another name
};

/// What is known of a processor, to be named.
struct DesignQuery {
    std::optional<std::string> name; ///< by model numbers; nullopt: they are not known to us
    std::string_view vendor;
    const std::set<std::string> &flags;
};

/// The name with what it lacks here, and the best design of \a table (parents first, 64 at most) whose every
/// feature is visible: `name` itself, else among those of the vendor that descend from the best generic one
/// the one with the longest ancestry (archspec's rule). Without a name, what is compatible is the name;
/// nullopt if nothing is.
std::optional<Microarchitecture> nameDesign(std::span<const Design> table, const DesignQuery &query);

/// Tables of designs; the facts are archspec-json's (Apache-2.0 or MIT) and, for what it does not know, the
/// instruction sets of GCC's -march options.
std::span<const Design> x86Designs();
std::span<const Design> armDesigns();
std::span<const Design> loongArchDesigns();

/// The design by vendor (as /proc/cpuinfo writes it), family, model and stepping. Sources: the model numbers
/// of Linux' intel-family.h, the ranges of AMD's families in its kernel/cpu/amd.c, and GCC's for Zhaoxin.
std::optional<std::string_view> x86DesignName(std::string_view vendor, int family, int model, int stepping);

} // namespace firstlight
