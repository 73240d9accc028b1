#include "runners/podman/process_watch.h"

#include <array>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace firstlight {

ProcessWatch::ProcessWatch(pid_t process, std::stop_token outer)
    : m_process(process > 0 ? int(::syscall(SYS_pidfd_open, process, 0)) : -1)
    , m_wake(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))
    , m_outer(std::move(outer), [this] { m_stop.request_stop(); })
    , m_thread([this](std::stop_token end) { watch(std::move(end)); })
{
}

ProcessWatch::~ProcessWatch()
{
    m_thread.request_stop();
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(m_wake.get(), &one, sizeof one);
}

void ProcessWatch::watch(std::stop_token end)
{
    while (!end.stop_requested()) {
        if (ended()) {
            m_stop.request_stop();
            return;
        }
        std::array<pollfd, 2> polled{{{m_process.get(), POLLIN, 0}, {m_wake.get(), POLLIN, 0}}};
        ::poll(polled.data(), polled.size(), -1);
    }
}

bool ProcessWatch::ended() const
{
    if (!m_process.isOpen())
        return true;
    pollfd polled{m_process.get(), POLLIN, 0};
    return ::poll(&polled, 1, 0) == 1;
}

void ProcessWatch::wait(std::chrono::milliseconds time) const
{
    std::mutex mutex;
    std::condition_variable_any woken;
    std::unique_lock lock(mutex);
    woken.wait_for(lock, m_stop.get_token(), time, [] { return false; });
}

} // namespace firstlight
