#include "runners/podman/loopback_port.h"

#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace firstlight {

namespace {

sockaddr_in loopback(int port)
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    return address;
}

const sockaddr *asSockaddr(const sockaddr_in &address)
{
    return static_cast<const sockaddr *>(static_cast<const void *>(&address));
}

Error portError(int port, int number)
{
    if (number == EADDRINUSE || number == EACCES)
        return {.code = "port-taken",
                .facts = {{"port", std::to_string(port)}},
                .kind = ErrorKind::BadInput,
                .detail = std::strerror(number)};
    return systemError("listen on", "127.0.0.1:" + std::to_string(port), number);
}

} // namespace

Result<LoopbackListener> listenOnLoopback(int port)
{
    FileDescriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!socket.isOpen())
        return fail(systemError("create", "socket", errno));
    // Connections of an earlier run that are still in TIME_WAIT must not keep the port from its next run.
    const int on = 1;
    ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address = loopback(port);
    if (::bind(socket.get(), asSockaddr(address), sizeof address) != 0
        || ::listen(socket.get(), SOMAXCONN) != 0)
        return fail(portError(port, errno));
    socklen_t size = sizeof address;
    if (::getsockname(socket.get(), static_cast<sockaddr *>(static_cast<void *>(&address)), &size) != 0)
        return fail(portError(port, errno));
    return LoopbackListener{std::move(socket), ntohs(address.sin_port)};
}

Result<int> freeLoopbackPort()
{
    auto listener = listenOnLoopback(0);
    if (!listener)
        return fail(listener.error());
    return listener->port;
}

bool loopbackPortAnswers(int port)
{
    const FileDescriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const sockaddr_in address = loopback(port);
    // On loopback the kernel answers at once, unless a full queue keeps us waiting: then somebody listens.
    const timeval limit{.tv_sec = 0, .tv_usec = 300000};
    ::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    return ::connect(socket.get(), asSockaddr(address), sizeof address) == 0 || errno == EINPROGRESS
           || errno == EAGAIN;
}

} // namespace firstlight
