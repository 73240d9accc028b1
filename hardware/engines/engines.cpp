#include "hardware/engines/engines.h"

#include "hardware/engines/cdi.h"
#include "hardware/engines/docker.h"
#include "hardware/engines/kubernetes.h"
#include "hardware/engines/podman.h"
#include "hardware/engines/slurm.h"
#include "hardware/engines/user.h"
#include "hardware/questions.h"

namespace firstlight {

namespace {

bool systemdRuns(const Root &root)
{
    return answeredYesOrNo(root, "systemd runs",
                           [&]() -> std::optional<bool> { return root.exists("run/systemd/system"); })
        .value_or(false);
}

} // namespace

Result<std::optional<Engines>> readEngines(const Root &root, const Cgroups &cgroups, SlowFacts &facts,
                                           const ProbeOptions &options, std::stop_token stop)
{
    const auto user = userId(root);
    if (!user)
        return std::nullopt;
    Engines engines;
    engines.rootless = *user != 0;
    engines.cgroups = cgroups.layout();
    engines.delegatedControllers = delegatedControllers(root, cgroups, *user);
    engines.systemd = systemdRuns(root);
    engines.selinuxEnforcing = root.readTrimmed("sys/fs/selinux/enforce") == "1";
    engines.cdi = readCdi(root);
    engines.subordinateIds = subordinateIds(root, *user);
    engines.openFilesLimit = openFilesLimit(root);
    engines.processesLimit = processesLimit(root);
    engines.docker = readDocker(root);
    engines.slurm = readSlurm(root);
    engines.kubernetesContexts = readKubernetesContexts(root);

    auto podman = readPodman(root, engines, options, facts, stop);
    if (!podman)
        return fail(podman.error());
    engines.podman = std::move(*podman);
    return engines;
}

} // namespace firstlight
