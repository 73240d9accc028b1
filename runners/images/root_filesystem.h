#pragma once

#include "core/result.h"

#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

namespace firstlight {

/// What a set of Debian packages becomes: one tar file, for `ADD x.tar /` onto `FROM scratch`.
struct RootFilesystem {
    std::vector<std::filesystem::path> packages; ///< .deb files in the order in which dpkg would unpack them
    std::vector<std::string> names;              ///< of the packages, for messages
    /// Shell patterns of files and links that are left out; never folders, never usr/share/doc/*/copyright.
    std::vector<std::string> exclude;
};

/// Writes \a root to \a tar: first /bin, /sbin, /lib and /lib64 as links to their namesakes below /usr, /tmp,
/// and an /etc/passwd and /etc/group with root and nobody; then the files of the packages. Of two packages
/// with the same path the later one wins. No device nodes, no maintainer scripts, no setuid or setgid bits.
/// \a onPackage is called with the size in bytes of each .deb that is done. Equal input gives equal bytes.
///
/// Errors: "recipe-path-conflict" {path, input} where dpkg would follow a link or replace a folder,
/// "recipe-link-broken" {path, target, input} if a hard link's file is left out or replaced, those of
/// readArchive, "cancelled".
Result<void> writeRootFilesystem(const RootFilesystem &root, const std::filesystem::path &tar,
                                 const std::function<void(std::uint64_t)> &onPackage,
                                 std::stop_token stop = {});

} // namespace firstlight
