#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace firstlight {

enum class ProgressUnit { None, Bytes, Steps };

/// Where one phase of long work stands. Unknown is nullopt: a phase without a known end has no `total` and no
/// `timeLeft`.
struct ProgressUpdate {
    std::string phase;   ///< stable word that `text/` translates: "download", "build", "start", "wait", …
    std::string subject; ///< what it is about: a file name, an image, a build step; shown as it is
    ProgressUnit unit = ProgressUnit::None;
    std::uint64_t done = 0;
    std::optional<std::uint64_t> total;
    std::optional<double> ratePerSecond; ///< units a second over the last few seconds
    std::optional<std::chrono::seconds> timeLeft;
    bool finished = false; ///< the phase has ended well

    bool operator==(const ProgressUpdate &) const = default;
};

/// Receives updates of long work, on the thread that does the work. Implemented by the faces.
class Progress {
public:
    virtual ~Progress() = default;
    virtual void update(const ProgressUpdate &update) = 0;
};

/// Ignores every update.
class NoProgress final : public Progress {
public:
    void update(const ProgressUpdate &) override { }
};

/// Counts one phase: computes rate and time left from what was really done since the phase began here (bytes
/// that a resumed download already had do not count as speed), and passes on at most ten updates a second.
class ProgressMeter {
public:
    using Clock = std::chrono::steady_clock;

    ProgressMeter(Progress &progress, std::string phase, std::string subject, ProgressUnit unit,
                  std::optional<std::uint64_t> total, std::uint64_t alreadyDone = 0);

    /// Sets the absolute amount done. \a now is given by tests.
    void advanceTo(std::uint64_t done, Clock::time_point now = Clock::now());
    void setSubject(std::string subject);
    void setTotal(std::optional<std::uint64_t> total);
    /// Reports the end of the phase; always passed on.
    void finish(Clock::time_point now = Clock::now());

private:
    void measure(Clock::time_point now);

    Progress &m_progress;
    ProgressUpdate m_update;
    Clock::time_point m_windowStart;
    std::uint64_t m_windowDone;
    std::optional<Clock::time_point> m_lastReport;
};

} // namespace firstlight
