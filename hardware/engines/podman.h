#pragma once

#include "core/result.h"
#include "hardware/machine.h"
#include "hardware/probe.h"
#include "hardware/root.h"
#include "hardware/slow_facts.h"

#include <optional>
#include <stop_token>
#include <string>

namespace firstlight {

/// Podman as PATH finds it, its version and its OCI runtimes; nullopt inside if it is not installed. Runs
/// podman or a runtime only for what \a facts do not hold, a runtime only if \a options.trials. \a
/// environment is what a trial's outcome depends on besides the runtime itself. The only error is
/// "cancelled".
Result<std::optional<Podman>> readPodman(const Root &root, const ProbeOptions &options,
                                         const std::string &environment, SlowFacts &facts,
                                         std::stop_token stop);

} // namespace firstlight
