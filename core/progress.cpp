#include "core/progress.h"

#include <algorithm>
#include <cmath>

namespace firstlight {

namespace {
constexpr auto reportEvery = std::chrono::milliseconds(100);
// Rates are smoothed over a few seconds: shorter windows make "time left" jump, longer ones hide a stalled
// network.
constexpr auto windowLength = std::chrono::seconds(3);
} // namespace

ProgressMeter::ProgressMeter(Progress &progress, std::string phase, std::string subject, ProgressUnit unit,
                             std::optional<std::uint64_t> total, std::uint64_t alreadyDone)
    : m_progress(progress)
    , m_windowStart(Clock::now())
    , m_windowDone(alreadyDone)
{
    m_update.phase = std::move(phase);
    m_update.subject = std::move(subject);
    m_update.unit = unit;
    m_update.total = total;
    m_update.done = alreadyDone;
    m_progress.update(m_update);
}

void ProgressMeter::measure(Clock::time_point now)
{
    const auto elapsed = std::chrono::duration<double>(now - m_windowStart).count();
    if (elapsed < 0.2)
        return;
    const double rate = static_cast<double>(m_update.done - std::min(m_windowDone, m_update.done)) / elapsed;
    m_update.ratePerSecond = m_update.ratePerSecond ? (*m_update.ratePerSecond + rate) / 2 : rate;
    m_update.timeLeft.reset();
    if (m_update.total && *m_update.ratePerSecond > 0 && *m_update.total >= m_update.done) {
        const double left = static_cast<double>(*m_update.total - m_update.done) / *m_update.ratePerSecond;
        m_update.timeLeft = std::chrono::seconds(std::llround(std::min(left, 1e9)));
    }
    if (now - m_windowStart >= windowLength) {
        m_windowStart = now;
        m_windowDone = m_update.done;
    }
}

void ProgressMeter::advanceTo(std::uint64_t done, Clock::time_point now)
{
    m_update.done = done;
    if (m_lastReport && now - *m_lastReport < reportEvery)
        return;
    measure(now);
    m_lastReport = now;
    m_progress.update(m_update);
}

void ProgressMeter::setSubject(std::string subject)
{
    m_update.subject = std::move(subject);
}

void ProgressMeter::setTotal(std::optional<std::uint64_t> total)
{
    m_update.total = total;
}

void ProgressMeter::finish(Clock::time_point now)
{
    measure(now);
    if (m_update.total)
        m_update.done = *m_update.total;
    m_update.timeLeft.reset();
    m_update.finished = true;
    m_progress.update(m_update);
}

} // namespace firstlight
