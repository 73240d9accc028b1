#pragma once

#include "core/result.h"
#include "runners/images/written_paths.h"
#include "transfer/archive.h"

#include <cstddef>
#include <filesystem>
#include <string>

namespace firstlight {

/// A build context while it is written: a folder of files with modes 0755 or 0644 and, at the end, time 0.
/// Paths are clean (see contextPath). A path that is there already, unless both are folders, is the error
/// "recipe-path-conflict" {path}.
class ContextFolder {
public:
    /// \a folder is made; what is in it already is an error of the file system later on.
    static Result<ContextFolder> create(const std::filesystem::path &folder);

    Result<void> addDirectory(const std::string &path, std::size_t origin);
    Result<void> addSymlink(const std::string &path, const std::string &target, std::size_t origin);
    /// A further name of a file that the same origin has written; otherwise "recipe-link-broken" {path,
    /// target}.
    Result<void> addHardlink(const std::string &path, const std::string &target, std::size_t origin);
    Result<void> addFile(const std::string &path, const ContentReader &read, bool executable,
                         std::size_t origin);
    Result<void> addFileFrom(const std::string &path, const std::filesystem::path &source, bool executable,
                             std::size_t origin);
    /// Notes \a path, makes the folders above it, and returns where a tool of its own may write the file.
    Result<std::filesystem::path> reserve(const std::string &path, std::size_t origin);
    /// Sets all modes and times; nothing may be added afterwards.
    Result<void> finish();

private:
    explicit ContextFolder(std::filesystem::path folder)
        : m_folder(std::move(folder))
    {
    }

    std::filesystem::path m_folder;
    WrittenPaths m_written;
};

} // namespace firstlight
