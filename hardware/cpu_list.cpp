#include "hardware/cpu_list.h"

#include "hardware/text.h"

#include <algorithm>
#include <iterator>

namespace firstlight {

namespace {

// Far above any kernel's CONFIG_NR_CPUS; keeps a damaged "0-99999999" from filling memory.
constexpr int largestCpu = 65535;

bool appendRange(std::string_view text, CpuList &cpus)
{
    const auto dash = splitPair(text, '-');
    const auto first = parseUnsigned(dash ? dash->first : text);
    const auto last = dash ? parseUnsigned(dash->second) : first;
    if (!first || !last || *first > *last || *last > largestCpu)
        return false;
    for (int cpu = static_cast<int>(*first); cpu <= static_cast<int>(*last); ++cpu)
        cpus.push_back(cpu);
    return true;
}

} // namespace

std::optional<CpuList> parseCpuList(std::string_view text)
{
    CpuList cpus;
    text = trimmed(text);
    if (text.empty())
        return cpus;
    for (const std::string_view range : split(text, ',')) {
        if (!appendRange(trimmed(range), cpus) || cpus.size() > 2 * (largestCpu + 1))
            return std::nullopt;
    }
    std::ranges::sort(cpus);
    cpus.erase(std::unique(cpus.begin(), cpus.end()), cpus.end());
    return cpus;
}

std::optional<CpuList> parseCpuMask(std::string_view text)
{
    constexpr int bitsOfWord = 32;
    const auto pieces = split(trimmed(text), ',');
    if (pieces.size() > (largestCpu + 1) / bitsOfWord)
        return std::nullopt;
    CpuList cpus;
    for (std::size_t i = 0; i < pieces.size(); ++i) {
        const auto word = parseUnsigned(pieces[pieces.size() - 1 - i], 16);
        if (!word || *word > 0xffffffff)
            return std::nullopt;
        for (int bit = 0; bit < bitsOfWord; ++bit) {
            if ((*word >> bit & 1) != 0)
                cpus.push_back(static_cast<int>(i) * bitsOfWord + bit);
        }
    }
    return cpus;
}

std::string formatCpuList(const CpuList &cpus)
{
    std::string text;
    for (std::size_t first = 0; first < cpus.size();) {
        std::size_t last = first;
        while (last + 1 < cpus.size() && cpus[last + 1] == cpus[last] + 1)
            ++last;
        if (!text.empty())
            text += ',';
        text += std::to_string(cpus[first]);
        if (last > first)
            text.append(1, '-').append(std::to_string(cpus[last]));
        first = last + 1;
    }
    return text;
}

CpuList intersection(const CpuList &a, const CpuList &b)
{
    CpuList both;
    std::ranges::set_intersection(a, b, std::back_inserter(both));
    return both;
}

} // namespace firstlight
