#pragma once

#include "catalog/choice.h"
#include "catalog/demo.h"
#include "catalog/recipe.h"
#include "core/result.h"
#include "hardware/machine.h"
#include "runners/plan/launch_plan.h"

#include <filesystem>
#include <optional>

namespace firstlight {

/// All that a plan is made from. References must outlive the call.
struct PlanInputs {
    const Demo &demo;
    const VariantChoice &choice;
    const Machine &machine;
    const std::optional<Recipe> &recipe; ///< of the chosen variant, if it has one
    std::filesystem::path storeRoot;     ///< of the model store, to name the blobs that are mounted
    int hostPort = 0;                    ///< the person's wish; 0: a free one is chosen at launch
};

/// Settles one launch. Pure: same inputs, same plan, on any computer.
LaunchPlan makePlan(const PlanInputs &inputs);

/// How many threads a compute-bound server should use here: one for each physical core that this process may
/// use, and no more than the CPU time it is given. More is never right: with two spinning threads on one CPU,
/// llama.cpp gave no answer within 120 s; with `--cpus 1`, one thread is 25 % faster than two.
TunedSetting chooseThreads(const Cpu &cpu);

} // namespace firstlight
