#include "transfer/download.h"

#include "transfer/content_range.h"
#include "transfer/url.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace firstlight {

namespace {

using Kind = DownloadFailure::Kind;
// A source that gave this much is asked again at once: it works, only its connections do not last.
constexpr std::uint64_t worthContinuing = 256u << 10;

DownloadFailure fatal(Error error)
{
    return {.kind = Kind::Fatal, .error = std::move(error), .retryAfter = {}};
}

DownloadFailure permanent(Error error)
{
    return {.kind = Kind::Permanent, .error = std::move(error), .retryAfter = {}};
}

bool mayPassLater(long status)
{
    return status == 408 || status == 425 || status == 429 || status >= 500;
}

std::string refusalCode(long status)
{
    if (status == 404 || status == 410)
        return "download-not-found";
    if (status == 401 || status == 403 || status == 451)
        return "download-forbidden";
    return "download-refused";
}

DownloadFailure networkFailure(Error error)
{
    if (error.kind == ErrorKind::Cancelled || error.code == "library-missing")
        return fatal(std::move(error));
    const bool again = error.code.starts_with("network-") && error.code != "network-certificate";
    return {.kind = again ? Kind::Transient : Kind::Permanent, .error = std::move(error), .retryAfter = {}};
}

HttpRequest requestFor(const ResolvedFile &file, const std::string &url, const FetchPolicy &policy)
{
    HttpRequest request;
    request.url = url;
    request.connectTimeout = policy.connectTimeout;
    request.stallTimeout = policy.stallTimeout;
    request.proxy = file.proxy;
    request.caFile = file.caFile;
    request.extraCaFile = file.extraCaFile;
    const std::string host = hostOf(url);
    const std::string bare = host.substr(0, host.rfind(':'));
    request.verifyCertificate
        = std::none_of(file.trustedHosts.begin(), file.trustedHosts.end(),
                       [&](const std::string &trusted) { return trusted == host || trusted == bare; });
    if (!file.credentialHost.empty() && host == file.credentialHost)
        request.headers = file.headers;
    // Bytes that a server compressed on the way would have another length and digest.
    request.headers["Accept-Encoding"] = "identity";
    return request;
}

} // namespace

/// One request and what its response said so far.
struct Download::Exchange {
    const HttpRequest &request;
    const std::string &source;
    std::optional<std::uint64_t> total = {};
    std::optional<DownloadFailure> failure = {};
    bool complete = false;   ///< the server says that there is nothing after what is here
    bool startAgain = false; ///< the server cannot continue what is here
};

Result<void> checkDiskSpace(const std::filesystem::path &folder, std::uint64_t neededBytes)
{
    const auto free = freeDiskBytes(folder);
    if (!free || *free >= neededBytes)
        return {};
    return fail(
        {.code = "disk-too-small",
         .facts
         = {{"found", std::to_string(*free)}, {"needed", std::to_string(neededBytes)}, {"path", folder}}});
}

Download::Download(HttpClient &client, PartFile &part, const DownloadTarget &target,
                   const FetchPolicy &policy, Progress &progress, std::stop_token stop)
    : m_client(client)
    , m_part(part)
    , m_target(target)
    , m_policy(policy)
    , m_stop(stop)
    , m_meter(progress, "download", target.name, ProgressUnit::Bytes, target.sizeBytes, part.size())
{
}

std::optional<DownloadFailure> Download::from(const ResolvedFile &file, const std::string &source)
{
    std::optional<DownloadFailure> last;
    for (const std::string &url : file.urls) {
        const bool local = schemeOf(url) == "file";
        auto failure = local ? copyLocal(url, source) : fromUrl(file, url, source);
        if (!failure || failure->kind == Kind::Fatal)
            return failure;
        const bool again = last && last->kind == Kind::Transient;
        if (!again || failure->kind == Kind::Transient)
            last = std::move(failure);
    }
    return last ? last
                : permanent(
                    {.code = "source-invalid", .facts = {{"source", source}}, .kind = ErrorKind::BadInput});
}

/// Asks again at once as long as much comes in, and once more from zero if continued bytes turn out wrong:
/// then it is not known which of their sources was.
std::optional<DownloadFailure> Download::fromUrl(const ResolvedFile &file, const std::string &url,
                                                 const std::string &source)
{
    const HttpRequest base = requestFor(file, url, m_policy);
    m_part.markContinued();
    while (true) {
        const std::uint64_t before = m_part.size();
        auto failure = once(base, source);
        const bool continued = m_part.isContinued();
        if (!failure)
            failure = verify(source);
        if (!failure || failure->kind == Kind::Fatal)
            return failure;
        if (failure->kind == Kind::Transient && m_part.size() >= before + worthContinuing)
            continue;
        if (failure->error.code == "checksum-wrong" && continued)
            continue;
        return failure;
    }
}

