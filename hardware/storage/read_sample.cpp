#include "hardware/storage/read_sample.h"

#include "core/files.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <sys/stat.h>
#include <unistd.h>

namespace firstlight {

namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

// O_DIRECT wants memory, offsets and lengths in blocks of the disk; no disk has larger ones.
constexpr std::size_t alignmentBytes = 4096;
constexpr std::size_t smallestRequestBytes = 256u << 10;
constexpr std::size_t largestRequestBytes = 4u << 20; // one such fills the queue of an NVMe disk
constexpr std::size_t largestWrittenBytes = 32u << 20;
constexpr std::uintmax_t leastFileBytes = 16u << 20;
constexpr std::uint64_t leastFreeBytes = std::uint64_t(1) << 30;
constexpr std::size_t leastMeasuredBytes = 512u << 10;
constexpr int entriesLimit = 512;
constexpr int depthLimit = 4;

struct Free {
    void operator()(void *memory) const { std::free(memory); }
};
using Buffer = std::unique_ptr<std::uint64_t, Free>;

Buffer makeBuffer()
{
    return Buffer(static_cast<std::uint64_t *>(std::aligned_alloc(alignmentBytes, largestRequestBytes)));
}

/// Bytes that no disk or file system can compress (xorshift).
void fill(std::uint64_t *words)
{
    std::uint64_t state = 0x9e3779b97f4a7c15;
    for (std::size_t i = 0; i < largestRequestBytes / sizeof *words; ++i) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        words[i] = state;
    }
}

/// The next request's size, so that each takes some 4 ms: slow disks keep to the budget, fast ones to speed.
std::size_t nextRequest(std::size_t bytes, Clock::duration taken)
{
    const double milliseconds = std::max(0.01, std::chrono::duration<double, std::milli>(taken).count());
    const auto wanted = static_cast<std::size_t>(static_cast<double>(bytes) * 4 / milliseconds);
    return std::clamp(wanted / smallestRequestBytes * smallestRequestBytes, smallestRequestBytes,
                      largestRequestBytes);
}

/// Whether \a status is of a file with enough bytes that lie on \a disk, not in holes.
bool isLargeFile(const struct stat &status, dev_t disk)
{
    return S_ISREG(status.st_mode) && status.st_dev == disk
           && static_cast<std::uintmax_t>(status.st_size) >= leastFileBytes
           && status.st_blocks >= status.st_size / 512;
}

FileDescriptor openLargeFile(const fs::path &folder)
{
    struct stat status { };
    if (::stat(folder.c_str(), &status) != 0)
        return {};
    const dev_t disk = status.st_dev;
    std::error_code error;
    fs::recursive_directory_iterator entry(folder, fs::directory_options::skip_permission_denied, error);
    for (int looked = 0; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
        if (++looked > entriesLimit || ::lstat(entry->path().c_str(), &status) != 0)
            break;
        if (entry.depth() >= depthLimit || status.st_dev != disk)
            entry.disable_recursion_pending();
        if (!isLargeFile(status, disk))
            continue;
        FileDescriptor file(::open(entry->path().c_str(), O_RDONLY | O_DIRECT | O_NOFOLLOW | O_CLOEXEC));
        if (file.isOpen())
            return file;
    }
    return {};
}

/// What could be written past the cache before \a until; bytes in \a written.
FileDescriptor makeFile(const fs::path &folder, std::uint64_t *buffer, Clock::time_point until,
                        std::stop_token stop, std::size_t &written)
{
    const auto free = freeDiskBytes(folder);
    if (!free || *free < leastFreeBytes)
        return {};
    FileDescriptor file(::open(folder.c_str(), O_RDWR | O_TMPFILE | O_DIRECT | O_CLOEXEC, 0600));
    if (!file.isOpen())
        return {};
    fill(buffer);
    std::size_t request = smallestRequestBytes;
    while (written < largestWrittenBytes && Clock::now() < until && !stop.stop_requested()) {
        const auto begin = Clock::now();
        request = std::min(request, largestWrittenBytes - written);
        const ssize_t count = ::pwrite(file.get(), buffer, request, static_cast<off_t>(written));
        if (count != static_cast<ssize_t>(request))
            break;
        written += request;
        request = nextRequest(request, Clock::now() - begin);
    }
    return file;
}

std::optional<std::uint64_t> speedOf(int file, std::uint64_t *buffer, Clock::time_point until,
                                     std::stop_token stop)
{
    std::size_t offset = 0;
    std::size_t measuredBytes = 0;
    Clock::duration measured{0};
    std::size_t request = smallestRequestBytes;
    while (!stop.stop_requested() && (Clock::now() < until || measuredBytes == 0)) {
        const auto begin = Clock::now();
        const ssize_t count = ::pread(file, buffer, request, static_cast<off_t>(offset));
        const auto taken = Clock::now() - begin;
        if (count <= 0 || static_cast<std::size_t>(count) % alignmentBytes != 0)
            break;
        // The first one moves the head and wakes the queue.
        if (offset > 0) {
            measuredBytes += static_cast<std::size_t>(count);
            measured += taken;
        }
        offset += static_cast<std::size_t>(count);
        request = nextRequest(request, taken);
    }
    const double seconds = std::chrono::duration<double>(measured).count();
    if (measuredBytes < leastMeasuredBytes || seconds <= 0 || stop.stop_requested())
        return std::nullopt;
    return static_cast<std::uint64_t>(static_cast<double>(measuredBytes) / seconds);
}

} // namespace

std::optional<std::uint64_t> measureReading(const fs::path &folder, ReadSources sources,
                                            std::chrono::milliseconds budget, std::stop_token stop)
{
    const auto begin = Clock::now();
    const Buffer buffer = makeBuffer();
    if (!buffer || stop.stop_requested())
        return std::nullopt;
    FileDescriptor file = sources.existingFile ? openLargeFile(folder) : FileDescriptor();
    if (file.isOpen())
        return speedOf(file.get(), buffer.get(), begin + budget * 3 / 4, stop);
    std::size_t written = 0;
    if (sources.writtenFile)
        file = makeFile(folder, buffer.get(), begin + budget / 2, stop, written);
    return written > 0 ? speedOf(file.get(), buffer.get(), begin + budget * 9 / 10, stop) : std::nullopt;
}

} // namespace firstlight
