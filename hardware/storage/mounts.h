#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace firstlight {

/// The file system that a path is on.
struct Mount {
    std::string fileSystem; ///< ext4, btrfs, overlay, fuse.sshfs, …
    std::string device;     ///< "major:minor"; major 0 where no disk is named
    std::string source;     ///< /dev/nvme0n1p2, a server, a name

    bool operator==(const Mount &) const = default;
};

/// The mount of \a path (absolute, links resolved) in the text of /proc/self/mountinfo: the deepest mount
/// point above it, and of several at one place the last, which hides the others.
std::optional<Mount> mountOf(std::string_view mountInfo, std::string_view path);

/// Whether reads with O_DIRECT bypass every cache of this computer on \a fileSystem. Memory file systems,
/// ZFS, FUSE and overlays take the flag and answer from memory all the same.
bool readsPastCaches(std::string_view fileSystem);

} // namespace firstlight
