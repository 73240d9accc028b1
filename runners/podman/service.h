#pragma once

#include "core/directories.h"
#include "core/result.h"
#include "runners/podman/host_setup.h"

#include <filesystem>
#include <stop_token>
#include <string>

namespace firstlight {

/// Makes a podman service answer and returns the path of its socket.
///
/// Where podman's defaults are right and the user's own service (rootless
/// $XDG_RUNTIME_DIR/podman/podman.sock, root /run/podman/podman.sock) answers, that one is used. Otherwise a
/// private one is started with the configuration of \a setup; it ends by itself after 60 s without requests
/// (containers keep running). Two callers at once start one; one with another configuration is replaced.
/// Waits at most 5 s; a cold start takes about 55 ms. Errors: "podman-service-failed" with the tail of its
/// log, "file-io", "cancelled".
Result<std::string> ensurePodmanService(const HostSetup &setup, const Directories &directories,
                                        std::stop_token stop = {});

/// Where the private service listens. A unix socket's path ends at 107 bytes; if the runtime folder is
/// longer, a private folder in /tmp with a hash of it stands in.
std::filesystem::path privateServiceSocket(const Directories &directories);

} // namespace firstlight
