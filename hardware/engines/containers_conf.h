#pragma once

#include "hardware/root.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace firstlight {

/// The few settings of podman's containers.conf that the probe needs; a later file replaces what an earlier
/// one said.
struct ContainersConf {
    std::optional<std::string> runtime;        ///< [engine] runtime: a name or an absolute path
    std::optional<std::string> networkBackend; ///< [network] network_backend: netavark or cni
    std::vector<std::string> files; ///< absolute paths of all files that count, present or not, in order
};

/// The files podman would read for this user now: the one that CONTAINERS_CONF names, or the distribution's,
/// the computer's and, unless root, the user's own.
ContainersConf readContainersConf(const Root &root);

/// Takes the settings of one file's text; anything else in it is ignored.
void takeContainersConf(std::string_view text, ContainersConf &conf);

} // namespace firstlight
