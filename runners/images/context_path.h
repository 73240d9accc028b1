#pragma once

#include "core/result.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace firstlight {

/// \a path as the build context names it: relative, no "./", no doubled or trailing slash. Error
/// "recipe-path-unsafe" {path} if it is empty, absolute or has "..".
Result<std::string> contextPath(std::string_view path);

/// \a path without its first \a components; nullopt if nothing is left.
std::optional<std::string> withoutLeading(std::string_view path, int components);

/// Whether one of the shell patterns fits the whole of \a path; `*` also matches `/`.
bool matchesAny(const std::string &path, const std::vector<std::string> &patterns);

/// Where \a path of a Debian package lies when /bin, /sbin, /lib and /lib64 are links to their namesakes
/// below /usr.
std::string mergedUsrPath(const std::string &path);

/// The folder that \a path lies in; empty at the top.
std::string_view parentOf(std::string_view path);

} // namespace firstlight
