#include "catalog/choosing/engine_check.h"

#include <algorithm>

namespace firstlight {

namespace {

Obstacles checkRuntimes(const Podman &podman)
{
    std::string reasons;
    for (const OciRuntime &runtime : podman.runtimes) {
        if (runtime.works.value_or(true))
            return {};
        reasons += (reasons.empty() ? "" : "; ") + runtime.name
                   + (runtime.reason.empty() ? "" : ": " + runtime.reason);
    }
    return single({.kind = ObstacleKind::EngineRuntime,
                   .subject = "podman",
                   .needed = "crun, runc",
                   .found = reasons,
                   .fixable = true}); // another runtime can be installed
}

Obstacles checkArchitectures(const Variant &variant, const Machine &machine)
{
    const std::vector<std::string> &known = variant.architectures;
    const std::string &found = machine.cpu.architecture;
    if (known.empty() || std::find(known.begin(), known.end(), found) != known.end())
        return {};
    std::string needed;
    for (const std::string &architecture : known)
        needed += (needed.empty() ? "" : ", ") + architecture;
    if (found.empty())
        return {undescribed("arch", needed)};
    return single({.kind = ObstacleKind::Architecture, .subject = needed, .needed = needed, .found = found});
}

} // namespace

Obstacles checkEngine(const Variant &variant, const Machine &machine)
{
    Obstacles obstacles = checkArchitectures(variant, machine);
    if (!machine.engines)
        return obstacles;
    const Engines &engines = *machine.engines;
    if (!engines.podman)
        append(obstacles,
               {{.kind = ObstacleKind::NoEngine, .subject = "podman", .needed = "podman", .fixable = true}});
    else
        append(obstacles, checkRuntimes(*engines.podman));
    if (engines.rootless && engines.subordinateIds == false)
        append(obstacles, {{.kind = ObstacleKind::SubordinateIds,
                            .subject = "/etc/subuid",
                            .needed = "/etc/subuid, /etc/subgid",
                            .fixable = true}});
    return obstacles;
}

} // namespace firstlight
