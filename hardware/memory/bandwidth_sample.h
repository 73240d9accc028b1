#pragma once

#include "hardware/machine.h"

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <stop_token>
#include <vector>

namespace firstlight {

/// What a bandwidth sample will read, and with which processors.
struct BandwidthPlan {
    struct Node {
        int number = 0;
        CpuList cpus; ///< one thread is pinned to each; not empty

        bool operator==(const Node &) const = default;
    };
    std::vector<Node> nodes;
    std::size_t bytesPerThread = 0; ///< a multiple of 1 MiB; each thread has memory of its own
    std::size_t leastNodeBytes = 0; ///< if memory comes so slowly that a node has less, there is no sample
    std::chrono::milliseconds budget{0};

    bool operator==(const BandwidthPlan &) const = default;
};

/// Measured reading speed of main memory.
struct BandwidthSample {
    MemoryBandwidth all;                  ///< of all nodes at once, each read by its own CPUs
    std::map<int, MemoryBandwidth> nodes; ///< by number of the node
    /// Threads together were slower than one alone: other programs held their processors. Then the speed of
    /// one is given for all, and it is worth to measure again.
    bool disturbed = false;

    bool operator==(const BandwidthSample &) const = default;
};

/// Reads memory for at most \a plan.budget, page faults and thread starts included, and gives it back.
/// Each thread touches its own part first, so that the kernel takes it from the thread's node; caches are
/// emptied of a part before each pass over it. One thread of each node reads alone (the nodes at the same
/// time), then all threads together. The best pass counts, and passes are so short (half a millisecond) that
/// other programs on the same processors do not come into every one. nullopt: memory or threads were
/// refused, there was no time for a pass, or \a stop was requested.
std::optional<BandwidthSample> measureBandwidth(const BandwidthPlan &plan, std::stop_token stop = {});

} // namespace firstlight
