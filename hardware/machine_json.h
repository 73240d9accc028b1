#pragma once

#include "core/result.h"
#include "hardware/machine.h"

#include <nlohmann/json_fwd.hpp>

namespace firstlight {

/// Sorted keys, null for unknown, CPU lists in kernel list format.
nlohmann::json toJson(const Machine &machine);

/// The inverse; unknown keys are ignored, a wrong type is the error "machine-profile-damaged" naming the JSON
/// pointer.
Result<Machine> machineFromJson(const nlohmann::json &json);

} // namespace firstlight
