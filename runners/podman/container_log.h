#pragma once

#include "core/result.h"
#include "runners/podman/libpod.h"

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

namespace firstlight {

/// Gives the log of a container line by line, oldest first; \a follow waits for more until the container or
/// \a stop ends it.
Result<void> readContainerLog(Libpod &podman, const std::string &container, bool follow,
                              const std::function<void(const std::string &line)> &onLine,
                              std::stop_token stop);

/// The last \a lines of \a log that are not empty, joined with newlines.
std::string tailOf(const std::vector<std::string> &log, std::size_t lines);

} // namespace firstlight
