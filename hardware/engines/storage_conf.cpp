#include "hardware/engines/storage_conf.h"

#include "hardware/engines/toml.h"
#include "hardware/questions.h"

#include <algorithm>
#include <array>
#include <cstdlib>

namespace firstlight {

namespace {

constexpr std::size_t limitBytes = 1u << 20;

// As containers-storage.conf(5) has it: the first of these that is there.
StorageConf readStorageConf(const Root &root, bool rootless)
{
    std::vector<std::string> files;
    if (auto only = pathFromEnvironment("CONTAINERS_STORAGE_CONF"))
        files.push_back(*only);
    const auto config = pathFromEnvironment("XDG_CONFIG_HOME");
    const auto home = pathFromEnvironment("HOME");
    if (rootless && (config || home))
        files.push_back((config ? *config : *home + "/.config") + "/containers/storage.conf");
    files.insert(files.end(), {"/etc/containers/storage.conf", "/usr/share/containers/storage.conf"});

    StorageConf conf;
    for (const std::string &path : files) {
        if (const auto text = root.read(path.substr(1), limitBytes)) {
            takeStorageConf(*text, conf);
            break;
        }
    }
    return conf;
}

/// Absolute; nullopt where nobody knows it.
std::optional<std::string> storageFolder(const StorageConf &conf, bool rootless)
{
    const auto &setting = rootless ? conf.rootlessFolder : conf.folder;
    if (setting && setting->starts_with('/') && setting->find('$') == std::string::npos)
        return setting;
    if (!rootless)
        return "/var/lib/containers/storage";
    if (const auto data = pathFromEnvironment("XDG_DATA_HOME"))
        return *data + "/containers/storage";
    const auto home = pathFromEnvironment("HOME");
    return home ? std::optional(*home + "/.local/share/containers/storage") : std::nullopt;
}

std::optional<std::string> askDriver(const Root &root, bool rootless)
{
    const StorageConf conf = readStorageConf(root, rootless);
    if (const auto folder = storageFolder(conf, rootless)) {
        if (auto used = usedDriver(root.entries(folder->substr(1))))
            return used;
    }
    const char *wanted = std::getenv("STORAGE_DRIVER");
    return wanted && *wanted ? std::optional<std::string>(wanted) : conf.driver;
}

} // namespace

void takeStorageConf(std::string_view text, StorageConf &conf)
{
    forEachTomlValue(text, [&](std::string_view table, std::string_view key, std::string_view value) {
        if (table != "storage")
            return;
        if (key == "driver")
            conf.driver = tomlString(value);
        if (key == "graphroot")
            conf.folder = tomlString(value);
        if (key == "rootless_storage_path")
            conf.rootlessFolder = tomlString(value);
    });
}

std::optional<std::string> usedDriver(const std::vector<std::string> &names)
{
    std::optional<std::string> used;
    for (const char *driver : {"overlay", "vfs", "btrfs", "zfs"}) {
        if (std::ranges::find(names, std::string(driver) + "-images") == names.end())
            continue;
        if (used)
            return std::nullopt;
        used = driver;
    }
    return used;
}

std::optional<std::string> storageDriver(const Root &root, bool rootless)
{
    return root.answer("podman storage driver", [&] { return askDriver(root, rootless); });
}

std::optional<std::string> usedNetworkBackend(const Root &root, bool rootless)
{
    return root.answer("podman network backend", [&]() -> std::optional<std::string> {
        const auto folder = storageFolder(readStorageConf(root, rootless), rootless);
        return folder ? root.readTrimmed(folder->substr(1) + "/defaultNetworkBackend") : std::nullopt;
    });
}

} // namespace firstlight
