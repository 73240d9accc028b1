#pragma once

#include "core/result.h"
#include "hardware/machine.h"
#include "hardware/probe.h"
#include "hardware/root.h"
#include "hardware/slow_facts.h"

#include <optional>
#include <stop_token>

namespace firstlight {

/// Podman as PATH finds it, its version, its OCI runtimes and how it is set up for this user; nullopt inside
/// if it is not installed. Runs podman or a runtime only for what neither \a facts nor a package database
/// holds, a runtime only if \a options.trials. \a engines holds what is known of the computer already. The
/// only error is "cancelled".
Result<std::optional<Podman>> readPodman(const Root &root, const Engines &engines,
                                         const ProbeOptions &options, SlowFacts &facts, std::stop_token stop);

/// What podman manages cgroups with: a setting, else systemd where it runs, but for another user than root
/// only with cgroup v2 and (\a hasUserBus) a session of systemd's own.
std::string cgroupManager(const std::optional<std::string> &setting, const Engines &engines, bool hasUserBus);

} // namespace firstlight
