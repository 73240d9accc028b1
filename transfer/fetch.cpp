#include "transfer/fetch.h"

#include "core/files.h"
#include "core/sha256.h"
#include "transfer/package_member.h"
#include "transfer/url.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <unistd.h>

namespace firstlight {

namespace {

using Kind = DownloadFailure::Kind;
// What has to come in for a round to count as progress; less could go on for ever.
constexpr std::uint64_t worthAnotherRound = 256u << 10;

DownloadFailure fatal(Error error)
{
    return {.kind = Kind::Fatal, .error = std::move(error), .retryAfter = {}};
}

DownloadFailure permanent(Error error)
{
    return {.kind = Kind::Permanent, .error = std::move(error), .retryAfter = {}};
}

DownloadFailure resolveFailure(Error error)
{
    if (error.kind == ErrorKind::Cancelled)
        return fatal(std::move(error));
    const bool again = error.code == "registry-unreachable" || error.code == "network-stalled"
                       || error.code == "network-failed";
    return {.kind = again ? Kind::Transient : Kind::Permanent, .error = std::move(error), .retryAfter = {}};
}

bool isUnreachable(const Error &error)
{
    return error.code == "network-unreachable" || error.code == "registry-unreachable";
}

/// Errors about this computer, which no other source would avoid.
bool isLocal(const Error &error)
{
    return error.code == "disk-full" || error.code == "file-io" || error.kind == ErrorKind::Cancelled;
}

/// \a error with \a before as the end of its chain of causes.
Error after(Error error, const Error &before)
{
    error.cause = std::make_shared<const Error>(error.cause ? after(*error.cause, before) : before);
    return error;
}

} // namespace

std::string packageKey(const Source &source, const WantedFile &file)
{
    return file.packageSha256.empty() ? "package-" + sha256Hex(source.packageText() + "\n" + file.packageFile)
                                      : file.packageSha256;
}

Fetch::Fetch(const StoreLayout &layout, const WantedFile &file, const FetchPolicy &policy,
             const std::set<std::string> &keptPackages, Progress &progress, std::stop_token stop)
    : m_layout(layout)
    , m_file(file)
    , m_policy(policy)
    , m_keptPackages(keptPackages)
    , m_progress(progress)
    , m_stop(stop)
{
}

Result<std::filesystem::path> Fetch::run()
{
    auto failure = prepareCandidates();
    if (!failure)
        failure = tryAll();
    if (failure)
        return fail(failure->error);
    return keep();
}

Fetch::Outcome Fetch::prepareCandidates()
{
    for (const std::string &text : m_file.sources) {
        auto source = parseSource(text);
        Candidate candidate{.source = source ? *source : Source{.text = text},
                            .resolved = {},
                            .error = {},
                            .alive = source.has_value()};
        if (!source)
            candidate.error = source.error();
        m_candidates.push_back(std::move(candidate));
    }
    auto part = PartFile::open(m_layout.part(incomingKey(m_file)), m_file.sha256.has_value(), m_file.name,
                               m_progress, m_stop);
    if (!part)
        return fatal(part.error());
    m_part.emplace(std::move(*part));
    if (!m_file.sizeBytes)
        return std::nullopt;
    const std::uint64_t missing = *m_file.sizeBytes - std::min(*m_file.sizeBytes, m_part->size());
    if (auto space = checkDiskSpace(m_layout.root, missing); !space)
        return fatal(space.error());
    return std::nullopt;
}

/// Rounds through the sources that may still help, with longer and longer pauses while nothing comes in.
Fetch::Outcome Fetch::tryAll()
{
    std::uint64_t receivedBefore = 0;
    for (int round = 1;; ++round) {
        auto pause = std::min(m_policy.longestPause, m_policy.firstPause * (1 << std::min(round - 1, 16)));
        auto failure = this->round(pause);
        if (!failure || failure->kind == Kind::Fatal)
            return failure;
        if (m_received >= receivedBefore + worthAnotherRound) {
            receivedBefore = m_received;
            round = 0;
        }
        const bool anyAlive = std::any_of(m_candidates.begin(), m_candidates.end(),
                                          [](const Candidate &candidate) { return candidate.alive; });
        if (!anyAlive || round >= (m_serverAnswered ? m_policy.rounds : m_policy.roundsUnreachable))
            return permanent(combined());
        if (!pauseFor(pause))
            return fatal(cancelled());
    }
}

Fetch::Outcome Fetch::round(std::chrono::milliseconds &pause)
{
    Outcome last
        = permanent({.code = "source-invalid", .facts = {{"source", ""}}, .kind = ErrorKind::BadInput});
    for (Candidate &candidate : m_candidates) {
        if (!candidate.alive)
            continue;
        last = tryOne(candidate);
        if (!last) {
            m_goodSource = candidate.source.text;
            return last;
        }
        if (last->kind == Kind::Fatal)
            return last;
        candidate.error = last->error;
        candidate.alive = last->kind == Kind::Transient;
        m_serverAnswered = m_serverAnswered || !isUnreachable(last->error);
        if (last->retryAfter)
            pause = std::max<std::chrono::milliseconds>(pause, *last->retryAfter);
    }
    return last;
}

Fetch::Outcome Fetch::resolve(Candidate &candidate)
{
    if (candidate.resolved)
        return std::nullopt;
    auto resolved = resolveSource(candidate.source, m_file.packageFile, m_stop);
    if (!resolved)
        return resolveFailure(resolved.error());
    candidate.resolved = std::move(*resolved);
    return std::nullopt;
}

Fetch::Outcome Fetch::tryOne(Candidate &candidate)
{
    if (!candidate.source.member.empty())
        return fetchMember(candidate);
    if (auto failure = resolve(candidate))
        return failure;
    // Where the person did not state a digest, the one that the registry states is checked instead.
    const DownloadTarget target{.name = m_file.name,
                                .sha256 = m_file.sha256 ? m_file.sha256 : candidate.resolved->sha256,
                                .sizeBytes = m_file.sizeBytes,
                                .folder = m_layout.root};
    const std::uint64_t before = m_part->size();
    Download download(m_client, *m_part, target, m_policy, m_progress, m_stop);
    auto failure = download.from(*candidate.resolved, candidate.source.text);
    m_received += m_part->size() - std::min(before, m_part->size());
    m_digest = download.digest();
    return failure;
}

/// The package comes first, once for all its wanted members; another process that wants one of them waits.
Fetch::Outcome Fetch::fetchMember(Candidate &candidate)
{
    const std::string key = packageKey(candidate.source, m_file);
    if (isSha256(key) && ::access(m_layout.blob(key).c_str(), R_OK) == 0)
        return takeMember(m_layout.blob(key), candidate);
    auto lock = FileLock::wait(m_layout.lock(key + ".package"), m_stop);
    if (!lock)
        return fatal(lock.error());
    const std::filesystem::path package = m_layout.package(key);
    if (::access(package.c_str(), R_OK) != 0) {
        if (auto failure = fetchPackage(candidate, key))
            return failure;
    }
    auto failure = takeMember(package, candidate);
    const bool spent = !failure ? !m_keptPackages.contains(key) : failure->error.kind != ErrorKind::Cancelled;
    if (spent) {
        ::unlink(package.c_str());
        ::unlink(m_layout.lock(key + ".package").c_str());
    }
    return failure;
}

Fetch::Outcome Fetch::fetchPackage(Candidate &candidate, const std::string &key)
{
    if (auto failure = resolve(candidate))
        return failure;
    const ResolvedFile &resolved = *candidate.resolved;
    const auto needed = m_file.packageSha256.empty() ? resolved.sha256 : std::optional(m_file.packageSha256);
    if (needed && resolved.sha256 && *needed != *resolved.sha256)
        return wrongContent("checksum-wrong", *resolved.sha256, *needed, candidate.source.packageText());
    auto part = PartFile::open(m_layout.part(key + ".package"), needed.has_value(), m_file.name, m_progress,
                               m_stop);
    if (!part)
        return fatal(part.error());
    const DownloadTarget target{.name = m_file.name,
                                .sha256 = needed,
                                .sizeBytes = {},
                                .extraDiskBytes = m_file.sizeBytes.value_or(0),
                                .folder = m_layout.root};
    const std::uint64_t before = part->size();
    Download download(m_client, *part, target, m_policy, m_progress, m_stop);
    auto failure = download.from(resolved, candidate.source.packageText());
    m_received += part->size() - std::min(before, part->size());
    if (failure)
        return failure;
    if (auto kept = part->commit(m_layout.package(key)); !kept)
        return fatal(kept.error());
    return std::nullopt;
}

/// Nothing of a member that failed stays: it would be taken for the beginning of a download.
Fetch::Outcome Fetch::takeMember(const std::filesystem::path &package, const Candidate &candidate)
{
    if (auto emptied = m_part->restart(); !emptied)
        return fatal(emptied.error());
    auto failure = unpackAndVerify(package, candidate);
    if (failure)
        (void)m_part->restart();
    return failure;
}

Fetch::Outcome Fetch::unpackAndVerify(const std::filesystem::path &package, const Candidate &candidate)
{
    const std::string packageName
        = candidate.resolved ? candidate.resolved->file : candidate.source.packageText();
    auto taken = extractMember(package, packageName, candidate.source.member, *m_part, m_file.name,
                               m_progress, m_stop);
    if (!taken) {
        if (isLocal(taken.error()))
            return fatal(taken.error());
        return permanent(taken.error());
    }
    const std::uint64_t size = m_part->size();
    if (m_file.sizeBytes && size != *m_file.sizeBytes)
        return wrongContent("size-wrong", std::to_string(size), std::to_string(*m_file.sizeBytes),
                            candidate.source.text);
    m_digest = m_part->digest();
    if (!m_file.sha256 || m_digest == *m_file.sha256)
        return std::nullopt;
    return wrongContent("checksum-wrong", m_digest, *m_file.sha256, candidate.source.text);
}

Fetch::Outcome Fetch::wrongContent(const std::string &code, const std::string &found,
                                   const std::string &needed, const std::string &source) const
{
    return permanent(
        {.code = code,
         .facts = {{"name", m_file.name}, {"source", source}, {"found", found}, {"needed", needed}}});
}

/// False if stopped meanwhile.
bool Fetch::pauseFor(std::chrono::milliseconds time)
{
    for (const Candidate &candidate : m_candidates) {
        if (!candidate.alive || !candidate.error)
            continue;
        const auto host = candidate.error->facts.find("host");
        m_progress.update(
            {.phase = "retry", .subject = host == candidate.error->facts.end() ? m_file.name : host->second});
        break;
    }
    std::mutex mutex;
    std::unique_lock lock(mutex);
    std::condition_variable_any never;
    never.wait_for(lock, m_stop, time, [] { return false; });
    return !m_stop.stop_requested();
}

Error Fetch::combined() const
{
    std::optional<Error> chain;
    for (const Candidate &candidate : m_candidates) {
        if (candidate.error)
            chain = chain ? after(*candidate.error, *chain) : *candidate.error;
    }
    Error error{.code = "download-failed", .facts = {{"name", m_file.name}}};
    return chain ? wrap(std::move(error), std::move(*chain)) : error;
}

Result<std::filesystem::path> Fetch::keep()
{
    const std::filesystem::path blob = m_layout.blob(m_digest);
    if (auto kept = m_part->commit(blob); !kept)
        return fail(kept.error());
    if (m_file.sha256)
        return blob;
    if (auto written = writeRecord(m_layout.record(m_file), m_digest, m_goodSource); !written)
        return fail(written.error());
    return blob;
}

} // namespace firstlight
