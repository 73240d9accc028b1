#pragma once

#include "core/files.h"

#include <array>
#include <cstdint>
#include <string>

namespace firstlight {

/// One connection through the forwarder: two non-blocking stream sockets and the bytes between them.
///
/// The owner calls step() when epoll reports either socket and then asks which events are worth waiting for:
/// none at all where only the other side can make progress, so that a hang-up cannot spin the loop.
class Relay {
public:
    Relay(FileDescriptor client, FileDescriptor demo);

    /// Moves what can be moved now. False when the connection is over (both directions closed, or broken).
    bool step();

    /// The two sockets: 0 is the client's, 1 the demo's.
    int socket(std::size_t side) const { return m_sockets[side].get(); }
    /// EPOLLIN and EPOLLOUT that side \a side should be watched for; 0: must not be watched.
    std::uint32_t wantedEvents(std::size_t side) const;
    /// What the owner last told epoll about that side.
    std::array<std::uint32_t, 2> watchedEvents{0, 0};

private:
    /// Bytes from side s to the other one.
    struct Flow {
        std::string pending; ///< read, not yet taken by the other side
        bool sourceEnded = false;
        bool finished = false; ///< the end was passed on
    };

    enum class Moved { Some, Nothing, Broken };
    Moved fill(std::size_t source);
    Moved drain(std::size_t source);
    bool pump(std::size_t source);

    std::array<FileDescriptor, 2> m_sockets;
    std::array<Flow, 2> m_flows;
};

} // namespace firstlight
