#pragma once

#include "core/progress.h"
#include "runners/engine.h"
#include "runners/podman/found_demo.h"
#include "runners/podman/host_setup.h"
#include "runners/podman/libpod.h"
#include "runners/podman/podman_engine.h"

#include <stop_token>
#include <string>

namespace firstlight {

/// What a launch works with. References must outlive the call.
struct LaunchHost {
    Libpod &podman;
    const HostSetup &setup;
    const std::string &architecture;
    const PodmanPlace &place;
};

/// Engine::launch() with podman: image and files first, then the container. A demo that runs already is kept
/// if it was started from the same plan (and gets a new forwarder if its own is gone); one of another plan is
/// replaced, but not before everything that the new one needs is here. One launch of a demo at a time, also
/// between processes.
Result<Launched> launchWithPodman(const LaunchPlan &plan, const LaunchHost &host, Progress &progress,
                                  std::stop_token stop);

/// Stops and removes a container of ours, and waits until what belongs to it (forwarder, folder) is gone too.
Result<void> removeDemo(const FoundDemo &found, Libpod &podman, const Directories &directories,
                        std::stop_token stop);

} // namespace firstlight
