#include "runners/podman/readiness.h"

#include "transfer/http.h"

#include <algorithm>

namespace firstlight {

ReadinessAnswer askWhetherReady(int port, const std::string &path, std::chrono::milliseconds timeout,
                                std::stop_token stop)
{
    HttpRequest request;
    request.url = "http://127.0.0.1:" + std::to_string(port) + (path.starts_with('/') ? path : "/" + path);
    request.useProxy = false;
    request.followRedirects = false;
    request.timeout = timeout;
    request.headers["Connection"]
        = "close"; // a demo that serves one connection at a time must not wait for us
    request.onBody = [](std::string_view) { return true; };
    const auto response = HttpClient().send(request, stop);
    if (!response)
        return {
            .ready = false, .status = std::nullopt, .timedOut = response.error().code == "network-stalled"};
    return {.ready = response->status / 100 == 2, .status = response->status, .timedOut = false};
}

std::chrono::milliseconds nextReadinessDelay(std::chrono::milliseconds last)
{
    using std::chrono::milliseconds;
    if (last == milliseconds(0))
        return milliseconds(20);
    return std::min(last * 3 / 2, milliseconds(500));
}

} // namespace firstlight
