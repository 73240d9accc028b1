#pragma once

#include "hardware/root.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace firstlight {

/// The few settings of storage.conf that the probe needs.
struct StorageConf {
    std::optional<std::string> driver;         ///< [storage] driver
    std::optional<std::string> folder;         ///< [storage] graphroot
    std::optional<std::string> rootlessFolder; ///< [storage] rootless_storage_path
};

/// Takes the settings of one file's text; anything else in it is ignored.
void takeStorageConf(std::string_view text, StorageConf &conf);

/// What podman keeps its images with: overlay, vfs, btrfs, zfs. The driver that the storage was first used
/// with counts for podman whatever a setting says since; then the setting counts. nullopt: podman would look
/// what the file system can do.
std::optional<std::string> storageDriver(const Root &root, bool rootless);

/// The driver by the names in a storage folder ("overlay-images"); nullopt if they name none or several.
std::optional<std::string> usedDriver(const std::vector<std::string> &names);

/// What podman wrote into its storage at first use: netavark or cni.
std::optional<std::string> usedNetworkBackend(const Root &root, bool rootless);

} // namespace firstlight
