#pragma once

#include "core/directories.h"
#include "core/result.h"
#include "hardware/machine.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace firstlight {

/// A way in which this host needs help to run containers, and what is done about it: {"oci-runtime", {{"runtime",
/// "runc"}, {"instead-of", "crun"}, {"found", "crun: cgroups in hybrid mode not supported"}}}. Shown by --verbose.
struct Workaround {
    std::string code;
    std::map<std::string, std::string> facts;

    bool operator==(const Workaround &) const = default;
};

/// How podman is to be called on this host. Pure data made from the probe; nothing is written yet, and the user's own
/// configuration files are never touched: podman gets private ones through its environment.
struct HostSetup {
    std::map<std::string, std::string> environment;       ///< CONTAINERS_CONF, CONTAINERS_STORAGE_CONF, … for podman
    std::map<std::filesystem::path, std::string> files;   ///< the private configuration files, with their content
    std::vector<Workaround> workarounds;                  ///< empty: podman's defaults are right here
    std::map<std::string, std::uint64_t> resourceLimits;  ///< nofile, nproc for each container: always send both
    bool limitsWork = true;     ///< cgroup limits take effect (not so for rootless on cgroup v1)
    bool cpusetWorks = true;    ///< a CPU set may be asked for (not so where the controller is not delegated)
    std::string containerUser; ///< "65532:65532" when podman is root's, "" (root inside = this user) when rootless

    bool operator==(const HostSetup &) const = default;
};

/// Decides the setup. Errors: "podman-missing", "podman-no-runtime" {found: the runtimes' own words}.
Result<HostSetup> planHostSetup(const Machine &machine, const Directories &directories);

}
