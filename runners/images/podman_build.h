#pragma once

#include "core/progress.h"
#include "core/result.h"
#include "runners/podman/host_setup.h"

#include <filesystem>
#include <map>
#include <optional>
#include <stop_token>
#include <string>

namespace firstlight {

/// The folder of one build: `context/`, `tmp/` (podman's own temporary files), `build.log` and
/// `build.process`.
struct BuildFolder {
    std::filesystem::path path;

    std::filesystem::path context() const { return path / "context"; }
    std::filesystem::path temporary() const { return path / "tmp"; }
    std::filesystem::path log() const { return path / "build.log"; }
    std::filesystem::path processFile() const { return path / "build.process"; }
};

/// A `podman build` that runs by itself. It is known by process id and start time, since ids are used again.
struct PodmanBuild {
    int process = 0;
    std::string startTime; ///< field 22 of /proc/PID/stat

    bool operator==(const PodmanBuild &) const = default;
};

/// How a build ended. Whether it succeeded is asked of the image store, the only one that knows.
struct BuildEnd {
    std::size_t steps = 0; ///< that were begun
    std::string step;      ///< the last step that was begun
    std::string tail;      ///< the last lines of its output
};

/// Starts `podman build` of \a folder.context() with no network, timestamp 0 and no layers, tagged \a
/// reference.
///
/// The program and not the REST interface: when the connection of a build is closed, podman's service lets
/// the running step go on and then crashes (seen with 4.3.1, reported upstream for 6.1), and its parameter
/// networkmode=none silently means the host's network. The program runs on by itself when this process is
/// killed, so that it can tidy up behind itself.
Result<PodmanBuild> startPodmanBuild(const BuildFolder &folder, const std::string &reference,
                                     const std::map<std::string, std::string> &labels, const HostSetup &host);

/// The build of \a folder that still runs, started by this process or by one that was killed.
std::optional<PodmanBuild> findPodmanBuild(const BuildFolder &folder);

/// Waits until \a build has ended and tells \a meter the steps. When \a stop is requested the running step is
/// ended, whereupon podman removes its working containers and ends; a copying or committing step is let
/// finish. Error: "cancelled".
Result<BuildEnd> watchPodmanBuild(const PodmanBuild &build, const BuildFolder &folder, ProgressMeter &meter,
                                  std::stop_token stop);

} // namespace firstlight
