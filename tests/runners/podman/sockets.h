#pragma once

#include "core/files.h"

#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <netinet/in.h>
#include <optional>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/// Plain blocking sockets. A test that would wait for ever fails after the time limit instead.
namespace firstlight::sockets {

inline constexpr int patienceSeconds = 30;

inline void limitWaiting(int socket)
{
    const timeval limit{.tv_sec = patienceSeconds, .tv_usec = 0};
    ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

/// Closed on failure.
inline FileDescriptor connectTo(int port)
{
    FileDescriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    limitWaiting(socket.get());
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    const auto *general = static_cast<const sockaddr *>(static_cast<const void *>(&address));
    if (::connect(socket.get(), general, sizeof address) != 0)
        return {};
    return socket;
}

/// A unix socket that is bound to \a path, and listens unless \a backlog is negative.
inline FileDescriptor listenAt(const std::filesystem::path &path, int backlog = SOMAXCONN)
{
    FileDescriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    limitWaiting(socket.get());
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    const auto *general = static_cast<const sockaddr *>(static_cast<const void *>(&address));
    if (::bind(socket.get(), general, sizeof address) != 0
        || (backlog >= 0 && ::listen(socket.get(), backlog) != 0))
        return {};
    return socket;
}

/// Closed if nobody came in time.
inline FileDescriptor acceptFrom(const FileDescriptor &listener)
{
    FileDescriptor socket(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (socket.isOpen())
        limitWaiting(socket.get());
    return socket;
}

inline bool somebodyWaits(const FileDescriptor &listener)
{
    const int flags = ::fcntl(listener.get(), F_GETFL);
    ::fcntl(listener.get(), F_SETFL, flags | O_NONBLOCK);
    const FileDescriptor socket = acceptFrom(listener);
    ::fcntl(listener.get(), F_SETFL, flags);
    return socket.isOpen();
}

inline bool sendAll(const FileDescriptor &socket, std::string_view bytes)
{
    while (!bytes.empty()) {
        const ssize_t count = ::send(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (count <= 0)
            return false;
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
}

/// Exactly \a count bytes, or fewer if the other side ends or time runs out.
inline std::string receive(const FileDescriptor &socket, std::size_t count)
{
    std::string bytes(count, '\0');
    std::size_t got = 0;
    while (got < count) {
        const ssize_t piece = ::recv(socket.get(), bytes.data() + got, count - got, 0);
        if (piece <= 0)
            break;
        got += static_cast<std::size_t>(piece);
    }
    bytes.resize(got);
    return bytes;
}

/// What comes until the other side ends; nullopt if the connection breaks or time runs out.
inline std::optional<std::string> receiveAll(const FileDescriptor &socket)
{
    std::string bytes;
    char piece[65536];
    while (true) {
        const ssize_t count = ::recv(socket.get(), piece, sizeof piece, 0);
        if (count < 0)
            return std::nullopt;
        if (count == 0)
            return bytes;
        bytes.append(piece, static_cast<std::size_t>(count));
    }
}

/// Whether the other side ended or broke the connection without a word.
inline bool turnedAway(const FileDescriptor &socket)
{
    char byte = 0;
    const ssize_t count = ::recv(socket.get(), &byte, 1, 0);
    return count == 0 || (count < 0 && (errno == ECONNRESET || errno == EPIPE));
}

} // namespace firstlight::sockets
