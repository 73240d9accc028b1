#include "text/template.h"

#include "text/quantities.h"

#include <charconv>
#include <cstdint>

namespace firstlight {

namespace {

/// A number of bytes, perhaps behind a comparison (">= 8000000000"), as people count; anything else as it is.
std::string readable(const std::string &value)
{
    const auto digits = value.find_first_of("0123456789");
    std::uint64_t bytes = 0;
    if (digits == std::string::npos)
        return value;
    const auto parsed = std::from_chars(value.data() + digits, value.data() + value.size(), bytes);
    const bool whole = parsed.ec == std::errc() && parsed.ptr == value.data() + value.size();
    return whole ? value.substr(0, digits) + inBytes(bytes) : value;
}

/// Fills one stretch without brackets; \a whole becomes false if a fact is missing or empty.
std::string fillPlain(std::string_view text, const Facts &facts, bool &whole)
{
    std::string result;
    while (!text.empty()) {
        const auto open = text.find('{');
        const auto close = text.find('}', open == std::string_view::npos ? 0 : open);
        result += text.substr(0, open);
        if (open == std::string_view::npos || close == std::string_view::npos)
            return result;
        const std::string_view placeholder = text.substr(open + 1, close - open - 1);
        const auto colon = placeholder.find(':');
        const auto fact = facts.find(std::string(placeholder.substr(0, colon)));
        if (fact == facts.end() || fact->second.empty())
            whole = false;
        else
            result += colon == std::string_view::npos ? fact->second : readable(fact->second);
        text.remove_prefix(close + 1);
    }
    return result;
}

} // namespace

std::string fill(std::string_view text, const Facts &facts)
{
    std::string result;
    while (true) {
        bool whole = true;
        const auto open = text.find('[');
        const auto close = text.find(']', open == std::string_view::npos ? 0 : open);
        result += fillPlain(text.substr(0, open), facts, whole);
        if (open == std::string_view::npos || close == std::string_view::npos)
            return result;
        bool optionalWhole = true;
        const std::string optional = fillPlain(text.substr(open + 1, close - open - 1), facts, optionalWhole);
        if (optionalWhole)
            result += optional;
        text.remove_prefix(close + 1);
    }
}

} // namespace firstlight
