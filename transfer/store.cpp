#include "transfer/store.h"

#include "core/files.h"
#include "transfer/fetch.h"
#include "transfer/store_layout.h"

#include <set>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

namespace firstlight {

namespace {

std::optional<std::uint64_t> fileSize(const std::filesystem::path &path)
{
    struct stat info { };
    if (::stat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode))
        return std::nullopt;
    return static_cast<std::uint64_t>(info.st_size);
}

Result<void> checkDigests(const WantedFile &file)
{
    const bool sound = (!file.sha256 || isSha256(*file.sha256))
                       && (file.packageSha256.empty() || isSha256(file.packageSha256));
    if (sound)
        return {};
    return fail({.code = "digest-invalid", .facts = {{"name", file.name}}, .kind = ErrorKind::BadInput});
}

/// Waits while another process fetches the same file, and shows how far that one is.
Result<FileLock> lockAndWatch(const StoreLayout &layout, const WantedFile &file, Progress &progress,
                              std::stop_token stop)
{
    const std::string key = incomingKey(file);
    std::optional<ProgressMeter> meter;
    while (true) {
        auto lock = FileLock::tryLock(layout.lock(key));
        if (lock || lock.error().code != "file-locked")
            return lock;
        if (stop.stop_requested())
            return fail(cancelled());
        const std::uint64_t done = fileSize(layout.part(key)).value_or(0);
        if (!meter)
            meter.emplace(progress, "download", file.name, ProgressUnit::Bytes, file.sizeBytes, done);
        meter->advanceTo(done);
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
}

/// The packages that sources of \a file with a member would be taken from.
std::set<std::string> packagesOf(const WantedFile &file)
{
    std::set<std::string> keys;
    for (const std::string &text : file.sources) {
        const auto source = parseSource(text);
        if (source && !source->member.empty())
            keys.insert(packageKey(*source, file));
    }
    return keys;
}

std::set<std::string> packagesNeededLater(const Store &store, const std::vector<WantedFile> &files,
                                          std::size_t after)
{
    std::set<std::string> keys;
    for (std::size_t index = after + 1; index < files.size(); ++index) {
        if (!store.find(files[index]))
            keys.merge(packagesOf(files[index]));
    }
    return keys;
}

Result<std::filesystem::path> fetchOne(const Store &store, const WantedFile &file, const FetchPolicy &policy,
                                       const std::set<std::string> &keptPackages, Progress &progress,
                                       std::stop_token stop)
{
    if (auto sound = checkDigests(file); !sound)
        return fail(sound.error());
    if (auto here = store.find(file))
        return *here;
    const StoreLayout layout{store.root()};
    const std::string key = incomingKey(file);
    auto lock = lockAndWatch(layout, file, progress, stop);
    if (!lock)
        return fail(lock.error());
    auto here = store.find(file);
    auto fetched = here ? *here : Fetch(layout, file, policy, keptPackages, progress, stop).run();
    // Whoever waits on the old lock file finds the blob, so the name may go; after a failure somebody may
    // still need it.
    if (fetched)
        ::unlink(layout.lock(key).c_str());
    return fetched;
}

} // namespace

Store::Store(std::filesystem::path root, FetchPolicy policy)
    : m_root(std::move(root))
    , m_policy(policy)
{
}

std::filesystem::path Store::blobPath(const std::string &sha256) const
{
    return StoreLayout{m_root}.blob(sha256);
}

std::optional<std::filesystem::path> Store::find(const WantedFile &file) const
{
    const StoreLayout layout{m_root};
    const auto digest = file.sha256 ? file.sha256 : readRecord(layout.record(file));
    if (!digest || !isSha256(*digest))
        return std::nullopt;
    const std::filesystem::path path = layout.blob(*digest);
    const auto size = fileSize(path);
    if (!size || (file.sizeBytes && *size != *file.sizeBytes))
        return std::nullopt;
    return path;
}

Result<std::filesystem::path> Store::fetch(const WantedFile &file, Progress &progress, std::stop_token stop)
{
    return fetchOne(*this, file, m_policy, {}, progress, stop);
}

Result<std::vector<std::filesystem::path>> Store::fetch(const std::vector<WantedFile> &files,
                                                        Progress &progress, std::stop_token stop)
{
    std::vector<std::filesystem::path> paths;
    for (std::size_t index = 0; index < files.size(); ++index) {
        const auto kept = packagesNeededLater(*this, files, index);
        auto path = fetchOne(*this, files[index], m_policy, kept, progress, stop);
        if (!path) {
            for (const std::string &key : kept)
                ::unlink(StoreLayout{m_root}.package(key).c_str());
            return fail(path.error());
        }
        paths.push_back(*path);
    }
    return paths;
}

} // namespace firstlight
