#pragma once

#include "core/files.h"
#include "transfer/http.h"

#include <cstdint>
#include <exception>
#include <optional>

namespace firstlight {

/// What libcurl's callbacks work on during one request: parses headers, hands on or collects the body, feeds
/// a file. The callbacks return what libcurl expects; everything that went wrong waits in failure() and
/// rethrow().
class HttpExchange {
public:
    explicit HttpExchange(const HttpRequest &request)
        : m_request(request)
    {
    }

    Result<void> openBodyFile();
    std::uint64_t bodyFileBytes() const { return m_bodyFileBytes; }

    std::size_t takeHeader(std::string_view line);
    std::size_t takeBody(std::string_view piece);
    std::size_t readBody(char *buffer, std::size_t size);
    bool seekBody(std::int64_t offset);

    bool endedByCaller() const { return m_endedByCaller; }
    const std::optional<Error> &failure() const { return m_failure; }
    /// Lets out what a callback of the request threw: it must not unwind through libcurl's frames.
    void rethrow() const;
    HttpResponse takeResponse(std::string effectiveUrl);

private:
    bool finishHeaders();
    bool handOn(std::string_view piece);

    const HttpRequest &m_request;
    HttpResponse m_response;
    FileDescriptor m_bodyFile;
    std::uint64_t m_bodyFileBytes = 0;
    std::optional<Error> m_failure;
    std::exception_ptr m_thrown;
    bool m_headersDone = false;
    bool m_endedByCaller = false;
};

} // namespace firstlight
