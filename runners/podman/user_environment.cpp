#include "runners/podman/host_setup.h"

#include <cstdlib>
#include <sys/stat.h>
#include <unistd.h>

namespace firstlight {

namespace fs = std::filesystem;

namespace {

std::string variable(const char *name)
{
    const char *value = std::getenv(name);
    return value ? value : "";
}

fs::path xdgFolder(const char *name, const char *belowHome)
{
    const std::string value = variable(name);
    return value.starts_with('/') ? fs::path(value) : fs::path(variable("HOME")) / belowHome;
}

bool isThere(const fs::path &path)
{
    std::error_code ignored;
    return fs::exists(path, ignored);
}

/// Podman remembers the driver of its first run in its database for ever; the folders tell which one it was.
std::string driverOfStore(const fs::path &store)
{
    const bool used = isThere(store / "libpod/bolt_state.db") || isThere(store / "db.sql");
    if (!used && !isThere(store / "storage.lock"))
        return {};
    return isThere(store / "vfs-images") && !isThere(store / "overlay-images") ? "vfs" : "overlay";
}

} // namespace

UserEnvironment readUserEnvironment()
{
    UserEnvironment user;
    user.storageConfigured = isThere(xdgFolder("XDG_CONFIG_HOME", ".config") / "containers/storage.conf")
                             || !variable("CONTAINERS_STORAGE_CONF").empty();
    user.storageDriver = driverOfStore(xdgFolder("XDG_DATA_HOME", ".local/share") / "containers/storage");
    const std::string runtime = variable("XDG_RUNTIME_DIR");
    struct stat info { };
    user.runtimeDirectory = runtime.starts_with('/') && ::stat(runtime.c_str(), &info) == 0
                            && S_ISDIR(info.st_mode) && info.st_uid == ::getuid();
    user.registriesConf = variable("FIRSTLIGHT_REGISTRIES_CONF");
    return user;
}

} // namespace firstlight
