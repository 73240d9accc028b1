#pragma once

#include "core/result.h"
#include "transfer/http.h"

#include <filesystem>
#include <functional>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

namespace firstlight {

/// Podman's REST interface on a unix socket, version prefix /v4.0.0/libpod, which 4.x and 5.x both
/// understand. One connection, kept alive: one object a thread. Errors: "podman-refused" {request, status}
/// with podman's own sentence as detail, "podman-missing-object" {name} for 404 (and for 4.3's 500 "not
/// known"), "podman-silent" {socket} when the service does not answer or breaks off, "response-too-large",
/// "cancelled".
class Libpod {
public:
    /// Starts the service again and returns its socket.
    using Revive = std::function<Result<std::string>(std::stop_token stop)>;

    /// \a revive is called when nobody listens any more, and the request is sent once more: a service that
    /// ends by itself when it is idle is gone after a long download. Empty: that is an error.
    explicit Libpod(std::string socketPath, Revive revive = {});

    /// \a path begins after the prefix: "/containers/json?all=true"; one that begins with "/v1." is of the
    /// Docker- compatible interface. Returns the parsed body (null when empty).
    Result<nlohmann::json> get(const std::string &path, std::stop_token stop = {});
    Result<nlohmann::json> post(const std::string &path, const nlohmann::json &body,
                                std::stop_token stop = {});
    Result<nlohmann::json> remove(const std::string &path, std::stop_token stop = {});
    /// A stream of JSON objects, one a line (events, pull, build); \a onObject returns false to end it.
    /// \a bodyFile is sent as application/x-tar if not empty.
    Result<void> stream(const std::string &method, const std::string &path,
                        const std::filesystem::path &bodyFile,
                        const std::function<bool(const nlohmann::json &)> &onObject,
                        std::stop_token stop = {});
    /// A stream of bytes as they come (logs).
    Result<void> streamBytes(const std::string &path, const std::function<bool(std::string_view)> &onBytes,
                             std::stop_token stop = {});

    /// True if the socket answers its ping.
    bool answers();

private:
    Result<HttpResponse> send(HttpRequest request, std::stop_token stop);
    Result<nlohmann::json> exchange(const std::string &method, const std::string &path, std::string body,
                                    std::stop_token stop);

    std::string m_socketPath;
    Revive m_revive;
    HttpClient m_http;
};

} // namespace firstlight
