#pragma once

#include "core/result.h"
#include "runners/podman/libpod.h"
#include "runners/running_demo.h"

#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <sys/types.h>
#include <vector>

namespace firstlight {

/// One of our containers, read from podman and from the labels that it carries.
struct FoundDemo {
    RunningDemo demo;
    std::string plan; ///< fingerprint of the plan that it was started from
    std::string readyPath;
    std::filesystem::path folder; ///< of its launch; empty: podman publishes its port
    std::string socketName;
    pid_t process = 0; ///< its first process; 0: it does not run

    bool runs() const { return process > 0; }
    bool operator==(const FoundDemo &) const = default;
};

/// All containers that carry our label, sorted by demo. States are Starting, Unreachable (nothing forwards to
/// it) or Stopped: whether one is ready is asked by lookAtReadiness().
Result<std::vector<FoundDemo>> findDemos(Libpod &podman, std::stop_token stop);

/// What podman's list says of one container; nullopt: it is none of ours. Pure, but for the look at the
/// forwarder's lock.
std::optional<FoundDemo> readFoundDemo(const nlohmann::json &container);

/// Makes Starting into Ready if \a found answers its readiness test within \a timeout.
void lookAtReadiness(FoundDemo &found, std::chrono::milliseconds timeout, std::stop_token stop);

/// The first of \a demo that runs, else the first one, else nullopt.
std::optional<FoundDemo> findDemo(const std::vector<FoundDemo> &all, const std::string &demo);

/// "http://127.0.0.1:PORT/path"; without a slash at its end for the top.
std::string addressOf(int port, const std::string &webPath);

} // namespace firstlight
