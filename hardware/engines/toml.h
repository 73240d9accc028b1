#pragma once

#include "hardware/text.h"

#include <optional>
#include <string>
#include <string_view>

namespace firstlight {

/// "text" or 'text', with an optional comment behind it; nullopt if empty or of another form.
std::optional<std::string> tomlString(std::string_view value);

/// Calls \a visit(table, key, value) with each `key = value` line of the files that configure containers;
/// values that go over several lines are not joined.
template <typename Visitor> void forEachTomlValue(std::string_view text, Visitor visit)
{
    std::string_view table;
    forEachLine(text, [&](std::string_view line) {
        line = trimmed(line);
        if (line.starts_with('[')) {
            const std::size_t end = line.find(']');
            table = end == std::string_view::npos ? std::string_view() : trimmed(line.substr(1, end - 1));
            return;
        }
        if (const auto pair = line.starts_with('#') ? std::nullopt : splitPair(line, '='))
            visit(table, pair->first, pair->second);
    });
}

} // namespace firstlight
