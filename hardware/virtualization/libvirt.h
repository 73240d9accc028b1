#pragma once

#include "hardware/machine.h"
#include "hardware/probe.h"
#include "hardware/root.h"

#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

namespace firstlight {

/// libvirt's version by the name of its library, and its two services for QEMU. A service is asked only if \a
/// options.trials; that no socket is there needs no asking. A session's service that is not running is
/// started by libvirt itself when it is wanted, so it is not known to answer and not known to fail: `answers`
/// is nullopt with the reason "starts-on-demand". Other reasons: those of askLibvirt(), of the socket that
/// came nearest. For root both URIs mean the system's service. nullopt: neither library nor service is
/// installed, or a recording that does not tell.
std::optional<Libvirt> readLibvirt(const Root &root, const std::string &architecture,
                                   const ProbeOptions &options, std::stop_token stop);

/// 9.0.0 of "libvirt.so.0.9000.0", 11.3.2 of "libvirt.so.0.11003.2"; nullopt for any other name.
std::optional<std::string> libvirtVersion(std::string_view libraryName);

} // namespace firstlight
