#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

namespace firstlight {

enum class DemoState {
    Starting,    ///< the container runs, the demo does not answer yet
    Ready,       ///< it answered its readiness test
    Unreachable, ///< the container runs but nothing forwards to it (its launcher was killed): `run` repairs
                 ///< it
    Stopped,     ///< the container exists and does not run
};

/// A demo found in the engine by its labels. Never written down anywhere else.
struct RunningDemo {
    std::string demo;
    std::string variant;
    std::string containerId;
    std::string containerName;
    std::string address; ///< http://127.0.0.1:41873
    std::string secret;  ///< password of a demo that asks for one; empty: none
    int hostPort = 0;
    DemoState state = DemoState::Starting;
    std::optional<int> exitCode;            ///< of a stopped one
    std::optional<std::uint64_t> startedAt; ///< seconds since the epoch
    std::string image;

    bool operator==(const RunningDemo &) const = default;
};

/// One thing that the plan promised, and what the running demo shows.
struct ProofResult {
    std::string what;     ///< cpu-build, threads, memory-limit, …
    std::string found;    ///< empty: the log did not tell
    std::string expected; ///< empty: anything is right
    bool kept = true;

    bool operator==(const ProofResult &) const = default;
};

nlohmann::json toJson(const RunningDemo &demo);

} // namespace firstlight
