#include "hardware/operating_system.h"

#include "hardware/text.h"

namespace firstlight {

namespace {

/// The value of a shell assignment: quotes off, backslashes resolved.
std::optional<std::string> unquoted(std::string_view value)
{
    if (value.size() >= 2 && (value.front() == '"' || value.front() == '\'') && value.back() == value.front())
        value = value.substr(1, value.size() - 2);
    std::string result;
    for (std::size_t i = 0; i < value.size(); ++i) {
        if (value[i] == '\\' && i + 1 < value.size())
            ++i;
        result += value[i];
    }
    return result.empty() ? std::nullopt : std::optional(result);
}

} // namespace

void readOperatingSystem(const Root &root, Machine &machine)
{
    machine.kernel = root.readTrimmed("proc/sys/kernel/osrelease");
    auto text = root.read("etc/os-release");
    if (!text)
        text = root.read("usr/lib/os-release");
    forEachLine(text.value_or(""), [&](std::string_view line) {
        const auto pair = splitPair(line, '=');
        if (!pair)
            return;
        if (pair->first == "ID")
            machine.osId = unquoted(pair->second);
        else if (pair->first == "VERSION_ID")
            machine.osVersion = unquoted(pair->second);
        else if (pair->first == "PRETTY_NAME")
            machine.osName = unquoted(pair->second);
    });
}

} // namespace firstlight
