#pragma once

#include "core/result.h"

#include <string>
#include <string_view>

namespace firstlight {

/// The lower-case scheme of \a url ("https"), or empty.
std::string schemeOf(std::string_view url);
/// Host and port as written ("mirror.example:8080", "[::1]:80"), without credentials, in lower case; for
/// messages and for "is it the same host".
std::string hostOf(std::string_view url);
/// `user:password` of \a url as written (still percent-encoded), or empty.
std::string credentialsOf(std::string_view url);
/// \a url with these credentials put in; nothing changes if \a credentials is empty or the URL has its own.
std::string withCredentials(const std::string &url, const std::string &credentials);
std::string withoutCredentials(const std::string &url);
/// True for localhost, 127.0.0.0/8 and ::1.
bool isLoopback(std::string_view url);
/// \a reference relative to \a base (RFC 3986, by libcurl). Errors: "library-missing", "url-invalid" {url}.
Result<std::string> resolveUrl(const std::string &base, const std::string &reference);
/// %XX decoded; a broken escape stays as it is.
std::string urlDecode(std::string_view text);
/// Each segment of a path percent-encoded, slashes kept.
std::string urlEncodePath(std::string_view path);

} // namespace firstlight
