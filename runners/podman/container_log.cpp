#include "runners/podman/container_log.h"

#include "runners/podman/log_frames.h"

#include <algorithm>

namespace firstlight {

Result<void> readContainerLog(Libpod &podman, const std::string &container, bool follow,
                              const std::function<void(const std::string &)> &onLine, std::stop_token stop)
{
    LogFrames frames(onLine);
    const std::string path
        = "/containers/" + container + "/logs?stdout=true&stderr=true&follow=" + (follow ? "true" : "false");
    auto read = podman.streamBytes(
        path,
        [&](std::string_view bytes) {
            frames.add(bytes);
            return true;
        },
        std::move(stop));
    frames.finish();
    return read;
}

std::string tailOf(const std::vector<std::string> &log, std::size_t lines)
{
    std::vector<std::string> last;
    for (auto line = log.rbegin(); line != log.rend() && last.size() < lines; ++line) {
        if (line->find_first_not_of(" \t\r") != std::string::npos)
            last.push_back(*line);
    }
    std::string text;
    std::for_each(last.rbegin(), last.rend(),
                  [&](const std::string &line) { text += (text.empty() ? "" : "\n") + line; });
    return text;
}

} // namespace firstlight
