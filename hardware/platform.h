#pragma once

#include "hardware/root.h"

#include <optional>
#include <string>

namespace firstlight {

/// Maker and model as the device tree or DMI names them, "Raspberry Pi 5 Model B Rev 1.0", "Dell Inc. XPS 13
/// 7390"; fillers of careless makers ("To Be Filled By O.E.M.") count as nothing. Never a serial number.
std::optional<std::string> boardName(const Root &root);

/// asahi (Linux on Apple's processors), wsl2, wsl1; nullopt: nothing special. \a kernel is its release.
std::optional<std::string> platform(const Root &root, const std::optional<std::string> &kernel);

/// In which container this program runs, in systemd's words: podman, docker, kubernetes, lxc, systemd-nspawn,
/// wsl, … nullopt: none seen. \a platform as above.
std::optional<std::string> container(const Root &root, const std::optional<std::string> &platform);

} // namespace firstlight
