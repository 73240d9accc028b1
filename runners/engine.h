#pragma once

#include "core/progress.h"
#include "core/result.h"
#include "runners/plan/launch_plan.h"
#include "runners/running_demo.h"

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

namespace firstlight {

/// What became of a launch.
struct Launched {
    RunningDemo demo;
    std::vector<ProofResult> proofs;
    std::string imageDigest;   ///< of an unlocked image: what the tag was resolved to
    bool alreadyRan = false;   ///< it was running and ready before; nothing was started
    int process = 0;           ///< its first one, as the host numbers it; 0: not known
    double secondsToReady = 0; ///< from the start of the container

    bool operator==(const Launched &) const = default;
};

/// Something that can run plans: podman now, libvirt and others later. All functions block; call them from a
/// worker.
class Engine {
public:
    virtual ~Engine() = default;

    /// Fetches, builds, starts and waits until the demo answers. On failure or stop everything that this call
    /// made is undone in reverse order. Errors: "image-wrong-cpu" (it died by SIGILL), "demo-died" {exit}
    /// with the log's tail, "demo-not-ready" {seconds} with the log's tail, "port-taken" {port}, "cancelled",
    /// and those of fetching.
    virtual Result<Launched> launch(const LaunchPlan &plan, Progress &progress, std::stop_token stop) = 0;
    virtual Result<std::vector<RunningDemo>> list(std::stop_token stop) = 0;
    /// Stops and removes; "demo-not-running" {demo} if there is none.
    virtual Result<void> stop(const std::string &demo, std::stop_token stop) = 0;
    /// The log, oldest first, line by line; \a follow waits for more until \a stop.
    virtual Result<void> logs(const std::string &demo, bool follow,
                              const std::function<void(const std::string &line)> &onLine,
                              std::stop_token stop)
        = 0;
};

} // namespace firstlight
