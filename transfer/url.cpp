#include "transfer/url.h"

#include "transfer/curl_door.h"
#include "transfer/http.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <memory>

namespace firstlight {

namespace {

std::string lower(std::string_view text)
{
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(),
                   [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
    return result;
}

/// What stands between "//" and the path, credentials included.
std::string_view authorityOf(std::string_view url)
{
    const auto start = url.find("://");
    if (start == std::string_view::npos)
        return {};
    url.remove_prefix(start + 3);
    return url.substr(0, url.find_first_of("/?#"));
}

} // namespace

std::string schemeOf(std::string_view url)
{
    const auto end = url.find("://");
    return end == std::string_view::npos ? std::string() : lower(url.substr(0, end));
}

std::string hostOf(std::string_view url)
{
    const std::string_view authority = authorityOf(url);
    const auto at = authority.rfind('@');
    return lower(at == std::string_view::npos ? authority : authority.substr(at + 1));
}

std::string credentialsOf(std::string_view url)
{
    const std::string_view authority = authorityOf(url);
    const auto at = authority.rfind('@');
    return at == std::string_view::npos ? std::string() : std::string(authority.substr(0, at));
}

std::string withCredentials(const std::string &url, const std::string &credentials)
{
    if (credentials.empty() || !credentialsOf(url).empty() || authorityOf(url).empty())
        return url;
    const auto start = url.find("://") + 3;
    return url.substr(0, start) + credentials + "@" + url.substr(start);
}

std::string withoutCredentials(const std::string &url)
{
    const std::string credentials = credentialsOf(url);
    if (credentials.empty())
        return url;
    return std::string(url).erase(url.find("://") + 3, credentials.size() + 1);
}

bool isLoopback(std::string_view url)
{
    std::string host = hostOf(url);
    if (host.starts_with('['))
        return host.starts_with("[::1]");
    host = host.substr(0, host.find(':'));
    return host == "localhost" || host.ends_with(".localhost")
           || (host.starts_with("127.") && host.find_first_not_of("0123456789.") == std::string::npos);
}

Result<std::string> resolveUrl(const std::string &base, const std::string &reference)
{
    auto curl = openCurl();
    if (!curl)
        return fail(curl.error());
    const std::unique_ptr<CURLU, decltype((*curl)->urlCleanup)> url((*curl)->url(), (*curl)->urlCleanup);
    char *text = nullptr;
    const bool resolved = url && (*curl)->urlSet(url.get(), CURLUPART_URL, base.c_str(), 0) == CURLUE_OK
                          && (*curl)->urlSet(url.get(), CURLUPART_URL, reference.c_str(), 0) == CURLUE_OK
                          && (*curl)->urlGet(url.get(), CURLUPART_URL, &text, 0) == CURLUE_OK;
    if (!resolved)
        return fail({.code = "url-invalid",
                     .facts = {{"url", withoutCredentials(reference)}},
                     .kind = ErrorKind::BadInput});
    std::string result = text;
    (*curl)->release(text);
    return result;
}

std::string urlEncode(std::string_view text)
{
    std::string result;
    for (const char letter : text) {
        const auto byte = static_cast<unsigned char>(letter);
        const bool plain
            = byte < 128
              && (std::isalnum(byte) != 0 || std::string_view("-._~").find(letter) != std::string_view::npos);
        if (plain) {
            result += letter;
            continue;
        }
        result += '%';
        result += "0123456789ABCDEF"[byte >> 4];
        result += "0123456789ABCDEF"[byte & 15];
    }
    return result;
}

std::string urlDecode(std::string_view text)
{
    std::string result;
    for (std::size_t index = 0; index < text.size(); ++index) {
        unsigned value = 0;
        const char *digits = text.data() + index + 1;
        if (text[index] == '%' && index + 2 < text.size()
            && std::from_chars(digits, digits + 2, value, 16).ptr == digits + 2) {
            result += static_cast<char>(value);
            index += 2;
        } else {
            result += text[index];
        }
    }
    return result;
}

std::string urlEncodePath(std::string_view path)
{
    std::string result;
    while (true) {
        const auto slash = path.find('/');
        result += urlEncode(path.substr(0, slash));
        if (slash == std::string_view::npos)
            return result;
        result += '/';
        path.remove_prefix(slash + 1);
    }
}

} // namespace firstlight
