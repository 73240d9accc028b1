#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace firstlight {

/// Bytes of "94 MiB", "1.5 GB", "4096 B" or plain "4096"; the space may be left out. Decimal units are kB MB
/// GB TB, binary ones KiB MiB GiB TiB; nothing else, and no fraction of a byte, so that no two readers
/// differ. Below 2^63.
std::optional<std::uint64_t> parseSize(std::string_view text);

/// 135000000 of "135 M"; K, M, B (thousand millions) and T, as the field writes parameter counts.
std::optional<std::uint64_t> parseCount(std::string_view text);

/// Whole seconds of "60 s", "2 min" or "1 h".
std::optional<std::chrono::seconds> parseDuration(std::string_view text);

/// -1, 0 or 1 for two dotted versions, compared number by number ("7.10" is newer than "7.9", "7" equals
/// "7.0"). Whatever follows the leading digits and dots is not looked at ("550.54.14-1" is 550.54.14).
/// nullopt if either does not begin with a digit.
std::optional<int> compareVersions(std::string_view a, std::string_view b);

} // namespace firstlight
