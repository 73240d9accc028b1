#include "runners/images/process_tree.h"

#include "core/files.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <map>
#include <sstream>

namespace firstlight {

namespace {

struct ProcessStat {
    char state = '?';
    int parent = 0;
    std::string startTime;
};

/// The fields that follow the program's name, which may itself hold blanks and brackets.
std::optional<ProcessStat> readStat(int process)
{
    const auto content = readFile("/proc/" + std::to_string(process) + "/stat");
    if (!content)
        return std::nullopt;
    std::istringstream fields(content->substr(std::min(content->rfind(')') + 1, content->size())));
    ProcessStat stat;
    fields >> stat.state >> stat.parent;
    for (int field = 5; field <= 22; ++field)
        fields >> stat.startTime;
    return fields ? std::optional(stat) : std::nullopt;
}

std::string firstArgument(int process)
{
    const auto arguments = readFile("/proc/" + std::to_string(process) + "/cmdline");
    return arguments ? arguments->substr(0, arguments->find('\0')) : std::string();
}

std::map<int, int> parents()
{
    std::map<int, int> result;
    std::error_code failed;
    for (std::filesystem::directory_iterator entry("/proc", failed), end; !failed && entry != end;
         entry.increment(failed)) {
        const std::string name = entry->path().filename();
        int process = 0;
        const auto parsed = std::from_chars(name.data(), name.data() + name.size(), process);
        if (parsed.ec != std::errc() || parsed.ptr != name.data() + name.size())
            continue;
        if (const auto stat = readStat(process))
            result[process] = stat->parent;
    }
    return result;
}

} // namespace

std::optional<std::string> processStartTime(int process)
{
    const auto stat = readStat(process);
    if (!stat || stat->state == 'Z' || stat->state == 'X')
        return std::nullopt;
    return stat->startTime;
}

std::vector<int> descendantsNamed(int process, const std::string &name)
{
    const std::map<int, int> parentOf = parents();
    std::vector<int> found;
    for (const auto &[candidate, parent] : parentOf) {
        int ancestor = parent;
        while (ancestor != process && parentOf.contains(ancestor))
            ancestor = parentOf.at(ancestor);
        if (ancestor == process && firstArgument(candidate) == name)
            found.push_back(candidate);
    }
    return found;
}

} // namespace firstlight
