#pragma once

#include "core/directories.h"
#include "core/files.h"
#include "core/result.h"

#include <filesystem>
#include <set>
#include <string>

namespace firstlight {

/// The folder of one launch below `<runtime>/demos/<demo>/`: `socket/` is mounted into the container,
/// `forwarder.lock` is held by the forwarder as long as it lives. The lock is outside of what the demo can
/// write to.
std::filesystem::path demosFolder(const Directories &directories, const std::string &demo);

/// Makes a new one with a unique name. \a user is who must be able to make the socket: "65532:65532"; "0:0"
/// is this user; empty: not known, so everybody may (the folders above are closed to other users of the
/// host).
Result<std::filesystem::path> makeDemoFolder(const Directories &directories, const std::string &demo,
                                             const std::string &user);

/// Serialises the launches of one demo between processes.
std::filesystem::path demoLockPath(const Directories &directories, const std::string &demo);

std::filesystem::path forwarderLockPath(const std::filesystem::path &demoFolder);
/// Whether a forwarder holds the lock of \a demoFolder.
bool forwarderLives(const std::filesystem::path &demoFolder);

/// Removes the folders of \a demo that are not in \a used and that no forwarder holds: what a killed launcher
/// left.
void removeStaleFolders(const Directories &directories, const std::string &demo,
                        const std::set<std::filesystem::path> &used);

} // namespace firstlight
