#pragma once

#include "core/result.h"
#include "hardware/trial_outcome.h"

#include <filesystem>
#include <stop_token>
#include <string>

namespace firstlight {

/// Starts one container with the OCI runtime at \a path, as podman would: own namespaces, no capabilities,
/// for root a cgroup with a process limit, for another user a user namespace with that user alone (podman's
/// network and id ranges are not tried). The container's only program ends at once; nothing of the host is
/// mounted into it, and all of it is removed again. At most five seconds; the only error is "cancelled". \a
/// spareFolder is used where the temporary folder forbids programs.
Result<TrialOutcome> tryRuntime(const std::string &path, const std::filesystem::path &spareFolder,
                                std::stop_token stop = {});

} // namespace firstlight
