#pragma once

#include "hardware/machine.h"
#include "hardware/root.h"

#include <optional>

namespace firstlight {

/// The `docker` command and whether this user may open the socket of its service: the one that DOCKER_HOST
/// names, else the computer's, else the user's own of a rootless service. Nothing is asked over it. nullopt
/// if there is no such command. (The command may be podman's own stand-in.)
std::optional<Docker> readDocker(const Root &root);

} // namespace firstlight
