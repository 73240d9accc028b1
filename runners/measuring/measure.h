#pragma once

#include "catalog/choice.h"
#include "runners/running_demo.h"

#include <optional>
#include <stop_token>
#include <string>

namespace firstlight {

/// Asks a demo that is ready for a little of what it makes, through the interface that the catalog names for
/// it (runners/asking/), and looks at what that took. Takes a second or so, at most 20. What cannot be asked is
/// left out.
///
/// Speed is as the demo itself counts it, without the way to us: `predicted_per_second` of llama.cpp,
/// X-Compute-Seconds of our own. Memory is the peak of resident memory (VmHWM) of \a process and its
/// descendants. \a process 0: not known.
struct Measured {
    std::optional<std::uint64_t> memoryBytes;
    std::optional<WorkUnit> unit;
    std::optional<double> unitsPerSecond;

    bool operator==(const Measured &) const = default;
};
Measured measureDemo(const RunningDemo &demo, const std::string &api, int process, std::stop_token stop);

/// Peak of resident memory of \a process and its descendants, as /proc below \a proc tells it.
std::optional<std::uint64_t> peakMemoryOf(int process, const std::string &proc = "/proc");

} // namespace firstlight
