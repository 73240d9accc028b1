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

/// How fast a demo makes what it makes: tokens, seconds of sound, pictures or seconds of video a second.
struct Speed {
    WorkUnit unit = WorkUnit::Token;
    double perSecond = 0;
    double factor = 1;         ///< it lies between perSecond ÷ factor and perSecond × factor
    bool measuredHere = false; ///< by earlier runs on this computer; else from bandwidth and arithmetic peaks

    double least() const { return perSecond / factor; }
    double most() const { return perSecond * factor; }
    bool operator==(const Speed &) const = default;
};

/// What is predicted before anything is fetched. The arithmetic is explainEstimate()'s
/// (catalog/estimating/explain.h).
struct Estimate {
    std::optional<std::uint64_t> memoryBytes;
    double memorySpread = 0; ///< it lies between memoryBytes × (1 − spread) and × (1 + spread)
    std::optional<std::uint64_t> diskBytes;
    std::optional<Speed> speed;

    bool operator==(const Estimate &) const = default;
};

/// Where a variant works, the most wanted first.
enum class Placement {
    Accelerator,
    Offload, ///< some layers on the accelerator, the rest on the processor
    Cpu
};

struct VariantChoice {
    std::string variant;
    Verdict verdict = Verdict::Unknown;
    std::vector<Obstacle> obstacles; ///< empty when it runs now
    std::string model;               ///< id of the model taken; empty: none
    std::optional<int> contextTokens;
    std::optional<int> gpuLayers; ///< of Placement::Offload, or as the person wishes; nullopt: all, or none
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

/// What one run on this computer showed.
struct RunRecord {
    std::string demo;
    std::string variant;
    std::string model; ///< empty: none
    std::optional<std::uint64_t> memoryBytes;
    std::optional<WorkUnit> unit;
    std::optional<double> unitsPerSecond;
    std::optional<Placement> placement; ///< nullopt: not recorded
    std::optional<int> contextTokens;   ///< nullopt: not recorded, or the server's own

    bool operator==(const RunRecord &) const = default;
};

/// What the person insists on, and what earlier runs showed.
struct ChoiceOptions {
    std::string
        variant; ///< only this one may be chosen (it comes first, the others are still judged); empty: any
    std::string model;                ///< only this one of each variant's; variants without it take their own
    std::optional<int> contextTokens; ///< instead of the catalog's; no more than the model was trained for
    std::optional<int> gpuLayers;     ///< instead of as many as fit
    std::vector<RunRecord> experience; ///< on this computer
};

/// Pure: same demo and machine, same choice. Errors "variant-unknown" {variant, demo, nearest} and
/// "model-unknown" {model, demo, nearest} (kind BadInput).
///
/// Beside what the author requires, a variant needs a container engine that works, memory and disk. A
/// recording that does not tell about engines (`Machine::engines` is nullopt) is judged as if they worked and
/// all memory that it does not tell of were free, and one without storage as if the disk were large enough:
/// who replays it asks what the hardware could run.
/// Other unknown facts make the verdict Unknown.
Result<Choice> choose(const Demo &demo, const Machine &machine, const ChoiceOptions &options = {});

nlohmann::json toJson(const Choice &choice);
/// The same with the numbers behind each estimate, as explainEstimate() finds them, in "estimate":
/// {"inputs"}.
nlohmann::json toJson(const Choice &choice, const Demo &demo, const Machine &machine);

} // namespace firstlight
