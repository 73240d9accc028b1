#include "hardware/text.h"

#include <charconv>
#include <limits>
#include <strings.h>

namespace firstlight {

namespace {

constexpr std::string_view blanks(" \t\r\n\v\f\0", 7);

}

std::string_view trimmed(std::string_view text)
{
    const std::size_t first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

bool startsWithIgnoringCase(std::string_view text, std::string_view prefix)
{
    return text.size() >= prefix.size() && strncasecmp(text.data(), prefix.data(), prefix.size()) == 0;
}

std::optional<std::uint64_t> parseUnsigned(std::string_view text, int base)
{
    if (base == 16 && (text.starts_with("0x") || text.starts_with("0X")))
        text.remove_prefix(2);
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (error != std::errc() || end != text.data() + text.size() || text.empty())
        return std::nullopt;
    return value;
}

std::optional<int> parseInt(std::string_view text)
{
    const bool hexadecimal = text.starts_with("0x") || text.starts_with("0X");
    const auto value = parseUnsigned(text, hexadecimal ? 16 : 10);
    if (!value || *value > static_cast<std::uint64_t>(std::numeric_limits<int>::max()))
        return std::nullopt;
    return static_cast<int>(*value);
}

std::vector<std::string_view> words(std::string_view text)
{
    std::vector<std::string_view> pieces;
    while (true) {
        const std::size_t first = text.find_first_not_of(blanks);
        if (first == std::string_view::npos)
            return pieces;
        text.remove_prefix(first);
        const std::size_t length = std::min(text.find_first_of(blanks), text.size());
        pieces.push_back(text.substr(0, length));
        text.remove_prefix(length);
    }
}

std::vector<std::string_view> split(std::string_view text, char separator)
{
    std::vector<std::string_view> pieces;
    while (true) {
        const std::size_t end = text.find(separator);
        pieces.push_back(text.substr(0, end));
        if (end == std::string_view::npos)
            return pieces;
        text.remove_prefix(end + 1);
    }
}

std::optional<std::pair<std::string_view, std::string_view>> splitPair(std::string_view line, char separator)
{
    const std::size_t at = line.find(separator);
    if (at == std::string_view::npos)
        return std::nullopt;
    return std::pair(trimmed(line.substr(0, at)), trimmed(line.substr(at + 1)));
}

std::optional<std::uint64_t> numberOfLine(std::string_view text, std::string_view name)
{
    std::optional<std::uint64_t> value;
    forEachLine(text, [&](std::string_view line) {
        if (!value && line.starts_with(name) && line.size() > name.size() && line[name.size()] == ' ')
            value = parseUnsigned(trimmed(line.substr(name.size())));
    });
    return value;
}

} // namespace firstlight
