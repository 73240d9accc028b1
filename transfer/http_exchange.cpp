#include "transfer/http_exchange.h"

#include "transfer/url.h"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace firstlight {

namespace {

std::string_view trimmed(std::string_view text)
{
    const auto first = text.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

/// The number in "HTTP/1.1 206 Partial Content".
long statusOf(std::string_view line)
{
    long status = 0;
    const auto space = line.find(' ');
    if (space != std::string_view::npos)
        std::from_chars(line.data() + space + 1, line.data() + line.size(), status);
    return status;
}

} // namespace

Result<void> HttpExchange::openBodyFile()
{
    m_bodyFile = FileDescriptor(::open(m_request.bodyFile.c_str(), O_RDONLY | O_CLOEXEC));
    struct stat info { };
    if (!m_bodyFile.isOpen() || ::fstat(m_bodyFile.get(), &info) != 0)
        return fail(systemError("open", m_request.bodyFile, errno));
    if (!S_ISREG(info.st_mode))
        return fail(systemError("read", m_request.bodyFile, S_ISDIR(info.st_mode) ? EISDIR : EINVAL));
    m_bodyFileBytes = static_cast<std::uint64_t>(info.st_size);
    return {};
}

std::size_t HttpExchange::takeHeader(std::string_view line)
try {
    const std::string_view text = trimmed(line);
    if (text.starts_with("HTTP/")) {
        m_response.status = statusOf(text);
        m_response.headers.clear();
        m_headersDone = false;
        return line.size();
    }
    // Fields that follow the body (trailers) come through here too and are of no use.
    if (m_headersDone)
        return line.size();
    if (text.empty())
        return finishHeaders() ? line.size() : 0;
    const auto colon = text.find(':');
    if (colon == std::string_view::npos)
        return line.size();
    std::string name(trimmed(text.substr(0, colon)));
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
    std::string &value = m_response.headers[name];
    value += (value.empty() ? "" : ", ") + std::string(trimmed(text.substr(colon + 1)));
    return line.size();
} catch (...) {
    m_thrown = std::current_exception();
    return 0;
}

/// At the empty line after the headers. Interim responses and redirects that libcurl will follow are not
/// told.
bool HttpExchange::finishHeaders()
{
    const long status = m_response.status;
    if (status >= 100 && status < 200)
        return true;
    if (m_request.followRedirects && status / 100 == 3 && m_response.headers.contains("location"))
        return true;
    m_headersDone = true;
    m_endedByCaller = m_request.onHeaders && !m_request.onHeaders(status, m_response.headers);
    return !m_endedByCaller;
}

std::size_t HttpExchange::takeBody(std::string_view piece)
try {
    // The page of a redirect is not the answer.
    if (!m_headersDone)
        return piece.size();
    return handOn(piece) ? piece.size() : 0;
} catch (...) {
    m_thrown = std::current_exception();
    return 0;
}

bool HttpExchange::handOn(std::string_view piece)
{
    if (m_request.onBody) {
        m_endedByCaller = !m_request.onBody(piece);
        return !m_endedByCaller;
    }
    if (m_response.body.size() + piece.size() > m_request.bodyLimitBytes) {
        m_failure = Error{
            .code = "response-too-large",
            .facts = {{"host", m_request.unixSocket.empty() ? hostOf(m_request.url) : m_request.unixSocket},
                      {"needed", std::to_string(m_request.bodyLimitBytes)}}};
        return false;
    }
    m_response.body += piece;
    return true;
}

std::size_t HttpExchange::readBody(char *buffer, std::size_t size)
{
    ssize_t count = 0;
    do {
        count = ::read(m_bodyFile.get(), buffer, size);
    } while (count < 0 && errno == EINTR);
    if (count >= 0)
        return static_cast<std::size_t>(count);
    m_failure = systemError("read", m_request.bodyFile, errno);
    return 0x10000000; // CURL_READFUNC_ABORT
}

bool HttpExchange::seekBody(std::int64_t offset)
{
    return ::lseek(m_bodyFile.get(), offset, SEEK_SET) == offset;
}

void HttpExchange::rethrow() const
{
    if (m_thrown)
        std::rethrow_exception(m_thrown);
}

HttpResponse HttpExchange::takeResponse(std::string effectiveUrl)
{
    m_response.effectiveUrl = std::move(effectiveUrl);
    return std::move(m_response);
}

} // namespace firstlight
