#pragma once

#include "catalog/demo.h"

#include <optional>
#include <string>
#include <vector>

namespace firstlight {

/// What a term may ask about. Reading, checking and comparing requirements all go by this table; a new key is
/// a row here, a property of the schema, and its value in catalog/choosing/.
enum class KeyScope { Machine, Device, Engine };

enum class KeyType {
    Words,    ///< "nvidia" or [amd, intel]: any one of them; != refuses each
    IsaLevel, ///< a named level or a later one of its family, or a named set
    Flags,    ///< kernel spellings: all of them
    Size,     ///< ">= 4 GiB"
    Version,  ///< ">= 7.5", or [ "8.6", "8.9" ]: any one of them
    Target,   ///< a version or names: ">= 7.5", [gfx1100, gfx1101]
};

struct RequirementKey {
    std::string name;
    KeyScope scope;
    KeyType type;
    std::vector<std::string> words; ///< the only ones there are; empty: any
};

const std::vector<RequirementKey> &requirementKeys();
const RequirementKey *requirementKey(KeyScope scope, const std::string &name);

/// One of the named instruction set levels.
struct IsaLevel {
    std::string name;
    std::string architecture;
    std::vector<std::string> includes; ///< the levels that it contains, itself among them
};

/// Sources: x86-64 psABI (v1…v4); Arm ARM (every Armv9 core has the 8.6 set, and the probe says armv9-a only
/// where it has seen it); RISC-V profiles; LoongArch vector extensions (LASX needs LSX).
const std::vector<IsaLevel> &isaLevels();
const IsaLevel *isaLevel(const std::string &name);

/// A named set of instructions that no level contains.
struct IsaSet {
    std::string name;
    std::string architecture;
    std::vector<std::string> flags; ///< kernel spellings, all of them
};

/// What one sees of it in the engines: oneDNN, ggml and OpenVINO choose their kernels by these. Flags as in
/// the kernel's arch/x86/include/asm/cpufeatures.h, Documentation/arch/arm64/elf_hwcaps.rst and the riscv
/// `isa` line.
const std::vector<IsaSet> &isaSets();
const IsaSet *isaSet(const std::string &name);

/// Comparison and bare value of ">= 7.5". No prefix: Equal. nullopt for < and >, or nothing after the prefix.
struct ComparedValue {
    Comparison comparison = Comparison::Equal;
    std::string value;
};
std::optional<ComparedValue> splitComparison(const std::string &text);

} // namespace firstlight
