#include "runners/podman/libpod.h"

#include <nlohmann/json.hpp>
#include <optional>

namespace firstlight {

namespace {

using nlohmann::json;

/// Podman 4.x and 5.x both answer below it, and 5.x then keeps to the shapes of 4.x.
constexpr auto apiPrefix = "/v4.0.0/libpod";

/// A path that begins with a version of its own is one of the Docker-compatible interface.
std::string urlOf(const std::string &path)
{
    return "http://podman" + (path.starts_with("/v1.") ? path : apiPrefix + path);
}

json parsed(std::string_view text)
{
    return json::parse(text, nullptr, false);
}

/// What the path is about: the part after the collection, "abc" of "/containers/abc/json?x=y".
std::string objectOf(const std::string &path)
{
    std::string plain = path.substr(0, path.find('?'));
    const auto start = plain.find('/', 1);
    if (start == std::string::npos)
        return plain;
    std::string object = plain.substr(start + 1);
    for (const char *verb : {"/json", "/start", "/stop", "/logs", "/exists", "/tag"}) {
        if (object.ends_with(verb))
            object.resize(object.size() - std::string_view(verb).size());
    }
    return object;
}

/// Podman before 4.8 answers 500 where something is not there.
bool saysMissing(const std::string &words)
{
    for (const char *phrase :
         {"no such container", "image not known", "no such image", "no container with"}) {
        if (words.find(phrase) != std::string::npos)
            return true;
    }
    return false;
}

std::string wordsOf(const std::string &body)
{
    const json answer = parsed(body);
    if (answer.is_object()) {
        for (const char *field : {"message", "error", "cause"}) {
            if (answer.contains(field) && answer[field].is_string())
                return answer[field];
        }
    }
    return body.substr(0, 2000);
}

Error refusal(const std::string &method, const std::string &path, long status, const std::string &body)
{
    std::string words = wordsOf(body);
    if (status == 404 || saysMissing(words))
        return {
            .code = "podman-missing-object", .facts = {{"name", objectOf(path)}}, .detail = std::move(words)};
    return {.code = "podman-refused",
            .facts = {{"request", method + " " + path.substr(0, path.find('?'))},
                      {"status", std::to_string(status)}},
            .detail = std::move(words)};
}

/// Cuts a stream into lines and gives each as JSON.
class LineParser {
public:
    explicit LineParser(const std::function<bool(const json &)> &onObject)
        : m_onObject(onObject)
    {
    }

    bool add(std::string_view piece)
    {
        m_rest += piece;
        std::size_t start = 0;
        bool goOn = true;
        for (auto end = m_rest.find('\n'); goOn && end != std::string::npos; end = m_rest.find('\n', start)) {
            goOn = give(std::string_view(m_rest).substr(start, end - start));
            start = end + 1;
        }
        m_rest.erase(0, start);
        return goOn;
    }

    void finish()
    {
        if (!m_rest.empty())
            give(m_rest);
        m_rest.clear();
    }

private:
    bool give(std::string_view line)
    {
        if (line.find_first_not_of(" \t\r\n") == std::string_view::npos)
            return true;
        const json object = parsed(line);
        return object.is_discarded() || m_onObject(object);
    }

    const std::function<bool(const json &)> &m_onObject;
    std::string m_rest;
};

} // namespace

Libpod::Libpod(std::string socketPath, Revive revive)
    : m_socketPath(std::move(socketPath))
    , m_revive(std::move(revive))
{
}

Result<HttpResponse> Libpod::send(HttpRequest request, std::stop_token stop)
{
    request.unixSocket = m_socketPath;
    request.useProxy = false;
    request.followRedirects = false;
    request.connectTimeout = std::chrono::seconds(5);
    request.stallTimeout.reset();
    auto response = m_http.send(request, stop);
    if (!response && response.error().code == "network-unreachable" && m_revive) {
        const auto socket = m_revive(stop);
        if (!socket)
            return fail(socket.error());
        m_socketPath = *socket;
        request.unixSocket = m_socketPath;
        response = m_http.send(request, stop);
    }
    // That a socket does not answer has nothing to do with the internet, of which the errors of HTTP speak.
    if (!response && response.error().code.starts_with("network-"))
        return fail({.code = "podman-silent",
                     .facts = {{"socket", m_socketPath}},
                     .detail = response.error().detail});
    return response;
}

Result<json> Libpod::exchange(const std::string &method, const std::string &path, std::string body,
                              std::stop_token stop)
{
    HttpRequest request;
    request.method = method;
    request.url = urlOf(path);
    if (method == "POST")
        request.headers["Content-Type"] = "application/json";
    request.body = std::move(body);
    auto response = send(std::move(request), stop);
    if (!response)
        return fail(response.error());
    if (response->status >= 400)
        return fail(refusal(method, path, response->status, response->body));
    if (response->body.empty())
        return json();
    json answer = parsed(response->body);
    if (answer.is_discarded())
        return json(response->body);
    return answer;
}

Result<json> Libpod::get(const std::string &path, std::stop_token stop)
{
    return exchange("GET", path, {}, stop);
}

Result<json> Libpod::post(const std::string &path, const json &body, std::stop_token stop)
{
    const bool empty = body.is_null();
    return exchange("POST", path, empty ? "" : body.dump(-1, ' ', false, json::error_handler_t::replace),
                    stop);
}

Result<json> Libpod::remove(const std::string &path, std::stop_token stop)
{
    return exchange("DELETE", path, {}, stop);
}

Result<void> Libpod::stream(const std::string &method, const std::string &path,
                            const std::filesystem::path &bodyFile,
                            const std::function<bool(const json &)> &onObject, std::stop_token stop)
{
    HttpRequest request;
    request.method = method;
    request.url = urlOf(path);
    request.bodyFile = bodyFile.string();
    if (method == "POST")
        request.headers["Content-Type"] = bodyFile.empty() ? "application/json" : "application/x-tar";
    LineParser parser(onObject);
    long status = 0;
    std::string refused;
    request.onHeaders = [&](long code, const auto &) {
        status = code;
        return true;
    };
    request.onBody = [&](std::string_view piece) {
        if (status < 400)
            return parser.add(piece);
        refused += piece.substr(0, 65536 - std::min<std::size_t>(refused.size(), 65536));
        return true;
    };
    auto response = send(std::move(request), stop);
    if (!response)
        return fail(response.error());
    if (response->status >= 400)
        return fail(refusal(method, path, response->status, refused));
    parser.finish();
    return {};
}

Result<void> Libpod::streamBytes(const std::string &path,
                                 const std::function<bool(std::string_view)> &onBytes, std::stop_token stop)
{
    HttpRequest request;
    request.url = urlOf(path);
    long status = 0;
    std::string refused;
    request.onHeaders = [&](long code, const auto &) {
        status = code;
        return true;
    };
    request.onBody = [&](std::string_view piece) {
        if (status < 400)
            return onBytes(piece);
        refused += piece;
        return refused.size() < 65536;
    };
    auto response = send(std::move(request), stop);
    if (!response)
        return fail(response.error());
    if (response->status >= 400)
        return fail(refusal("GET", path, response->status, refused));
    return {};
}

bool Libpod::answers()
{
    HttpRequest request;
    request.url = "http://podman/_ping";
    request.unixSocket = m_socketPath;
    request.useProxy = false;
    request.connectTimeout = std::chrono::seconds(1);
    request.timeout = std::chrono::seconds(2);
    const auto response = m_http.send(request);
    return response && response->status == 200 && response->headers.contains("libpod-api-version");
}

} // namespace firstlight
