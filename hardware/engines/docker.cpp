#include "hardware/engines/docker.h"

#include "hardware/questions.h"

#include <cerrno>
#include <cstdlib>
#include <string_view>
#include <unistd.h>
#include <vector>

namespace firstlight {

namespace {

std::vector<std::string> socketPaths()
{
    constexpr std::string_view scheme = "unix://";
    if (const char *host = std::getenv("DOCKER_HOST"); host && *host) {
        const std::string_view text(host);
        if (text.starts_with(scheme))
            return {std::string(text.substr(scheme.size()))};
        return {}; // a service on another computer
    }
    std::vector<std::string> paths{"/var/run/docker.sock"};
    if (const auto folder = pathFromEnvironment("XDG_RUNTIME_DIR"))
        paths.push_back(*folder + "/docker.sock");
    return paths;
}

std::optional<std::string> askSocket()
{
    std::string answer = "absent";
    for (const std::string &path : socketPaths()) {
        if (access(path.c_str(), R_OK | W_OK) == 0)
            return "usable";
        if (errno == EACCES || errno == EPERM || errno == EROFS)
            answer = "denied";
    }
    return answer;
}

} // namespace

std::optional<Docker> readDocker(const Root &root)
{
    const auto path = programPath(root, "docker");
    if (!path)
        return std::nullopt;
    Docker docker{.path = *path, .socket = NodeAccess::Absent};
    const auto answer = root.answer("docker socket", askSocket);
    if (answer == "usable")
        docker.socket = NodeAccess::Usable;
    if (answer == "denied")
        docker.socket = NodeAccess::Denied;
    return docker;
}

} // namespace firstlight
