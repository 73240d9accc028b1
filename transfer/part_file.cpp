#include "transfer/part_file.h"

#include <cerrno>
#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>
#include <unistd.h>

namespace firstlight {

namespace {

// Below this, hashing again takes less time than a person needs to read that it happens.
constexpr std::uint64_t worthReporting = 64u << 20;
constexpr std::uint64_t flushEvery = 16u << 20;

std::optional<PartFile::Origin> readOrigin(const std::filesystem::path &path)
{
    const auto text = readFile(path, 64u << 10);
    if (!text)
        return std::nullopt;
    const auto json = nlohmann::json::parse(*text, nullptr, false);
    if (!json.is_object() || !json.contains("url") || !json["url"].is_string() || !json.contains("validator")
        || !json["validator"].is_string())
        return std::nullopt;
    return PartFile::Origin{json["url"].get<std::string>(), json["validator"].get<std::string>()};
}

void syncFolder(const std::filesystem::path &folder)
{
    const FileDescriptor descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (descriptor.isOpen())
        ::fsync(descriptor.get());
}

} // namespace

PartFile::PartFile(std::filesystem::path path, FileDescriptor file, bool digestKnown)
    : m_path(std::move(path))
    , m_file(std::move(file))
    , m_digestKnown(digestKnown)
{
}

PartFile::~PartFile()
{
    if (m_file.isOpen() && (m_size == 0 || (!m_digestKnown && !m_origin)))
        discard();
}

Result<PartFile> PartFile::open(std::filesystem::path path, bool digestKnown, const std::string &subject,
                                Progress &progress, std::stop_token stop)
{
    if (auto made = makeDirectories(path.parent_path()); !made)
        return fail(made.error());
    FileDescriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644));
    if (!file.isOpen())
        return fail(systemError("create", path, errno));
    PartFile part(std::move(path), std::move(file), digestKnown);
    part.m_origin = readOrigin(part.originPath());
    if (!digestKnown && !part.m_origin) {
        if (auto emptied = part.restart(); !emptied)
            return fail(emptied.error());
        return part;
    }
    if (auto hashed = part.hashExisting(subject, progress, stop); !hashed)
        return fail(hashed.error());
    return part;
}

Result<void> PartFile::hashExisting(const std::string &subject, Progress &progress, std::stop_token stop)
{
    struct stat info { };
    if (::fstat(m_file.get(), &info) != 0)
        return fail(systemError("examine", m_path, errno));
    const auto total = static_cast<std::uint64_t>(info.st_size);
    m_size = total; // the destructor must not take it for empty if this is cancelled
    std::optional<ProgressMeter> meter;
    if (total >= worthReporting)
        meter.emplace(progress, "check", subject, ProgressUnit::Bytes, total);
    std::string buffer(1u << 20, '\0');
    std::uint64_t done = 0;
    while (true) {
        if (stop.stop_requested())
            return fail(cancelled());
        const ssize_t count = ::read(m_file.get(), buffer.data(), buffer.size());
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return fail(systemError("read", m_path, errno));
        if (count == 0)
            break;
        m_hash.add({buffer.data(), static_cast<std::size_t>(count)});
        done += static_cast<std::uint64_t>(count);
        if (meter)
            meter->advanceTo(done);
    }
    if (meter)
        meter->finish();
    m_size = m_flushed = done;
    markContinued();
    return {};
}

Result<void> PartFile::append(std::string_view bytes)
{
    m_hash.add(bytes);
    while (!bytes.empty()) {
        const ssize_t written = ::write(m_file.get(), bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0) {
            const Error error = systemError("write", m_path, errno);
            // The hash is ahead of the file now, so this object is of no further use; the next one hashes
            // anew.
            return fail(error);
        }
        bytes.remove_prefix(static_cast<std::size_t>(written));
        m_size += static_cast<std::uint64_t>(written);
    }
    // Starts the disk early, so that the sync at the end is short.
    if (m_size - m_flushed >= flushEvery) {
        ::sync_file_range(m_file.get(), static_cast<off64_t>(m_flushed),
                          static_cast<off64_t>(m_size - m_flushed), SYNC_FILE_RANGE_WRITE);
        m_flushed = m_size;
    }
    return {};
}

Result<void> PartFile::restart()
{
    if (::ftruncate(m_file.get(), 0) != 0 || ::lseek(m_file.get(), 0, SEEK_SET) != 0)
        return fail(systemError("write", m_path, errno));
    ::unlink(originPath().c_str());
    m_origin.reset();
    m_size = m_flushed = 0;
    m_continued = false;
    m_hash = Sha256();
    return {};
}

Result<void> PartFile::rememberOrigin(const Origin &origin)
{
    m_origin = origin;
    return writeFileAtomically(
        originPath(), nlohmann::json{{"url", origin.url}, {"validator", origin.validator}}.dump(), 0600);
}

std::string PartFile::digest()
{
    return m_hash.hex();
}

Result<void> PartFile::commit(const std::filesystem::path &target)
{
    if (::fsync(m_file.get()) != 0 || ::fchmod(m_file.get(), 0444) != 0)
        return fail(systemError("write", m_path, errno));
    if (auto made = makeDirectories(target.parent_path()); !made)
        return made;
    // First the note: a part without it is still continued or thrown away rightly, a note without part would
    // stay.
    ::unlink(originPath().c_str());
    if (::rename(m_path.c_str(), target.c_str()) != 0)
        return fail(systemError("rename", m_path, errno));
    m_file.reset();
    syncFolder(target.parent_path());
    return {};
}

void PartFile::discard()
{
    ::unlink(m_path.c_str());
    ::unlink(originPath().c_str());
    m_file.reset();
}

} // namespace firstlight
