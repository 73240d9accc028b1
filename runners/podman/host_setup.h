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

/// A way in which this host needs help to run containers, and what is done about it: {"oci-runtime",
/// {{"runtime", "runc"}, {"instead-of", "crun"}, {"found", "crun: cgroups in hybrid mode not supported"}}}.
/// Shown by --verbose.
struct Workaround {
    std::string code;
    std::map<std::string, std::string> facts;

    bool operator==(const Workaround &) const = default;
};

/// How podman is to be called on this host. Pure data made from the probe; nothing is written yet, and the
/// user's own configuration files are never touched: podman gets private ones through its environment.
struct HostSetup {
    std::map<std::string, std::string>
        environment; ///< CONTAINERS_CONF, CONTAINERS_STORAGE_CONF, … for podman
    std::map<std::filesystem::path, std::string>
        files;                                  ///< the private configuration files, with their content
    std::vector<std::filesystem::path> folders; ///< private folders (0700) that podman expects to exist
    std::vector<Workaround> workarounds;        ///< empty: podman's defaults are right here
    std::map<std::string, std::uint64_t>
        resourceLimits;      ///< nofile, nproc for each container: always send both
    bool limitsWork = true;  ///< cgroup limits take effect (not so for rootless on cgroup v1)
    bool cpusetWorks = true; ///< a CPU set may be asked for (not so where the controller is not delegated)
    bool rootless = false;   ///< podman runs without root's rights
    bool selinuxEnforcing = false; ///< what is mounted into a container needs a label
    std::string podman;            ///< path of the program
    std::string ociRuntime;        ///< crun, runc: the one that containers are started with

    bool operator==(const HostSetup &) const = default;

    /// Whether podman needs a private configuration, so that the user's own service cannot be used.
    bool needsOwnService() const { return !environment.empty(); }
};

/// What the setup depends on beside the machine: the user's own podman and environment.
struct UserEnvironment {
    bool storageConfigured = false; ///< the user has a storage.conf of their own
    std::string
        storageDriver; ///< of the podman store that the user already has: overlay, vfs; empty: no store yet
    bool runtimeDirectory = true; ///< XDG_RUNTIME_DIR names a folder of this user
    std::string
        registriesConf; ///< FIRSTLIGHT_REGISTRIES_CONF: a registries.conf instead of the host's; empty: none

    bool operator==(const UserEnvironment &) const = default;
};

/// Looks at HOME, the XDG variables and the user's podman store; nothing is changed.
UserEnvironment readUserEnvironment();

/// Decides the setup; pure. Errors: "podman-missing", "podman-no-runtime" {found: the runtimes' own words}.
Result<HostSetup> planHostSetup(const Machine &machine, const Directories &directories,
                                const UserEnvironment &user);

/// The same with readUserEnvironment().
Result<HostSetup> planHostSetup(const Machine &machine, const Directories &directories);

} // namespace firstlight
