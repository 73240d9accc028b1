#pragma once

#include "core/progress.h"
#include "transfer/http.h"
#include "transfer/package_registries.h"
#include "transfer/part_file.h"
#include "transfer/store.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>

namespace firstlight {

/// Why bytes did not come from one place, and whether asking again may help.
struct DownloadFailure {
    enum class Kind {
        Permanent, ///< this source will not give the file
        Transient, ///< it may, later
        Fatal,     ///< no source would help: disk, cancel
    } kind
        = Kind::Permanent;
    Error error;
    std::optional<std::chrono::seconds> retryAfter; ///< as the server asked
};

/// What the bytes must turn out to be.
struct DownloadTarget {
    std::string name;
    std::optional<std::string> sha256;
    std::optional<std::uint64_t> sizeBytes;
    std::uint64_t extraDiskBytes = 0; ///< needed besides, for what is made of the file
    std::filesystem::path folder;     ///< whose disk is asked
};

/// Brings one file into one PartFile from one place after another; what one place gave is continued by the
/// next.
class Download {
public:
    /// All arguments outlive it.
    Download(HttpClient &client, PartFile &part, const DownloadTarget &target, const FetchPolicy &policy,
             Progress &progress, std::stop_token stop);

    /// From all URLs of \a file in order; \a source is its name in errors. nullopt: it is here, and it is
    /// right.
    std::optional<DownloadFailure> from(const ResolvedFile &file, const std::string &source);
    /// The digest that was found, after success.
    const std::string &digest() const { return m_digest; }

private:
    struct Exchange;

    std::optional<DownloadFailure> fromUrl(const ResolvedFile &file, const std::string &url,
                                           const std::string &source);
    std::optional<DownloadFailure> once(const HttpRequest &base, const std::string &source);
    std::optional<DownloadFailure> copyLocal(const std::string &url, const std::string &source);
    std::optional<DownloadFailure> verify(const std::string &source);
    std::optional<DownloadFailure> prepare(HttpRequest &request);
    bool takeHeaders(Exchange &exchange, long status, const std::map<std::string, std::string> &headers);
    bool takeContinuation(Exchange &exchange, const std::string &range);
    bool takeWhole(Exchange &exchange, const std::map<std::string, std::string> &headers);
    bool takeRefusal(Exchange &exchange, long status, const std::map<std::string, std::string> &headers);
    bool expectTotal(Exchange &exchange, std::optional<std::uint64_t> total);
    bool takeBody(Exchange &exchange, std::string_view piece);
    bool stopWith(Exchange &exchange, DownloadFailure failure);
    bool rememberOrigin(Exchange &exchange, const std::map<std::string, std::string> &headers);
    DownloadFailure wrongSize(const std::string &source, std::uint64_t found) const;

    HttpClient &m_client;
    PartFile &m_part;
    const DownloadTarget &m_target;
    const FetchPolicy &m_policy;
    std::stop_token m_stop;
    ProgressMeter m_meter;
    std::string m_digest;
};

/// Error "disk-too-small" {found, needed, path} if \a neededBytes do not fit on the disk of \a folder.
Result<void> checkDiskSpace(const std::filesystem::path &folder, std::uint64_t neededBytes);

} // namespace firstlight
