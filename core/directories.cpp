#include "core/directories.h"

#include "core/sha256.h"

#include <algorithm>
#include <cstdlib>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

namespace firstlight {

namespace fs = std::filesystem;

namespace {

/// The XDG rules say that a relative path in these variables is to be ignored.
std::optional<fs::path> absoluteFrom(const char *variable)
{
    const char *value = std::getenv(variable);
    if (!value || *value != '/')
        return std::nullopt;
    return fs::path(value).lexically_normal();
}

fs::path homeDirectory()
{
    if (auto home = absoluteFrom("HOME"))
        return *home;
    return ::getuid() == 0 ? "/root" : "/tmp/firstlight-home-" + std::to_string(::getuid());
}

/// XDG_RUNTIME_DIR where it exists, else what a system without a login manager offers.
fs::path runtimeBase()
{
    struct stat info { };
    if (auto runtime = absoluteFrom("XDG_RUNTIME_DIR");
        runtime && ::stat(runtime->c_str(), &info) == 0 && info.st_uid == ::getuid())
        return *runtime / "firstlight";
    if (::getuid() == 0)
        return "/run/firstlight";
    return "/tmp/firstlight-" + std::to_string(::getuid());
}

} // namespace

Directories directoriesFromEnvironment()
{
    if (const char *set = std::getenv("FIRSTLIGHT_HOME"); set && *set) {
        const fs::path home = fs::absolute(set).lexically_normal();
        // Unix socket paths end at 107 bytes, and a test's home is often longer: its hash stands in for it.
        const fs::path runtime = runtimeBase() / ("home-" + sha256Hex(home.string()).substr(0, 8));
        return {home / "config", home / "data", home / "cache", home / "state", runtime, home};
    }
    const fs::path home = homeDirectory();
    return {absoluteFrom("XDG_CONFIG_HOME").value_or(home / ".config") / "firstlight",
            absoluteFrom("XDG_DATA_HOME").value_or(home / ".local/share") / "firstlight",
            absoluteFrom("XDG_CACHE_HOME").value_or(home / ".cache") / "firstlight",
            absoluteFrom("XDG_STATE_HOME").value_or(home / ".local/state") / "firstlight",
            runtimeBase(),
            std::nullopt};
}

std::vector<fs::path> configFoldersOfSystem()
{
    const char *set = std::getenv("XDG_CONFIG_DIRS");
    const std::string list = set && *set ? set : "/etc/xdg";
    std::vector<fs::path> folders;
    for (std::size_t begin = 0; begin <= list.size();) {
        const std::size_t end = std::min(list.find(':', begin), list.size());
        if (const std::string folder = list.substr(begin, end - begin); folder.starts_with('/'))
            folders.push_back(fs::path(folder).lexically_normal() / "firstlight");
        begin = end + 1;
    }
    return folders;
}

} // namespace firstlight
