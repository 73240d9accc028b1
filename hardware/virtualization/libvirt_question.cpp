#include "hardware/virtualization/libvirt_question.h"

#include "core/files.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <poll.h>
#include <string_view>
#include <sys/socket.h>
#include <sys/un.h>

namespace firstlight {

namespace {

using Clock = std::chrono::steady_clock;

// The header of libvirt's remote protocol (https://libvirt.org/kbase/internals/rpc.html and
// remote_protocol.x), seven XDR words: length with itself, program, version, procedure, type, serial, status.
constexpr std::uint32_t program = 0x20008086;
constexpr std::uint32_t version = 1;
constexpr std::uint32_t authenticationList = 66;
constexpr std::uint32_t call = 0;
constexpr std::uint32_t reply = 1;
constexpr std::uint32_t ok = 0;
constexpr std::size_t headerBytes = 7 * sizeof(std::uint32_t);
constexpr std::size_t answerLimitBytes = 256; // of a list of a few numbers

using Header = std::array<std::uint32_t, 7>;

std::uint32_t swapped(std::uint32_t value)
{
    if constexpr (std::endian::native == std::endian::little)
        return __builtin_bswap32(value);
    return value;
}

std::string question()
{
    Header words{headerBytes, program, version, authenticationList, call, 0, ok};
    std::ranges::transform(words, words.begin(), swapped);
    std::string bytes(headerBytes, '\0');
    std::memcpy(bytes.data(), words.data(), headerBytes);
    return bytes;
}

Header headerOf(const std::string &bytes)
{
    Header words{};
    std::memcpy(words.data(), bytes.data(), headerBytes);
    std::ranges::transform(words, words.begin(), swapped);
    return words;
}

TrialOutcome failure(std::string reason)
{
    return {.works = false, .reason = std::move(reason)};
}

TrialOutcome connectFailure()
{
    if (errno == ENOENT || errno == ENOTDIR)
        return failure("absent");
    if (errno == EACCES || errno == EPERM)
        return failure("denied");
    if (errno == ECONNREFUSED)
        return failure("refused");
    return {}; // a full backlog (EAGAIN), no memory: nobody knows
}

bool waitFor(int fd, short events, Clock::time_point deadline)
{
    while (true) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
        if (left.count() <= 0)
            return false;
        pollfd waiting{.fd = fd, .events = events, .revents = 0};
        const int count = poll(&waiting, 1, static_cast<int>(left.count()));
        if (count > 0)
            return true;
        if (count == 0 || errno != EINTR)
            return false;
    }
}

/// nullopt while the answer may still become a right one.
std::optional<TrialOutcome> judge(const std::string &bytes)
{
    if (bytes.size() < headerBytes)
        return std::nullopt;
    const Header header = headerOf(bytes);
    const Header expected{header[0], program, version, authenticationList, reply, 0, ok};
    if (header != expected || header[0] < headerBytes + sizeof(std::uint32_t) || header[0] > answerLimitBytes)
        return failure("protocol");
    if (bytes.size() < header[0])
        return std::nullopt;
    return TrialOutcome{.works = true, .reason = {}};
}

TrialOutcome readAnswer(int fd, Clock::time_point deadline)
{
    std::string bytes;
    std::array<char, answerLimitBytes> buffer;
    while (waitFor(fd, POLLIN, deadline)) {
        const ssize_t count = recv(fd, buffer.data(), buffer.size(), 0);
        if (count < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (count <= 0)
            return failure("disconnected");
        bytes.append(buffer.data(), static_cast<std::size_t>(count));
        if (const auto outcome = judge(bytes))
            return *outcome;
    }
    return {};
}

} // namespace

TrialOutcome askLibvirt(const std::string &path, std::chrono::milliseconds timeLimit)
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.empty() || path.size() >= sizeof address.sun_path)
        return failure("absent"); // no socket can be there
    path.copy(address.sun_path, path.size());
    const FileDescriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!socket.isOpen())
        return {};
    const Clock::time_point deadline = Clock::now() + timeLimit;
    if (connect(socket.get(), reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0)
        return connectFailure();
    const std::string bytes = question(); // far less than a socket takes at once
    if (send(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(bytes.size()))
        return failure("disconnected");
    return readAnswer(socket.get(), deadline);
}

} // namespace firstlight
