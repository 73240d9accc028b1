#pragma once

#include "catalog/demo.h"
#include "core/result.h"
#include "hardware/machine.h"

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace firstlight {

enum class Verdict { RunsNow, AfterFix, Unknown, Cannot };

/// Why a variant does not simply run. Each kind has its sentence and its remedy in text/.
enum class ObstacleKind {
    Architecture,   ///< another processor family
    IsaLevel,       ///< an older generation of it
    CpuFlags,       ///< named instructions are missing
    Platform,       ///< made for another kind of computer (Apple's, for instance)
    Memory,         ///< not enough free memory
    MemoryTotal,    ///< more than this computer has at all
    Disk,           ///< not enough free disk
    NoDevice,       ///< no accelerator of that vendor or kind
    DeviceProperty, ///< one was found, but its driver, memory or generation is too old or too small
    DeviceDriver,   ///< found, but no driver is bound
    DeviceAccess,   ///< found, but this user may not open it
    Cdi,            ///< the container engine has no description of the GPU
    NoEngine,       ///< podman is not installed
    EngineVersion,  ///< too old
    EngineRuntime,  ///< no OCI runtime works here
    SubordinateIds, ///< rootless podman lacks its id ranges
    Undescribed,    ///< a fact that the requirement needs is not known
};

/// One reason, with both sides of the comparison. `needed` is the least that would do; where something else
/// is meant it begins with <=, = or !=. Sizes are decimal bytes, without a unit.
struct Obstacle {
    ObstacleKind kind = ObstacleKind::Undescribed;
    std::string subject;  ///< "nvidia", "avx512_vnni", "/dev/dri/renderD128"
    std::string needed;   ///< of DeviceAccess: the group whose members may open it; empty: not known
    std::string found;    ///< empty: nothing
    bool fixable = false; ///< a remedy exists that the person can do on this computer
    bool unknown = false; ///< not a no: the fact is not known

    bool operator==(const Obstacle &) const = default;
};

/// What is predicted before anything is fetched, and from what.
struct Estimate {
    std::optional<std::uint64_t> memoryBytes;
    std::optional<std::uint64_t> diskBytes;
    std::optional<double> tokensPerSecond;
    std::vector<std::pair<std::string, std::string>>
        inputs; ///< name → value with unit, in the order of the arithmetic

    bool operator==(const Estimate &) const = default;
};

enum class Placement { Accelerator, Cpu };

struct VariantChoice {
    std::string variant;
    Verdict verdict = Verdict::Unknown;
    std::vector<Obstacle> obstacles; ///< empty when it runs now
    std::string model;               ///< id of the model taken; empty: none
    std::optional<int> contextTokens;
    Placement placement = Placement::Cpu;
    std::string device; ///< address of the accelerator that satisfied `device`; empty: none
    Estimate estimate;

    bool operator==(const VariantChoice &) const = default;
};

/// For one demo every variant, best first; the order does not depend on the order of the catalog.
struct Choice {
    std::string demo;
    std::vector<VariantChoice> ranked;

    /// The first one if it runs now, else nullptr. The pointer is into this Choice.
    const VariantChoice *chosen() const;
    bool operator==(const Choice &) const = default;
};

/// What the person insists on.
struct ChoiceOptions {
    std::string
        variant; ///< only this one may be chosen (it comes first, the others are still judged); empty: any
    std::optional<int> contextTokens; ///< instead of the catalog's; no more than the model was trained for
};

/// Pure: same demo and machine, same choice. Error "variant-unknown" {variant, demo, nearest} (kind
/// BadInput).
///
/// Beside what the author requires, a variant needs a container engine that works, memory and disk. A
/// recording that does not tell about engines (`Machine::engines` is nullopt) is judged as if they worked and
/// all memory that it does not tell of were free, and one without storage as if the disk were large enough:
/// who replays it asks what the hardware could run.
/// Other unknown facts make the verdict Unknown.
Result<Choice> choose(const Demo &demo, const Machine &machine, const ChoiceOptions &options = {});

nlohmann::json toJson(const Choice &choice);

} // namespace firstlight
