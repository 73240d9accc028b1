#pragma once

#include "hardware/memory/bandwidth_sample.h"
#include "hardware/probe.h"
#include "hardware/root.h"
#include "hardware/slow_facts.h"

namespace firstlight {

/// A sample of \a machine's memory within \a budget: one thread on each physical core that this process may
/// use (no more than its quota of CPU time), by NUMA node. At most 512 MiB a node and an eighth of the
/// available memory in all. nullopt if the processors or the available memory are not known, or memory is
/// too short for a sample that says anything about memory.
std::optional<BandwidthPlan> planBandwidth(const Machine &machine, std::chrono::milliseconds budget);

/// A sample as text for a recording or for SlowFacts, and back; nullopt for any other text.
std::string toText(const BandwidthSample &sample);
std::optional<BandwidthSample> bandwidthSample(std::string_view text);

/// Fills the bandwidths of \a machine's memory and its nodes: as remembered since the last boot, as a
/// recording tells, or measured now where \a mayMeasure. Reads CPUs, caches and nodes of \a machine.
void readBandwidth(const Root &root, bool mayMeasure, SlowFacts &facts, std::stop_token stop,
                   Machine &machine);

} // namespace firstlight