/// Restarts a part that the wanted file or the origin rules out, and asks for what is missing of it.
std::optional<DownloadFailure> Download::prepare(HttpRequest &request)
{
    const bool tooLong = m_target.sizeBytes && m_part.size() > *m_target.sizeBytes;
    const bool foreign = !m_target.sha256 && m_part.size() > 0
                         && (!m_part.origin() || m_part.origin()->url != withoutCredentials(request.url));
    if (tooLong || foreign) {
        if (auto emptied = m_part.restart(); !emptied)
            return fatal(emptied.error());
    }
    if (m_part.size() == 0)
        return std::nullopt;
    request.headers["Range"] = "bytes=" + std::to_string(m_part.size()) + "-";
    if (!m_target.sha256)
        request.headers["If-Range"] = m_part.origin()->validator;
    return std::nullopt;
}

std::optional<DownloadFailure> Download::once(const HttpRequest &base, const std::string &source)
{
    HttpRequest request = base;
    if (auto failure = prepare(request))
        return failure;
    m_meter.advanceTo(m_part.size());
    if (m_target.sizeBytes && m_part.size() == *m_target.sizeBytes && m_target.sha256)
        return std::nullopt;
    Exchange exchange{.request = base, .source = source};
    request.onHeaders = [&](long status, const std::map<std::string, std::string> &headers) {
        return takeHeaders(exchange, status, headers);
    };
    request.onBody = [&](std::string_view piece) { return takeBody(exchange, piece); };
    auto response = m_client.send(request, m_stop);
    if (exchange.startAgain) {
        if (auto emptied = m_part.restart(); !emptied)
            return fatal(emptied.error());
        return once(base, source); // without a range this time, so this happens once
    }
    if (exchange.failure)
        return exchange.failure;
    if (!response)
        return networkFailure(response.error());
    const auto total = exchange.total ? exchange.total : m_target.sizeBytes;
    if (exchange.complete || !total || m_part.size() == *total)
        return std::nullopt;
    return DownloadFailure{
        .kind = Kind::Transient, .error = wrongSize(source, m_part.size()).error, .retryAfter = {}};
}

bool Download::stopWith(Exchange &exchange, DownloadFailure failure)
{
    exchange.failure = std::move(failure);
    return false;
}

/// The Content-Range decides, not the status: some servers answer 200 with one, others 206 from another
/// place.
bool Download::takeHeaders(Exchange &exchange, long status, const std::map<std::string, std::string> &headers)
{
    const auto range = headers.find("content-range");
    if (status == 416 && m_part.size() > 0) {
        const auto end = range == headers.end() ? std::nullopt : parseContentRange(range->second);
        exchange.complete = end && end->total == m_part.size();
        exchange.startAgain = !exchange.complete;
        return false;
    }
    if (status != 200 && status != 206)
        return takeRefusal(exchange, status, headers);
    if (range != headers.end())
        return takeContinuation(exchange, range->second);
    if (status == 206) {
        exchange.startAgain = m_part.size() > 0;
        return exchange.startAgain ? false : takeRefusal(exchange, status, headers);
    }
    return takeWhole(exchange, headers);
}

bool Download::takeContinuation(Exchange &exchange, const std::string &text)
{
    const auto range = parseContentRange(text);
    if (!range || !range->start || (*range->start != m_part.size() && *range->start != 0)) {
        exchange.startAgain = m_part.size() > 0;
        if (exchange.startAgain)
            return false;
        return stopWith(exchange, permanent({.code = "download-refused",
                                             .facts = {{"name", m_target.name},
                                                       {"host", hostOf(exchange.request.url)},
                                                       {"status", "206"}},
                                             .detail = "Content-Range: " + text}));
    }
    if (*range->start != m_part.size()) {
        if (auto emptied = m_part.restart(); !emptied)
            return stopWith(exchange, fatal(emptied.error()));
    }
    return expectTotal(exchange, range->total);
}

bool Download::takeWhole(Exchange &exchange, const std::map<std::string, std::string> &headers)
{
    const auto length = headers.find("content-length");
    const auto total = length == headers.end() ? std::nullopt : parseNumber(length->second);
    if (m_target.sizeBytes && total && *total != *m_target.sizeBytes)
        return stopWith(exchange, wrongSize(exchange.source, *total));
    if (m_part.size() > 0) {
        if (auto emptied = m_part.restart(); !emptied)
            return stopWith(exchange, fatal(emptied.error()));
    }
    return rememberOrigin(exchange, headers) && expectTotal(exchange, total);
}

