#include "runners/images/context_path.h"

#include <algorithm>
#include <fnmatch.h>

namespace firstlight {

Result<std::string> contextPath(std::string_view path)
{
    const Error refused{.code = "recipe-path-unsafe",
                        .facts = {{"path", std::string(path)}},
                        .kind = ErrorKind::DamagedCatalog};
    if (path.starts_with('/'))
        return fail(refused);
    std::string clean;
    for (std::string_view rest = path; !rest.empty();) {
        const auto slash = std::min(rest.find('/'), rest.size());
        const std::string_view segment = rest.substr(0, slash);
        rest.remove_prefix(std::min(slash + 1, rest.size()));
        if (segment == "..")
            return fail(refused);
        if (segment.empty() || segment == ".")
            continue;
        clean += clean.empty() ? "" : "/";
        clean += segment;
    }
    if (clean.empty())
        return fail(refused);
    return clean;
}

std::optional<std::string> withoutLeading(std::string_view path, int components)
{
    for (; components > 0; --components) {
        const auto slash = path.find('/');
        if (slash == std::string_view::npos)
            return std::nullopt;
        path.remove_prefix(slash + 1);
    }
    return path.empty() ? std::nullopt : std::optional<std::string>(path);
}

bool matchesAny(const std::string &path, const std::vector<std::string> &patterns)
{
    return std::any_of(patterns.begin(), patterns.end(), [&](const std::string &pattern) {
        return ::fnmatch(pattern.c_str(), path.c_str(), 0) == 0;
    });
}

std::string mergedUsrPath(const std::string &path)
{
    const std::string first = path.substr(0, path.find('/'));
    const bool merged = first == "bin" || first == "sbin" || first == "lib" || first == "lib64";
    return merged ? "usr/" + path : path;
}

std::string_view parentOf(std::string_view path)
{
    const auto slash = path.rfind('/');
    return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

} // namespace firstlight
