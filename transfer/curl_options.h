#pragma once

#include "transfer/curl_door.h"
#include "transfer/http_exchange.h"

#include <array>
#include <string>

namespace firstlight {

/// Turns an HttpRequest into options of one easy handle. Owns what libcurl only borrows, so it must outlive
/// the transfer; its destructor clears the handle.
class CurlOptions {
public:
    CurlOptions(const CurlFunctions &curl, CURL *easy);
    CurlOptions(const CurlOptions &) = delete;
    CurlOptions &operator=(const CurlOptions &) = delete;
    ~CurlOptions();

    void apply(const HttpRequest &request, HttpExchange &exchange);
    /// libcurl's own words about what went wrong; may be empty.
    const char *errorText() const { return m_errorText.data(); }

private:
    template <typename Value> void set(CURLoption option, Value value)
    {
        m_curl.easySetopt(m_easy, option, value);
    }
    void setCallbacks(HttpExchange &exchange);
    void setBody(const HttpRequest &request, const HttpExchange &exchange);
    void setHeaders(const HttpRequest &request);
    void setLimits(const HttpRequest &request);
    void setProxy(const HttpRequest &request);
    void setCertificates(const HttpRequest &request);

    const CurlFunctions &m_curl;
    CURL *m_easy;
    curl_slist *m_headers = nullptr;
    std::array<char, CURL_ERROR_SIZE> m_errorText{};
};

} // namespace firstlight
