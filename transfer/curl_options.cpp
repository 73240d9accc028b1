#include "transfer/curl_options.h"

#include "core/files.h"
#include "transfer/url.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <strings.h>

namespace firstlight {

namespace {

std::size_t onHeader(char *data, std::size_t size, std::size_t count, void *exchange)
{
    return static_cast<HttpExchange *>(exchange)->takeHeader({data, size * count});
}

std::size_t onBody(char *data, std::size_t size, std::size_t count, void *exchange)
{
    return static_cast<HttpExchange *>(exchange)->takeBody({data, size * count});
}

std::size_t onRead(char *buffer, std::size_t size, std::size_t count, void *exchange)
{
    return static_cast<HttpExchange *>(exchange)->readBody(buffer, size * count);
}

int onSeek(void *exchange, curl_off_t offset, int origin)
{
    const bool moved = origin == SEEK_SET && static_cast<HttpExchange *>(exchange)->seekBody(offset);
    return moved ? CURL_SEEKFUNC_OK : CURL_SEEKFUNC_FAIL;
}

/// The value of the first of these variables that names something that exists: a stale variable should not
/// break what works without it.
std::string existingPathFrom(std::initializer_list<const char *> variables)
{
    for (const char *variable : variables) {
        const char *value = std::getenv(variable);
        std::error_code ignored;
        if (value && *value && std::filesystem::exists(value, ignored))
            return value;
    }
    return {};
}

} // namespace

CurlOptions::CurlOptions(const CurlFunctions &curl, CURL *easy)
    : m_curl(curl)
    , m_easy(easy)
{
    m_curl.easyReset(m_easy);
}

CurlOptions::~CurlOptions()
{
    m_curl.easyReset(m_easy);
    m_curl.slistFreeAll(m_headers);
}

void CurlOptions::apply(const HttpRequest &request, HttpExchange &exchange)
{
    set(CURLOPT_URL, request.url.c_str());
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
    if (!request.unixSocket.empty())
        set(CURLOPT_UNIX_SOCKET_PATH, request.unixSocket.c_str());
    set(CURLOPT_FOLLOWLOCATION, request.followRedirects ? 1L : 0L);
    set(CURLOPT_MAXREDIRS, 10L);
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_TCP_KEEPALIVE, 1L);
    set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    // Large pieces: at 16 KiB, calls instead of bytes bound the speed.
    set(CURLOPT_BUFFERSIZE, 262144L);
    // Without this, cancelling waits until the name server has answered.
    set(CURLOPT_QUICK_EXIT, 1L);
    set(CURLOPT_ERRORBUFFER, m_errorText.data());
    setCallbacks(exchange);
    setBody(request, exchange);
    setHeaders(request);
    setLimits(request);
    setProxy(request);
    setCertificates(request);
}

void CurlOptions::setCallbacks(HttpExchange &exchange)
{
    set(CURLOPT_HEADERFUNCTION, &onHeader);
    set(CURLOPT_HEADERDATA, &exchange);
    set(CURLOPT_WRITEFUNCTION, &onBody);
    set(CURLOPT_WRITEDATA, &exchange);
    set(CURLOPT_READFUNCTION, &onRead);
    set(CURLOPT_READDATA, &exchange);
    set(CURLOPT_SEEKFUNCTION, &onSeek);
    set(CURLOPT_SEEKDATA, &exchange);
}

void CurlOptions::setBody(const HttpRequest &request, const HttpExchange &exchange)
{
    const bool fromFile = !request.bodyFile.empty();
    if (request.method == "HEAD") {
        set(CURLOPT_NOBODY, 1L);
        return;
    }
    if (fromFile || !request.body.empty() || request.method == "POST" || request.method == "PUT") {
        set(CURLOPT_POST, 1L);
        if (!fromFile)
            set(CURLOPT_POSTFIELDS, request.body.c_str());
        const std::uint64_t size = fromFile ? exchange.bodyFileBytes() : request.body.size();
        set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(size));
    }
    if (request.method != "GET" && request.method != "POST")
        set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
    else if (request.method == "GET" && (fromFile || !request.body.empty()))
        set(CURLOPT_CUSTOMREQUEST, "GET");
}

void CurlOptions::setHeaders(const HttpRequest &request)
{
    bool typed = false;
    for (const auto &[name, value] : request.headers) {
        typed = typed || ::strcasecmp(name.c_str(), "content-type") == 0;
        // libcurl sends an empty field only when it is written with a semicolon.
        const std::string line = value.empty() ? name + ";" : name + ": " + value;
        m_headers = m_curl.slistAppend(m_headers, line.c_str());
    }
    // libcurl calls every body a web form unless told otherwise, and servers then parse it as one.
    if (!typed && (!request.body.empty() || !request.bodyFile.empty()))
        m_headers = m_curl.slistAppend(m_headers, "Content-Type: application/octet-stream");
    else if (!typed)
        m_headers = m_curl.slistAppend(m_headers, "Content-Type:");
    // No second round trip before a body; podman's service never answers "100 Continue" early anyway.
    m_headers = m_curl.slistAppend(m_headers, "Expect:");
    set(CURLOPT_HTTPHEADER, m_headers);
    set(CURLOPT_USERAGENT, "firstlight");
}

void CurlOptions::setLimits(const HttpRequest &request)
{
    set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(request.connectTimeout.count()));
    if (request.timeout)
        set(CURLOPT_TIMEOUT_MS, std::max(1L, static_cast<long>(request.timeout->count())));
    if (request.stallTimeout) {
        set(CURLOPT_LOW_SPEED_LIMIT, 1024L);
        set(CURLOPT_LOW_SPEED_TIME, static_cast<long>(request.stallTimeout->count()));
    }
}

void CurlOptions::setProxy(const HttpRequest &request)
{
    const bool direct = !request.useProxy || !request.unixSocket.empty() || isLoopback(request.url)
                        || (request.proxy && request.proxy->empty());
    if (direct) {
        set(CURLOPT_PROXY, "");
    } else if (request.proxy) {
        set(CURLOPT_PROXY, request.proxy->c_str());
    }
}

void CurlOptions::setCertificates(const HttpRequest &request)
{
    if (!request.verifyCertificate) {
        set(CURLOPT_SSL_VERIFYPEER, 0L);
        set(CURLOPT_SSL_VERIFYHOST, 0L);
        return;
    }
    const std::string bundle
        = request.caFile.empty() ? existingPathFrom({"CURL_CA_BUNDLE", "SSL_CERT_FILE"}) : request.caFile;
    std::error_code ignored;
    if (std::filesystem::is_directory(bundle, ignored))
        set(CURLOPT_CAPATH, bundle.c_str());
    else if (!bundle.empty())
        set(CURLOPT_CAINFO, bundle.c_str());
    if (const std::string folder = existingPathFrom({"SSL_CERT_DIR"});
        request.caFile.empty() && !folder.empty())
        set(CURLOPT_CAPATH, folder.c_str());
    if (request.extraCaFile.empty() || request.extraCaFile == bundle)
        return;
    char *standard = nullptr;
    m_curl.easyGetinfo(m_easy, CURLINFO_CAINFO, &standard);
    auto first = readFile(bundle.empty() && standard ? standard : bundle);
    auto second = readFile(request.extraCaFile);
    if (!first || !second)
        return;
    std::string together = *first + "\n" + *second;
    curl_blob blob{.data = together.data(), .len = together.size(), .flags = CURL_BLOB_COPY};
    set(CURLOPT_CAINFO_BLOB, &blob);
}

} // namespace firstlight
