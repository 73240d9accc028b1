#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace firstlight {

/// "bytes 100-199/1000", "bytes 100-199/*" or "bytes */1000".
struct ContentRange {
    std::optional<std::uint64_t> start;
    std::optional<std::uint64_t> total;

    bool operator==(const ContentRange &) const = default;
};

/// nullopt if \a text is not of that form.
std::optional<ContentRange> parseContentRange(std::string_view text);
/// A decimal number and nothing else.
std::optional<std::uint64_t> parseNumber(std::string_view text);
/// Retry-After: seconds or a date; a date in the past is 0.
std::optional<std::chrono::seconds> parseRetryAfter(std::string_view text,
                                                    std::chrono::system_clock::time_point now);

} // namespace firstlight
