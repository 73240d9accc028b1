#pragma once

#include "runners/plan/launch_plan.h"
#include "runners/podman/spec.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace firstlight {

/// One mount as podman understands it, whichever way it is told.
struct ContainerMount {
    std::string type; ///< bind, tmpfs, overlay, volume
    std::string source;
    std::string destination;
    std::vector<std::string> options;

    bool operator==(const ContainerMount &) const = default;
};

/// What both outputs (the REST body and the `podman run` line) say, decided once so that they cannot differ.
struct ContainerSettings {
    std::string name;
    std::string image;
    std::vector<std::string> entrypoint;
    std::vector<std::string> arguments;
    std::map<std::string, std::string> environment;
    std::map<std::string, std::string> labels;
    std::map<std::string, std::string> annotations;
    std::vector<ContainerMount> mounts;
    std::vector<std::string> devices;
    std::vector<unsigned> groups;
    std::string user;
    bool readOnlyRoot = true;
    bool dropAllCapabilities = true;
    std::vector<std::string> addedCapabilities;
    bool noNewPrivileges = true;
    std::map<std::string, std::uint64_t> resourceLimits;
    std::optional<std::uint64_t> memoryBytes;
    std::optional<std::int64_t> cpuQuota; ///< microseconds of CPU time in each period of 100 ms
    std::optional<std::string> cpuset;
    std::optional<int> processes;
    std::optional<std::uint64_t> sharedMemoryBytes;
    bool network = false;
    int hostPort = 0;
    int containerPort = 0;
};

inline constexpr std::int64_t cpuPeriod = 100000;         ///< microseconds
inline constexpr std::uint64_t logLimitBytes = 10u << 20; ///< of the log of one container
inline constexpr unsigned stopSeconds = 5;                ///< between SIGTERM and SIGKILL

ContainerSettings settingsOf(const LaunchPlan &plan, const HostSetup &setup, const LaunchPlace &place);

} // namespace firstlight