/// A file whose digest is not known can only be continued if the server names its version.
bool Download::rememberOrigin(Exchange &exchange, const std::map<std::string, std::string> &headers)
{
    if (m_target.sha256)
        return true;
    auto validator = headers.find("etag");
    if (validator == headers.end() || validator->second.starts_with("W/"))
        validator = headers.find("last-modified");
    if (validator == headers.end())
        return true;
    auto written = m_part.rememberOrigin({withoutCredentials(exchange.request.url), validator->second});
    return written ? true : stopWith(exchange, fatal(written.error()));
}

bool Download::expectTotal(Exchange &exchange, std::optional<std::uint64_t> total)
{
    if (m_target.sizeBytes && total && *total != *m_target.sizeBytes)
        return stopWith(exchange, wrongSize(exchange.source, *total));
    exchange.total = total;
    if (!total)
        return true;
    m_meter.setTotal(total);
    const std::uint64_t missing = *total - std::min(*total, m_part.size());
    if (auto space = checkDiskSpace(m_target.folder, missing + m_target.extraDiskBytes); !space)
        return stopWith(exchange, fatal(space.error()));
    return true;
}

bool Download::takeRefusal(Exchange &exchange, long status, const std::map<std::string, std::string> &headers)
{
    DownloadFailure failure{.kind = mayPassLater(status) ? Kind::Transient : Kind::Permanent,
                            .error = {.code = refusalCode(status),
                                      .facts = {{"name", m_target.name},
                                                {"host", hostOf(exchange.request.url)},
                                                {"status", std::to_string(status)}}},
                            .retryAfter = {}};
    if (const auto wait = headers.find("retry-after"); wait != headers.end())
        failure.retryAfter = parseRetryAfter(wait->second, std::chrono::system_clock::now());
    if (failure.retryAfter && *failure.retryAfter > m_policy.longestRetryAfter)
        failure.kind = Kind::Permanent;
    return stopWith(exchange, std::move(failure));
}

bool Download::takeBody(Exchange &exchange, std::string_view piece)
{
    const auto total = exchange.total ? exchange.total : m_target.sizeBytes;
    if (total && m_part.size() + piece.size() > *total) {
        const auto found = m_part.size() + piece.size();
        if (auto emptied = m_part.restart(); !emptied)
            return stopWith(exchange, fatal(emptied.error()));
        return stopWith(exchange, wrongSize(exchange.source, found));
    }
    if (auto written = m_part.append(piece); !written)
        return stopWith(exchange, fatal(written.error()));
    m_meter.advanceTo(m_part.size());
    return true;
}

DownloadFailure Download::wrongSize(const std::string &source, std::uint64_t found) const
{
    return permanent({.code = "size-wrong",
                      .facts = {{"name", m_target.name},
                                {"source", withoutCredentials(source)},
                                {"found", std::to_string(found)},
                                {"needed", m_target.sizeBytes ? std::to_string(*m_target.sizeBytes) : ""}}});
}

std::optional<DownloadFailure> Download::verify(const std::string &source)
{
    if (m_target.sizeBytes && m_part.size() != *m_target.sizeBytes) {
        const auto found = m_part.size();
        if (auto emptied = m_part.restart(); !emptied)
            return fatal(emptied.error());
        return wrongSize(source, found);
    }
    m_digest = m_part.digest();
    if (!m_target.sha256 || m_digest == *m_target.sha256) {
        m_meter.setTotal(m_part.size());
        m_meter.finish();
        return std::nullopt;
    }
    if (auto emptied = m_part.restart(); !emptied)
        return fatal(emptied.error());
    return permanent({.code = "checksum-wrong",
                      .facts = {{"name", m_target.name},
                                {"source", withoutCredentials(source)},
                                {"found", m_digest},
                                {"needed", *m_target.sha256}}});
}

std::optional<DownloadFailure> Download::copyLocal(const std::string &url, const std::string &source)
{
    const std::string path = urlDecode(url.substr(url.find('/', url.find("://") + 3)));
    const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.isOpen())
        return permanent(systemError("open", path, errno));
    if (auto emptied = m_part.restart(); !emptied)
        return fatal(emptied.error());
    std::string buffer(1u << 20, '\0');
    while (true) {
        if (m_stop.stop_requested())
            return fatal(cancelled());
        const ssize_t count = ::read(file.get(), buffer.data(), buffer.size());
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return permanent(systemError("read", path, errno));
        if (count == 0)
            return verify(source);
        if (auto written = m_part.append({buffer.data(), static_cast<std::size_t>(count)}); !written)
            return fatal(written.error());
        m_meter.advanceTo(m_part.size());
    }
}

} // namespace firstlight
