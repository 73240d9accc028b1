#pragma once

#include "core/result.h"
#include "hardware/cgroups.h"
#include "hardware/machine.h"
#include "hardware/probe.h"
#include "hardware/root.h"
#include "hardware/slow_facts.h"

#include <optional>
#include <stop_token>

namespace firstlight {

/// The engines of this computer for the user who probes; nullopt inside for a recording that does not tell
/// about its user. Starts a process only for what \a facts do not hold. The only error is "cancelled".
Result<std::optional<Engines>> readEngines(const Root &root, const Cgroups &cgroups, SlowFacts &facts,
                                           const ProbeOptions &options, std::stop_token stop);

} // namespace firstlight
