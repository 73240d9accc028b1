#pragma once

#include "core/result.h"

#include <filesystem>
#include <string>
#include <sys/types.h>
#include <vector>

namespace firstlight {

/// What a forwarder is told by the launcher that starts it (`firstlight forward …`, a hidden sub-command).
struct ForwarderOptions {
    int listener = -1;                ///< inherited descriptor of a TCP socket that already listens
    std::filesystem::path demoFolder; ///< of this launch; removed at the end
    std::string socketName;           ///< of the demo's unix socket in the sub-folder `socket`
    pid_t containerProcess = -1;      ///< first process of the container: when it ends, so does the forwarder

    bool operator==(const ForwarderOptions &) const = default;
};

/// The words after `forward`, and back. Error "forwarder-arguments" {found} (kind BadInput).
std::vector<std::string> forwarderArguments(const ForwarderOptions &options);
Result<ForwarderOptions> parseForwarderArguments(const std::vector<std::string> &arguments);

/// Joins the listening port to the unix socket of a demo that has no network of its own, until the container
/// ends; then removes the folder of the launch. Blocks; meant for a process of its own, which holds the lock
/// `forwarder.lock` of the folder all the while. Returns the exit code; a failure is told on standard error.
///
/// One thread, epoll, any number of connections. Each direction is closed for itself (a client may shut down
/// writing and read on), a side that does not read holds up only its own connection. What the demo puts into
/// the folder in place of its socket (a link to a socket of the host) is refused.
int runForwarder(const ForwarderOptions &options);

} // namespace firstlight
