#pragma once

#include "core/progress.h"
#include "core/result.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace firstlight {

struct HttpRequest {
    std::string method = "GET";
    std::string url;
    std::string unixSocket; ///< connect here instead of to the host of the URL; empty: TCP
    std::map<std::string, std::string> headers; ///< always set Content-Type with a body
    std::string body;
    std::string bodyFile; ///< a file that is sent as the body instead of `body`
    std::chrono::milliseconds connectTimeout{10000};
    std::optional<std::chrono::milliseconds> timeout; ///< of the whole exchange; nullopt: none
    /// Gives up with "network-stalled" when fewer than 1 KiB/s arrive for this long. nullopt: never (event
    /// streams).
    std::optional<std::chrono::seconds> stallTimeout{60};
    bool followRedirects
        = true;           ///< http and https only, at most 10; credentials never follow to another host
    bool useProxy = true; ///< never used for loopback and unix sockets
    std::optional<std::string> proxy; ///< nullopt: from the environment; empty: none
    std::string caFile;      ///< certificate bundle (or folder) instead of the host's; empty: the host's
    std::string extraCaFile; ///< certificates accepted besides those; empty: none
    bool verifyCertificate = true;          ///< false only where the person's own configuration says so
    std::size_t bodyLimitBytes = 64u << 20; ///< of a response that is collected
    /// Takes the response body piece by piece instead of collecting it. Returns false to end the exchange.
    std::function<bool(std::string_view piece)> onBody;
    /// Called once with status and headers before the first piece of the body. Returns false to end the
    /// exchange.
    std::function<bool(long status, const std::map<std::string, std::string> &headers)> onHeaders;
};

struct HttpResponse {
    long status = 0;
    std::map<std::string, std::string> headers; ///< names in lower case; of the last response after redirects
    std::string body;                           ///< empty if onBody was given
    std::string effectiveUrl;
};

/// HTTP over libcurl with one kept-alive connection. Not thread-safe: one client a thread. Certificates and
/// proxies come from the host's ordinary settings (CURL_CA_BUNDLE, SSL_CERT_FILE, SSL_CERT_DIR, http_proxy,
/// no_proxy, …). An exchange that a callback ended by returning false is a response with what came so far.
///
/// Errors, each with the fact "host" (of a unix socket: its path): "network-unreachable" (cannot resolve or
/// connect), "network-certificate", "network-stalled" (also: `timeout` passed after connecting),
/// "network-failed" (anything else; detail is curl's sentence), "response-too-large" {host, needed},
/// "url-invalid" {url}; "cancelled"; "file-io" for a bodyFile that cannot be read. An HTTP error status is a
/// response, not an error. \a stop is honoured at once in every state, also while resolving and connecting.
/// What a callback throws comes out of send().
class HttpClient {
public:
    HttpClient();
    HttpClient(HttpClient &&) noexcept;
    ~HttpClient();

    Result<HttpResponse> send(const HttpRequest &request, std::stop_token stop = {});

private:
    struct State;
    std::unique_ptr<State> m_state;
};

/// Percent-encodes everything but unreserved characters.
std::string urlEncode(std::string_view text);

} // namespace firstlight
