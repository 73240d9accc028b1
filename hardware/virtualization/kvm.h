#pragma once

#include "hardware/machine.h"
#include "hardware/probe.h"
#include "hardware/root.h"
#include "hardware/slow_facts.h"

#include <optional>
#include <stop_token>

namespace firstlight {

/// /dev/kvm, whether a tiny guest has run under it, and whether its guests may have guests. The guest is
/// tried only if \a options.trials and \a facts hold no outcome since the last boot; nothing is tried once \a
/// stop is requested. nullopt: a recording that does not tell about /dev/kvm.
std::optional<Kvm> readKvm(const Root &root, SlowFacts &facts, const ProbeOptions &options,
                           std::stop_token stop);

} // namespace firstlight
