#include "transfer/content_range.h"

#include <algorithm>
#include <charconv>
#include <ctime>
#include <string>

namespace firstlight {

std::optional<std::uint64_t> parseNumber(std::string_view text)
{
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size())
        return std::nullopt;
    return value;
}

std::optional<ContentRange> parseContentRange(std::string_view text)
{
    if (!text.starts_with("bytes "))
        return std::nullopt;
    text.remove_prefix(6);
    const auto slash = text.find('/');
    if (slash == std::string_view::npos)
        return std::nullopt;
    const std::string_view range = text.substr(0, slash);
    const std::string_view size = text.substr(slash + 1);
    ContentRange result;
    if (size != "*") {
        result.total = parseNumber(size);
        if (!result.total)
            return std::nullopt;
    }
    if (range == "*")
        return result;
    const auto dash = range.find('-');
    if (dash == std::string_view::npos)
        return std::nullopt;
    result.start = parseNumber(range.substr(0, dash));
    const auto last = parseNumber(range.substr(dash + 1));
    const bool sound
        = result.start && last && *last >= *result.start && (!result.total || *last < *result.total);
    return sound ? std::optional(result) : std::nullopt;
}

std::optional<std::chrono::seconds> parseRetryAfter(std::string_view text,
                                                    std::chrono::system_clock::time_point now)
{
    if (const auto number = parseNumber(text))
        return std::chrono::seconds(std::min<std::uint64_t>(*number, 1u << 30));
    std::tm date{};
    if (!::strptime(std::string(text).c_str(), "%a, %d %b %Y %H:%M:%S GMT", &date))
        return std::nullopt;
    const auto when = std::chrono::system_clock::from_time_t(::timegm(&date));
    return std::max(std::chrono::seconds(0), std::chrono::ceil<std::chrono::seconds>(when - now));
}

} // namespace firstlight
