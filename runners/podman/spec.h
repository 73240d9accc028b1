#pragma once

#include "runners/plan/launch_plan.h"
#include "runners/podman/host_setup.h"

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace firstlight {

/// What a plan leaves to the moment of the launch.
struct LaunchPlace {
    std::string image;                ///< id of the image, or a reference
    int hostPort = 0;                 ///< on 127.0.0.1
    std::string secret;               ///< what stands for {secret}; empty: it stays as it is
    std::filesystem::path demoFolder; ///< of this launch; the socket appears in its sub-folder `socket`
    std::vector<unsigned>
        deviceGroups; ///< groups that own the device nodes: without capabilities root needs them too

    bool operator==(const LaunchPlace &) const = default;
};

/// Body of POST containers/create for \a plan on this host. Pure. Every limit and hardening setting that the
/// plan names is in it, except cgroup limits that this host cannot hold a container to
/// (HostSetup::limitsWork, cpusetWorks). Mounts of kind Bind must have a source.
nlohmann::json makeSpec(const LaunchPlan &plan, const HostSetup &setup, const LaunchPlace &place);

/// The same container as the words of a `podman run` line, without "podman". For `firstlight plan --format
/// podman`; the socket of a demo without network appears in the folder of \a place.
std::vector<std::string> toPodmanRun(const LaunchPlan &plan, const HostSetup &setup,
                                     const LaunchPlace &place);

/// 16 hexadecimal digits: equal for two plans that give the same container. Port and folder of a launch, the
/// texts that explain the plan, and the memory limit do not count: the limit depends on the memory that is
/// free at the moment, of which the demo itself takes some once it runs.
std::string planFingerprint(const LaunchPlan &plan, const HostSetup &setup);

/// The user inside the container: "65532:65532", "0:0", or empty for the image's own.
std::string containerUserOf(const LaunchPlan &plan, const HostSetup &setup);

/// Folder of the socket on the host.
std::filesystem::path socketFolderOf(const std::filesystem::path &demoFolder);

} // namespace firstlight
