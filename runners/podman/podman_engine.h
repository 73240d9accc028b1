#pragma once

#include "core/directories.h"
#include "hardware/machine.h"
#include "runners/engine.h"
#include "runners/podman/host_setup.h"
#include "transfer/store.h"

#include <filesystem>
#include <functional>
#include <memory>

namespace firstlight {

/// Where the engine finds what it does not make itself. The references must outlive the engine.
struct PodmanPlace {
    const Directories &directories;
    Store &store;
    std::filesystem::path program; ///< `firstlight` itself, which is also the forwarder
};

/// Plans run with podman. \a machine must have been probed with its OCI runtimes tried. Nothing is started
/// before the first call of the engine; each workaround that this host needs is told once, now. Errors:
/// "podman-missing", "podman-no-runtime" {found}.
Result<std::unique_ptr<Engine>> makePodmanEngine(const Machine &machine, const PodmanPlace &place,
                                                 const std::function<void(const Workaround &)> &onWorkaround
                                                 = {});

} // namespace firstlight
