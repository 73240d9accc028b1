#include "runners/measuring/measure.h"

#include "core/files.h"
#include "runners/asking/sample.h"

#include <charconv>
#include <filesystem>
#include <map>
#include <vector>

namespace firstlight {

namespace {

namespace fs = std::filesystem;

/// The number of kB behind \a name in the text of /proc/PID/status.
std::optional<std::uint64_t> statusNumber(const std::string &status, const std::string &name)
{
    const std::size_t at = status.find(name);
    if (at == std::string::npos)
        return std::nullopt;
    const std::size_t digits = status.find_first_of("0123456789", at + name.size());
    std::uint64_t value = 0;
    if (digits == std::string::npos
        || std::from_chars(status.data() + digits, status.data() + status.size(), value).ec != std::errc())
        return std::nullopt;
    return value;
}

} // namespace

std::optional<std::uint64_t> peakMemoryOf(int process, const std::string &proc)
{
    std::map<int, std::vector<int>> children;
    std::map<int, std::uint64_t> peaks;
    std::error_code error;
    for (fs::directory_iterator entry(proc, error), end; !error && entry != end; entry.increment(error)) {
        const std::string name = entry->path().filename().string();
        int number = 0;
        const auto [last, wrong] = std::from_chars(name.data(), name.data() + name.size(), number);
        if (wrong != std::errc() || last != name.data() + name.size())
            continue;
        const Result<std::string> status = readFile(entry->path() / "status", 64u << 10);
        if (!status)
            continue; // it has ended
        if (const auto parent = statusNumber(*status, "PPid:"))
            children[static_cast<int>(*parent)].push_back(number);
        if (const auto peak = statusNumber(*status, "VmHWM:"))
            peaks[number] = *peak * 1024;
    }
    if (process <= 0 || !peaks.contains(process))
        return std::nullopt;
    std::uint64_t sum = 0;
    std::vector<int> open{process};
    while (!open.empty()) {
        const int next = open.back();
        open.pop_back();
        sum += peaks.contains(next) ? peaks[next] : 0;
        open.insert(open.end(), children[next].begin(), children[next].end());
    }
    return sum;
}

Measured measureDemo(const RunningDemo &demo, const std::string &api, int process, std::stop_token stop)
{
    Measured measured;
    const Api *known = apiNamed(api);
    if (const auto question = known ? sampleQuestion(demo, *known, stop) : std::nullopt) {
        if (const auto reply = ask(demo, api, *question, samplePatience, std::move(stop))) {
            measured.unit = reply->unit;
            measured.unitsPerSecond = reply->unitsPerSecond;
        }
    }
    measured.memoryBytes = peakMemoryOf(process);
    return measured;
}

} // namespace firstlight
