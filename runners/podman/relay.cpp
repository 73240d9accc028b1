#include "runners/podman/relay.h"

#include <cerrno>
#include <sys/epoll.h>
#include <sys/socket.h>

namespace firstlight {

namespace {

constexpr std::size_t pieceBytes = 64u << 10;
/// So that one fast download does not keep all other connections waiting.
constexpr int roundsAtOnce = 16;

bool wouldBlock()
{
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

} // namespace

Relay::Relay(FileDescriptor client, FileDescriptor demo)
    : m_sockets{std::move(client), std::move(demo)}
{
}

std::uint32_t Relay::wantedEvents(std::size_t side) const
{
    const Flow &out = m_flows[1 - side];
    const Flow &in = m_flows[side];
    std::uint32_t events = 0;
    if (!in.sourceEnded && in.pending.empty())
        events |= EPOLLIN;
    if (!out.pending.empty())
        events |= EPOLLOUT;
    return events;
}

Relay::Moved Relay::fill(std::size_t source)
{
    Flow &flow = m_flows[source];
    if (flow.sourceEnded || !flow.pending.empty())
        return Moved::Nothing;
    // Shared by all connections of the thread: an idle one holds no memory.
    thread_local std::array<char, pieceBytes> piece;
    const ssize_t count = ::recv(m_sockets[source].get(), piece.data(), piece.size(), 0);
    if (count < 0)
        return wouldBlock() ? Moved::Nothing : Moved::Broken;
    if (count == 0)
        flow.sourceEnded = true;
    else
        flow.pending.assign(piece.data(), static_cast<std::size_t>(count));
    return Moved::Some;
}

Relay::Moved Relay::drain(std::size_t source)
{
    Flow &flow = m_flows[source];
    const int target = m_sockets[1 - source].get();
    if (!flow.pending.empty()) {
        const ssize_t count = ::send(target, flow.pending.data(), flow.pending.size(), MSG_NOSIGNAL);
        if (count < 0)
            return wouldBlock() ? Moved::Nothing : Moved::Broken;
        flow.pending.erase(0, static_cast<std::size_t>(count));
        if (flow.pending.empty())
            std::string().swap(flow.pending);
        return Moved::Some;
    }
    if (flow.sourceEnded && !flow.finished) {
        flow.finished = true;
        ::shutdown(target, SHUT_WR);
    }
    return Moved::Nothing;
}

/// False when the connection broke.
bool Relay::pump(std::size_t source)
{
    for (int round = 0; round < roundsAtOnce; ++round) {
        const Moved filled = fill(source);
        const Moved drained = drain(source);
        if (filled == Moved::Broken || drained == Moved::Broken)
            return false;
        if (filled == Moved::Nothing && drained == Moved::Nothing)
            return true;
    }
    return true;
}

bool Relay::step()
{
    if (!pump(0) || !pump(1))
        return false;
    return !(m_flows[0].finished && m_flows[1].finished);
}

} // namespace firstlight
