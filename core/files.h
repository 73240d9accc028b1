#pragma once

#include "core/result.h"

#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

namespace firstlight {

/// Owns a file descriptor and closes it.
class FileDescriptor {
public:
    FileDescriptor() = default;
    explicit FileDescriptor(int fd)
        : m_fd(fd)
    {
    }
    FileDescriptor(FileDescriptor &&other) noexcept
        : m_fd(other.release())
    {
    }
    FileDescriptor &operator=(FileDescriptor &&other) noexcept;
    FileDescriptor(const FileDescriptor &) = delete;
    FileDescriptor &operator=(const FileDescriptor &) = delete;
    ~FileDescriptor() { reset(); }

    int get() const { return m_fd; }
    bool isOpen() const { return m_fd >= 0; }
    int release();
    void reset();

private:
    int m_fd = -1;
};

/// The whole file, at most \a limitBytes (a longer file is the error "file-too-large").
Result<std::string> readFile(const std::filesystem::path &path, std::size_t limitBytes = 64u << 20);

/// Writes \a content beside \a path, syncs it and renames it over \a path: a reader sees the old or the new
/// file, never half of one, also after a power cut. Makes missing parent folders. Mode is \a mode minus the
/// umask.
Result<void> writeFileAtomically(const std::filesystem::path &path, std::string_view content,
                                 unsigned mode = 0644);

/// Makes \a path and its parents; \a mode is for the last one.
Result<void> makeDirectories(const std::filesystem::path &path, unsigned mode = 0755);

/// An advisory lock between processes (flock on \a path, which is made if missing and stays). The kernel
/// frees it when the process ends in whatever way. Move-only; unlocks in the destructor.
class FileLock {
public:
    /// Waits until the lock is free or \a stop is requested (error "cancelled").
    static Result<FileLock> wait(const std::filesystem::path &path, std::stop_token stop = {});
    /// nullopt-like: the error "file-locked" if another process holds it.
    static Result<FileLock> tryLock(const std::filesystem::path &path);

private:
    explicit FileLock(FileDescriptor fd)
        : m_fd(std::move(fd))
    {
    }
    FileDescriptor m_fd;
};

/// A folder with a unique name below \a parent, removed with its content by the destructor.
class TemporaryDirectory {
public:
    static Result<TemporaryDirectory> make(const std::filesystem::path &parent, const std::string &prefix);
    TemporaryDirectory(TemporaryDirectory &&other) noexcept
        : m_path(std::exchange(other.m_path, {}))
    {
    }
    TemporaryDirectory &operator=(TemporaryDirectory &&) = delete;
    ~TemporaryDirectory();

    const std::filesystem::path &path() const { return m_path; }

private:
    explicit TemporaryDirectory(std::filesystem::path path)
        : m_path(std::move(path))
    {
    }
    std::filesystem::path m_path;
};

/// Bytes that an unprivileged write below \a path could use now; the nearest existing parent is asked.
Result<std::uint64_t> freeDiskBytes(const std::filesystem::path &path);

} // namespace firstlight
