#pragma once

#include "core/result.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace firstlight {

/// One entry of an archive that is read from front to back.
struct ArchiveEntry {
    std::string path; ///< as stored, "./" removed; entries with ".." or an absolute path are the error
                      ///< "archive-unsafe"
    enum class Type { File, Directory, Symlink, Hardlink, Other } type = Type::File;
    std::string linkTarget; ///< of symlinks and hard links
    unsigned mode = 0644;
    std::uint64_t sizeBytes = 0;
};

/// Reads tar (gz, xz, zst, bz2), zip/wheel and deb (its data.tar) with libarchive, which is opened at the
/// first call. \a onEntry is called for each entry with a reader that gives its content piece by piece (empty
/// view at the end); an error that it returns ends the reading and is passed on. Errors: "archive-damaged",
/// "archive-unsafe", "library-missing", "file-io".
using ContentReader = std::function<Result<std::string_view>()>;
Result<void>
readArchive(const std::filesystem::path &archive,
            const std::function<Result<void>(const ArchiveEntry &, const ContentReader &)> &onEntry);

/// Writes a tar file entry by entry; owner 0:0, mtime 0, so that equal input gives equal bytes.
class TarWriter {
public:
    static Result<TarWriter> create(const std::filesystem::path &path);
    TarWriter(TarWriter &&) noexcept;
    ~TarWriter();

    Result<void> addDirectory(const std::string &path, unsigned mode = 0755);
    Result<void> addSymlink(const std::string &path, const std::string &target);
    Result<void> addHardlink(const std::string &path, const std::string &target);
    Result<void> addFile(const std::string &path, std::string_view content, unsigned mode = 0644);
    /// A file of known size whose content comes from \a read.
    Result<void> addFile(const std::string &path, std::uint64_t sizeBytes, const ContentReader &read,
                         unsigned mode);
    Result<void> addFileFrom(const std::string &path, const std::filesystem::path &source, unsigned mode);
    /// Writes the end and syncs; without it the file is removed by the destructor.
    Result<void> finish();

private:
    struct State;
    explicit TarWriter(std::unique_ptr<State> state);
    std::unique_ptr<State> m_state;
};

} // namespace firstlight
