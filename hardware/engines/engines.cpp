#include "hardware/engines/engines.h"

#include "hardware/engines/cdi.h"
#include "hardware/engines/podman.h"
#include "hardware/engines/user.h"

#include <unistd.h>

namespace firstlight {

namespace {

/// What may change whether a runtime works without the runtime itself changing.
std::string trialEnvironment(const Root &root, const Engines &engines)
{
    const std::string layout = engines.cgroups ? std::to_string(static_cast<int>(*engines.cgroups)) : "none";
    const std::string boot = root.readTrimmed("proc/sys/kernel/random/boot_id").value_or("");
    return "\nuser " + std::to_string(geteuid()) + "\ncgroups " + layout + "\nboot " + boot;
}

} // namespace

Result<Engines> readEngines(const Root &root, const Cgroups &cgroups, SlowFacts &facts,
                            const ProbeOptions &options, std::stop_token stop)
{
    Engines engines;
    engines.rootless = geteuid() != 0;
    engines.cgroups = cgroups.layout();
    engines.delegatedControllers = delegatedControllers(root, cgroups);
    engines.systemd = root.exists("run/systemd/system");
    engines.selinuxEnforcing = root.readTrimmed("sys/fs/selinux/enforce") == "1";
    engines.cdi = readCdi(root);
    engines.subordinateIds = subordinateIds(root);
    engines.openFilesLimit = openFilesLimit(root);
    engines.processesLimit = processesLimit(root);

    auto podman = readPodman(root, options, trialEnvironment(root, engines), facts, stop);
    if (!podman)
        return fail(podman.error());
    engines.podman = std::move(*podman);
    return engines;
}

} // namespace firstlight
