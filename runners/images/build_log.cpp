#include "runners/images/build_log.h"

#include <algorithm>
#include <regex>

namespace firstlight {

namespace {

/// A line longer than this is a program's noise; its beginning says enough.
constexpr std::size_t longestLine = 2000;

std::string_view trimmed(std::string_view line)
{
    const auto begin = line.find_first_not_of(" \t\r");
    if (begin == std::string_view::npos)
        return {};
    return line.substr(begin, line.find_last_not_of(" \t\r") - begin + 1);
}

bool isInstruction(std::string_view line, std::string_view name)
{
    return line.size() > name.size() && (line[name.size()] == ' ' || line[name.size()] == '\t')
           && std::equal(name.begin(), name.end(), line.begin(),
                         [](char wanted, char found) { return wanted == (found & ~0x20); });
}

} // namespace

void BuildLog::add(std::string_view bytes)
{
    while (true) {
        const auto newline = bytes.find('\n');
        m_unfinished += bytes.substr(0, newline);
        if (newline == std::string_view::npos)
            break;
        takeLine(std::move(m_unfinished));
        m_unfinished.clear();
        bytes.remove_prefix(newline + 1);
    }
    if (m_unfinished.size() > longestLine)
        m_unfinished.resize(longestLine);
}

void BuildLog::takeLine(std::string line)
{
    static const std::regex pattern(R"(^(?:\[\d+/\d+\] )?STEP \d+/\d+: (.*)$)");
    std::smatch match;
    line.resize(std::min(line.size(), longestLine));
    if (std::regex_match(line, match, pattern))
        m_step = BuildStep{.number = m_step ? m_step->number + 1 : 1, .text = match[1].str()};
    m_lines.push_back(std::move(line));
    if (m_lines.size() > tailLines)
        m_lines.pop_front();
}

std::string BuildLog::tail() const
{
    std::string text;
    for (const std::string &line : m_lines)
        text += line + "\n";
    text += m_unfinished;
    while (text.ends_with('\n'))
        text.pop_back();
    return text;
}

std::size_t countBuildSteps(std::string_view containerfile)
{
    std::size_t steps = 0;
    bool continued = false;
    bool afterFrom = false;
    while (!containerfile.empty()) {
        const auto end = std::min(containerfile.find('\n'), containerfile.size());
        const std::string_view line = trimmed(containerfile.substr(0, end));
        containerfile.remove_prefix(std::min(end + 1, containerfile.size()));
        if (line.empty() || line.starts_with('#'))
            continue;
        afterFrom = afterFrom || isInstruction(line, "FROM");
        if (!continued && afterFrom)
            ++steps;
        continued = line.ends_with('\\');
    }
    return steps;
}

} // namespace firstlight
