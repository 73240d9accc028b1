#pragma once

#include "core/files.h"
#include "core/progress.h"
#include "core/sha256.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

namespace firstlight {

/// A file that is coming in, hashed while it is written. It survives a killed process: the next one opens it,
/// hashes what is there and goes on. The caller holds the lock.
class PartFile {
public:
    /// What must be known to continue bytes whose digest is not known beforehand: the same URL and the
    /// server's validator (ETag or Last-Modified).
    struct Origin {
        std::string url;
        std::string validator;

        bool operator==(const Origin &) const = default;
    };

    /// Opens or makes \a path. \a digestKnown: the content will be checked, so any source may continue it.
    /// Without it the bytes are kept only if an Origin was written for them. Reports "check" while hashing a
    /// large remainder.
    static Result<PartFile> open(std::filesystem::path path, bool digestKnown, const std::string &subject,
                                 Progress &progress, std::stop_token stop);
    PartFile(PartFile &&) noexcept = default;
    PartFile &operator=(PartFile &&) = delete;
    /// Removes a part that nobody could continue: an empty one, or one of unknown digest and origin.
    ~PartFile();

    std::uint64_t size() const { return m_size; }
    /// Some of the bytes come from an earlier run or another source.
    bool isContinued() const { return m_continued; }
    void markContinued() { m_continued = m_size > 0; }
    const std::optional<Origin> &origin() const { return m_origin; }

    Result<void> append(std::string_view bytes);
    /// Back to zero bytes.
    Result<void> restart();
    Result<void> rememberOrigin(const Origin &origin);
    /// The digest of all bytes; the part can only be committed or restarted afterwards.
    std::string digest();
    /// Syncs, makes read-only and renames to \a target.
    Result<void> commit(const std::filesystem::path &target);
    void discard();

private:
    PartFile(std::filesystem::path path, FileDescriptor file, bool digestKnown);
    Result<void> hashExisting(const std::string &subject, Progress &progress, std::stop_token stop);
    std::filesystem::path originPath() const { return m_path.string() + ".json"; }

    std::filesystem::path m_path;
    FileDescriptor m_file;
    bool m_digestKnown;
    bool m_continued = false;
    std::uint64_t m_size = 0;
    std::uint64_t m_flushed = 0;
    Sha256 m_hash;
    std::optional<Origin> m_origin;
};

} // namespace firstlight
