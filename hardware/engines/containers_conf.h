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
    std::optional<std::string> cgroupManager;  ///< [engine] cgroup_manager: systemd or cgroupfs
    std::optional<std::string> networkBackend; ///< [network] network_backend: netavark or cni

    bool operator==(const ContainersConf &) const = default;
};

/// What the files say that podman would read for this user. A recording holds these settings and nothing else
/// of the files.
ContainersConf readContainersConf(const Root &root, bool rootless);

/// Absolute paths of the files that podman would read for this user now, present or not, in order: the one
/// that CONTAINERS_CONF names, or the distribution's, the computer's and, unless root, the user's own. For
/// the running computer.
std::vector<std::string> containersConfFiles(const Root &root, bool rootless);

/// Takes the settings of one file's text; anything else in it is ignored.
void takeContainersConf(std::string_view text, ContainersConf &conf);

/// The settings as the text of one file.
std::string containersConfText(const ContainersConf &conf);

} // namespace firstlight
