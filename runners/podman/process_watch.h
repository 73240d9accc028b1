#pragma once

#include "core/files.h"

#include <chrono>
#include <functional>
#include <stop_token>
#include <sys/types.h>
#include <thread>

namespace firstlight {

/// Watches a process that is not a child (the first one of a container) for its end, without asking podman:
/// the kernel's own notice costs nothing and comes at once.
///
/// stopToken() is requested when the process ends or \a outer is: blocking calls that take it return early.
class ProcessWatch {
public:
    /// A \a process that does not exist (any more), or below 1, counts as ended.
    ProcessWatch(pid_t process, std::stop_token outer);
    ~ProcessWatch();
    ProcessWatch(const ProcessWatch &) = delete;
    ProcessWatch &operator=(const ProcessWatch &) = delete;

    bool ended() const;
    std::stop_token stopToken() const { return m_stop.get_token(); }
    /// Waits at most \a time; returns early when the process ends or a stop is requested.
    void wait(std::chrono::milliseconds time) const;

private:
    void watch(std::stop_token end);

    FileDescriptor m_process; ///< pidfd
    FileDescriptor m_wake;    ///< eventfd: ends the watching thread
    std::stop_source m_stop;
    std::stop_callback<std::function<void()>> m_outer;
    std::jthread m_thread;
};

} // namespace firstlight
