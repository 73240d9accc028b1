#pragma once

#include "hardware/trial_outcome.h"

#include <chrono>
#include <string>

namespace firstlight {

/// How long a service may take to answer; one that runs needs less than a millisecond.
inline constexpr std::chrono::milliseconds libvirtTimeLimit{300};

/// Asks the libvirt service behind the socket at \a path which ways of authentication it offers: the first
/// question of libvirt's own client, which needs no authentication itself. Works if a well-formed answer of
/// the remote protocol comes. `reason` is "absent", "denied", "refused" (nobody listens any more),
/// "disconnected" or "protocol" (something else than libvirt answers). No answer in time is an outcome that
/// nobody knows, since the service may only now be starting.
TrialOutcome askLibvirt(const std::string &path, std::chrono::milliseconds timeLimit = libvirtTimeLimit);

} // namespace firstlight
