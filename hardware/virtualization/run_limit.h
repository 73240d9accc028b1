#pragma once

#include <chrono>
#include <csignal>
#include <ctime>

namespace firstlight {

/// Ends KVM_RUN of the constructing thread after a time, without a signal handler: a real-time signal that is
/// blocked in this thread except inside KVM_RUN, sent by a timer to this thread alone. KVM_RUN then fails
/// with EINTR. The destructor takes a signal that came and restores the mask. One thread.
class RunLimit {
public:
    explicit RunLimit(std::chrono::milliseconds limit);
    RunLimit(const RunLimit &) = delete;
    RunLimit &operator=(const RunLimit &) = delete;
    ~RunLimit();

    /// Whether the timer runs, so that nothing can hold us.
    bool isSet() const { return m_set; }
    /// Whether the time is over. errno stays as it is.
    bool hasPassed() const;
    /// Tells a virtual processor to let the signal in while it runs; false with errno if it cannot.
    bool applyTo(int vcpu) const;

private:
    sigset_t m_signal{};
    sigset_t m_before{}; ///< the thread's mask
    timer_t m_timer{};
    bool m_blocked = false;
    bool m_set = false;
};

} // namespace firstlight
