#include "core/files.h"

#include <atomic>
#include <cerrno>
#include <chrono>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <thread>
#include <unistd.h>
#include <utility>

namespace firstlight {

namespace fs = std::filesystem;

FileDescriptor &FileDescriptor::operator=(FileDescriptor &&other) noexcept
{
    if (this != &other) {
        reset();
        m_fd = other.release();
    }
    return *this;
}

int FileDescriptor::release()
{
    return std::exchange(m_fd, -1);
}

void FileDescriptor::reset()
{
    if (m_fd >= 0)
        ::close(m_fd);
    m_fd = -1;
}

namespace {

Result<void> writeAll(int fd, std::string_view content, const fs::path &path)
{
    while (!content.empty()) {
        const ssize_t written = ::write(fd, content.data(), content.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return fail(systemError("write", path, errno));
        content.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
}

/// A new file beside \a path, opened for writing; its name comes back in \a temporary.
FileDescriptor createBeside(const fs::path &path, unsigned mode, std::string &temporary)
{
    static std::atomic<unsigned> counter = 0;
    FileDescriptor file;
    // A name may be left over from a killed process with the same id, so a few are tried.
    for (int attempt = 0; attempt < 100 && !file.isOpen(); ++attempt) {
        temporary
            = path.string() + "." + std::to_string(::getpid()) + "-" + std::to_string(counter++) + ".part";
        file = FileDescriptor(
            ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, static_cast<mode_t>(mode)));
        if (!file.isOpen() && errno != EEXIST)
            break;
    }
    return file;
}

} // namespace

Result<std::string> readFile(const fs::path &path, std::size_t limitBytes)
{
    const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.isOpen())
        return fail(systemError("open", path, errno));
    std::string content;
    char buffer[65536];
    while (true) {
        const ssize_t count = ::read(file.get(), buffer, sizeof buffer);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return fail(systemError("read", path, errno));
        if (count == 0)
            return content;
        content.append(buffer, static_cast<std::size_t>(count));
        if (content.size() > limitBytes)
            return fail({.code = "file-too-large",
                         .facts = {{"path", path}, {"needed", std::to_string(limitBytes)}}});
    }
}

Result<void> writeFileAtomically(const fs::path &path, std::string_view content, unsigned mode)
{
    if (auto made = makeDirectories(path.parent_path()); !made)
        return made;
    std::string temporary;
    FileDescriptor file = createBeside(path, mode, temporary);
    if (!file.isOpen())
        return fail(systemError("create", path, errno));
    auto written = writeAll(file.get(), content, path);
    int failed = 0;
    if (written && (::fsync(file.get()) != 0 || ::rename(temporary.c_str(), path.c_str()) != 0))
        failed = errno;
    if (!written || failed != 0) {
        ::unlink(temporary.c_str());
        return written ? Result<void>(fail(systemError("write", path, failed))) : written;
    }
    const FileDescriptor folder(::open(path.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (folder.isOpen())
        ::fsync(folder.get());
    return {};
}

Result<void> makeDirectories(const fs::path &path, unsigned mode)
{
    if (path.empty() || ::access(path.c_str(), F_OK) == 0)
        return {};
    std::error_code error;
    fs::create_directories(path.parent_path(), error);
    if (error)
        return fail(systemError("create", path.parent_path(), error.value()));
    if (::mkdir(path.c_str(), static_cast<mode_t>(mode)) != 0 && errno != EEXIST)
        return fail(systemError("create", path, errno));
    return {};
}

Result<FileLock> FileLock::tryLock(const fs::path &path)
{
    if (auto made = makeDirectories(path.parent_path()); !made)
        return fail(made.error());
    FileDescriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
    if (!file.isOpen())
        return fail(systemError("open", path, errno));
    if (::flock(file.get(), LOCK_EX | LOCK_NB) == 0)
        return FileLock(std::move(file));
    if (errno == EWOULDBLOCK)
        return fail({.code = "file-locked", .facts = {{"path", path}}});
    return fail(systemError("lock", path, errno));
}

Result<FileLock> FileLock::wait(const fs::path &path, std::stop_token stop)
{
    while (true) {
        auto lock = tryLock(path);
        if (lock || lock.error().code != "file-locked")
            return lock;
        if (stop.stop_requested())
            return fail(cancelled());
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
}

Result<TemporaryDirectory> TemporaryDirectory::make(const fs::path &parent, const std::string &prefix)
{
    if (auto made = makeDirectories(parent); !made)
        return fail(made.error());
    std::string name = (parent / (prefix + ".XXXXXX")).string();
    if (!::mkdtemp(name.data()))
        return fail(systemError("create", name, errno));
    return TemporaryDirectory(name);
}

TemporaryDirectory::~TemporaryDirectory()
{
    if (m_path.empty())
        return;
    std::error_code ignored;
    fs::remove_all(m_path, ignored);
}

Result<std::uint64_t> freeDiskBytes(const fs::path &path)
{
    fs::path existing = fs::absolute(path);
    while (::access(existing.c_str(), F_OK) != 0 && existing.has_relative_path())
        existing = existing.parent_path();
    struct statvfs info { };
    if (::statvfs(existing.c_str(), &info) != 0)
        return fail(systemError("examine", existing, errno));
    return static_cast<std::uint64_t>(info.f_bavail) * info.f_frsize;
}

} // namespace firstlight
