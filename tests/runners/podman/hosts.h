#pragma once

#include "core/directories.h"
#include "hardware/machine.h"
#include "runners/podman/host_setup.h"

#include <string>

/// Computers of which only what podman depends on is told.
namespace firstlight::hosts {

inline Machine machineWith(Engines engines)
{
    Machine machine;
    machine.engines = std::move(engines);
    return machine;
}

inline Podman podmanOf(const std::string &version)
{
    return {.path = "/usr/bin/podman",
            .version = version,
            .runtimes = {{.name = "crun", .path = "/usr/bin/crun", .works = true, .reason = {}},
                         {.name = "runc", .path = "/usr/sbin/runc", .works = true, .reason = {}}},
            .networkBackend = "netavark"};
}

/// Debian 12 as it is installed: systemd, cgroup v2.
inline Engines debianRoot()
{
    Engines engines;
    engines.podman = podmanOf("4.3.1");
    engines.rootless = false;
    engines.cgroups = CgroupLayout::V2;
    engines.delegatedControllers = {"cpu", "cpuset", "io", "memory", "pids"};
    engines.systemd = true;
    engines.openFilesLimit = 1048576;
    engines.processesLimit = 63432;
    return engines;
}

inline Engines debianUser()
{
    Engines engines = debianRoot();
    engines.rootless = true;
    engines.delegatedControllers = {"cpu", "memory", "pids"};
    engines.subordinateIds = true;
    engines.openFilesLimit = 524288;
    return engines;
}

/// Root in a container or a reduced system: mixed cgroups, no systemd, limits that cannot be raised.
inline Engines reducedRoot()
{
    Engines engines = debianRoot();
    engines.podman->runtimes[0].works = false;
    engines.podman->runtimes[0].reason = "crun: cgroups in hybrid mode not supported";
    engines.cgroups = CgroupLayout::Hybrid;
    engines.delegatedControllers.clear();
    engines.systemd = false;
    engines.openFilesLimit = 20000;
    engines.processesLimit = 32768;
    return engines;
}

/// Folders below the usual ones of a user called anna.
inline Directories usualDirectories()
{
    const std::filesystem::path home = "/home/anna";
    return {.config = home / ".config/firstlight",
            .data = home / ".local/share/firstlight",
            .cache = home / ".cache/firstlight",
            .state = home / ".local/state/firstlight",
            .runtime = "/run/user/1000/firstlight",
            .home = std::nullopt};
}

/// Everything below one folder, as FIRSTLIGHT_HOME makes it.
inline Directories portableDirectories()
{
    const std::filesystem::path home = "/media/stick";
    return {.config = home / "config",
            .data = home / "data",
            .cache = home / "cache",
            .state = home / "state",
            .runtime = "/run/user/1000/firstlight/home-0123abcd",
            .home = home};
}

/// A user whose podman store is there and well, so that nothing is to be decided about it.
inline UserEnvironment settledUser()
{
    return {.storageConfigured = false,
            .storageDriver = "overlay",
            .runtimeDirectory = true,
            .registriesConf = {}};
}

} // namespace firstlight::hosts
