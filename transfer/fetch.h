#pragma once

#include "core/progress.h"
#include "transfer/download.h"
#include "transfer/http.h"
#include "transfer/part_file.h"
#include "transfer/source.h"
#include "transfer/store.h"
#include "transfer/store_layout.h"

#include <chrono>
#include <filesystem>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

namespace firstlight {

/// One Store::fetch() of one file that is not here yet.
class Fetch {
public:
    /// All references outlive it. Packages whose key is in \a keptPackages stay for a later file.
    Fetch(const StoreLayout &layout, const WantedFile &file, const FetchPolicy &policy,
          const std::set<std::string> &keptPackages, Progress &progress, std::stop_token stop);

    /// The path of the blob. The caller holds the lock of the file.
    Result<std::filesystem::path> run();

private:
    /// A source and what is known of it after some tries.
    struct Candidate {
        Source source;
        std::optional<ResolvedFile> resolved;
        std::optional<Error> error;
        bool alive = true;
    };
    using Outcome = std::optional<DownloadFailure>;

    Outcome prepareCandidates();
    Outcome tryAll();
    Outcome round(std::chrono::milliseconds &pause);
    Outcome tryOne(Candidate &candidate);
    Outcome resolve(Candidate &candidate);
    Outcome fetchMember(Candidate &candidate);
    Outcome fetchPackage(Candidate &candidate, const std::string &key);
    Outcome takeMember(const std::filesystem::path &package, const Candidate &candidate);
    Outcome unpackAndVerify(const std::filesystem::path &package, const Candidate &candidate);
    Outcome wrongContent(const std::string &code, const std::string &found, const std::string &needed,
                         const std::string &source) const;
    bool pauseFor(std::chrono::milliseconds time);
    Error combined() const;
    Result<std::filesystem::path> keep();

    const StoreLayout &m_layout;
    const WantedFile &m_file;
    const FetchPolicy &m_policy;
    const std::set<std::string> &m_keptPackages;
    Progress &m_progress;
    std::stop_token m_stop;
    HttpClient m_client;
    std::vector<Candidate> m_candidates;
    std::optional<PartFile> m_part;
    std::uint64_t m_received = 0;  ///< bytes that came in, over all tries
    bool m_serverAnswered = false; ///< at least one host could be reached
    std::string m_digest;
    std::string m_goodSource;
};

/// Names the package of a source with a member in `incoming/`.
std::string packageKey(const Source &source, const WantedFile &file);

} // namespace firstlight
