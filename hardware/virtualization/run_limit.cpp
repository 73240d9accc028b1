#include "hardware/virtualization/run_limit.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <linux/kvm.h>
#include <pthread.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace firstlight {

namespace {

/// KVM_SET_SIGNAL_MASK by its own number: in C++ the kernel header's flexible array gives the struct another
/// size, and with it the wrong number.
struct SignalMask {
    std::uint32_t length = 0;
    std::array<unsigned char, 8> bytes{}; // the kernel's own sigset_t
};
constexpr unsigned long setSignalMask = _IOW(KVMIO, 0x8b, std::uint32_t);

const int number = SIGRTMAX - 1; // at this end nobody else is

} // namespace

RunLimit::RunLimit(std::chrono::milliseconds limit)
{
    sigemptyset(&m_signal);
    sigaddset(&m_signal, number);
    m_blocked = pthread_sigmask(SIG_BLOCK, &m_signal, &m_before) == 0;

    sigevent event{};
    event.sigev_notify = SIGEV_THREAD_ID;
    event.sigev_signo = number;
    event._sigev_un._tid = static_cast<pid_t>(syscall(SYS_gettid)); // glibc has no other name for it
    if (!m_blocked || timer_create(CLOCK_MONOTONIC, &event, &m_timer) != 0)
        return;
    limit = std::max(limit, std::chrono::milliseconds(1)); // no time at all would mean no limit
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(limit);
    itimerspec when{};
    when.it_value.tv_sec = seconds.count();
    when.it_value.tv_nsec = std::chrono::nanoseconds(limit - seconds).count();
    m_set = timer_settime(m_timer, 0, &when, nullptr) == 0;
    if (!m_set)
        timer_delete(m_timer);
}

RunLimit::~RunLimit()
{
    if (m_set)
        timer_delete(m_timer);
    const timespec now{};
    while (m_blocked && sigtimedwait(&m_signal, nullptr, &now) > 0) { }
    if (m_blocked)
        pthread_sigmask(SIG_SETMASK, &m_before, nullptr);
}

bool RunLimit::hasPassed() const
{
    sigset_t waiting{};
    return sigpending(&waiting) == 0 && sigismember(&waiting, number) == 1;
}

bool RunLimit::applyTo(int vcpu) const
{
    sigset_t mask = m_before;
    sigdelset(&mask, number);
    SignalMask argument;
    argument.length = static_cast<std::uint32_t>(argument.bytes.size());
    std::memcpy(argument.bytes.data(), &mask, argument.bytes.size());
    return ioctl(vcpu, setSignalMask, &argument) == 0;
}

} // namespace firstlight
