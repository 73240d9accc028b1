#include "hardware/cpu/cpuinfo.h"

#include "hardware/text.h"

#include <algorithm>

namespace firstlight {

namespace {

// Real lines have up to 4 kB; a longer one is damage, and taking it apart would hold us.
constexpr std::size_t longestLine = 64u << 10;
// Twice the largest CONFIG_NR_CPUS: more stanzas are damage, and the rest of the text is passed over.
constexpr std::size_t mostProcessors = 16384;
// The common part of s390x names each processor again, with ten lines; every other stanza has up to 40.
constexpr std::size_t mostFields = 8192;

// s390x: "processor 0: version = FF,  identification = 29AA14,  machine = 2817"
std::optional<int> numberInKey(std::string_view key)
{
    constexpr std::string_view prefix = "processor ";
    return key.starts_with(prefix) ? parseInt(trimmed(key.substr(prefix.size()))) : std::nullopt;
}

std::set<std::string> setOfWords(std::string_view text)
{
    std::set<std::string> result;
    for (const std::string_view word : words(text))
        result.emplace(word);
    return result;
}

} // namespace

std::optional<std::string_view> CpuInfo::find(const Fields &fields, std::string_view key)
{
    for (const auto &[name, value] : fields) {
        if (name == key && !value.empty())
            return value;
    }
    return std::nullopt;
}

std::optional<std::string_view> CpuInfo::first(std::string_view key) const
{
    const auto own = processors.empty() ? std::nullopt : find(processors.front().fields, key);
    return own ? own : find(common, key);
}

CpuInfo parseCpuInfo(std::string_view text)
{
    CpuInfo info;
    CpuInfo::Fields *current = &info.common;
    forEachLine(text, [&](std::string_view line) {
        if (info.processors.size() >= mostProcessors)
            return;
        const auto pair = line.size() > longestLine ? std::nullopt : splitPair(line, ':');
        if (!pair) {
            if (line.size() <= longestLine && trimmed(line).empty())
                current = &info.common;
            return;
        }
        const auto &[key, value] = *pair;
        if (const auto number = key == "processor" ? parseInt(value) : std::nullopt) {
            info.processors.push_back({*number, {}});
            current = &info.processors.back().fields;
        } else if (const auto inKey = numberInKey(key)) {
            info.processors.push_back({*inKey, {pair.value()}});
        } else if (current->size() < mostFields) {
            current->push_back(*pair);
        }
    });
    return info;
}

std::optional<std::set<std::string>>
commonFlags(const CpuInfo &info, std::string_view key,
            const std::function<std::set<std::string>(std::string_view)> &take)
{
    // Most processors repeat the same line: compare texts first, take apart only what differs.
    std::vector<std::string_view> lines;
    std::set<std::string_view> seen;
    for (const CpuInfo::Processor &processor : info.processors) {
        const auto line = CpuInfo::find(processor.fields, key);
        if (line && (lines.empty() || *line != lines.back()) && seen.insert(*line).second)
            lines.push_back(*line);
    }
    if (lines.empty()) {
        if (const auto line = CpuInfo::find(info.common, key))
            lines.push_back(*line);
    }
    if (lines.empty())
        return std::nullopt;

    std::set<std::string> flags = take(lines.front());
    for (std::size_t i = 1; i < lines.size(); ++i) {
        const std::set<std::string> others = take(lines[i]);
        std::erase_if(flags, [&](const std::string &flag) { return !others.contains(flag); });
    }
    return flags;
}

std::optional<std::set<std::string>> commonFlags(const CpuInfo &info, std::string_view key)
{
    return commonFlags(info, key, setOfWords);
}

bool hasAll(const std::set<std::string> &flags, std::initializer_list<const char *> needed)
{
    return std::ranges::all_of(needed, [&](const char *flag) { return flags.contains(flag); });
}

} // namespace firstlight
