#include "catalog/quantities.h"

#include <cctype>
#include <charconv>
#include <utility>
#include <vector>

namespace firstlight {

namespace {

constexpr std::uint64_t largest = std::uint64_t{1} << 63;

bool isDigit(char letter)
{
    return letter >= '0' && letter <= '9';
}

struct Quantity {
    std::uint64_t digits = 0; ///< all digits, without the point
    int decimals = 0;         ///< how many of them stood after it
    std::string_view unit;
};

std::optional<Quantity> splitQuantity(std::string_view text)
{
    Quantity quantity;
    std::size_t at = 0;
    bool point = false;
    for (; at < text.size() && (isDigit(text[at]) || (text[at] == '.' && !point && at > 0)); ++at) {
        if (text[at] == '.') {
            point = true;
            continue;
        }
        if (quantity.digits > largest / 10)
            return std::nullopt;
        quantity.digits = quantity.digits * 10 + static_cast<std::uint64_t>(text[at] - '0');
        quantity.decimals += point ? 1 : 0;
    }
    if (at == 0 || text[at - 1] == '.')
        return std::nullopt;
    if (at < text.size() && text[at] == ' ')
        ++at;
    else if (at == text.size())
        return quantity;
    quantity.unit = text.substr(at);
    return quantity.unit.empty() ? std::nullopt : std::optional(quantity);
}

/// digits × factor ÷ 10^decimals, if that is a whole number that can be held.
std::optional<std::uint64_t> exactProduct(const Quantity &quantity, std::uint64_t factor)
{
    if (quantity.digits != 0 && factor > largest / quantity.digits)
        return std::nullopt;
    std::uint64_t product = quantity.digits * factor;
    for (int i = 0; i < quantity.decimals; ++i) {
        if (product % 10 != 0)
            return std::nullopt;
        product /= 10;
    }
    return product < largest ? std::optional(product) : std::nullopt;
}

using Units = std::vector<std::pair<std::string_view, std::uint64_t>>;

std::optional<std::uint64_t> parseWith(std::string_view text, const Units &units)
{
    const std::optional<Quantity> quantity = splitQuantity(text);
    if (!quantity)
        return std::nullopt;
    for (const auto &[unit, factor] : units) {
        if (quantity->unit == unit)
            return exactProduct(*quantity, factor);
    }
    return std::nullopt;
}

/// The next number of a dotted version, taken off the front; 0 when there is no more.
std::uint64_t takeNumber(std::string_view &rest)
{
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    if (rest.size() > 1 && rest[0] == '.' && isDigit(rest[1]))
        rest.remove_prefix(1);
    else
        rest = {};
    return error == std::errc{} ? number : 0;
}

} // namespace

std::optional<std::uint64_t> parseSize(std::string_view text)
{
    return parseWith(text, {{"", 1},
                            {"B", 1},
                            {"kB", 1000},
                            {"MB", 1000'000},
                            {"GB", 1000'000'000},
                            {"TB", 1000'000'000'000},
                            {"KiB", 1u << 10},
                            {"MiB", 1u << 20},
                            {"GiB", 1u << 30},
                            {"TiB", std::uint64_t{1} << 40}});
}

std::optional<std::uint64_t> parseCount(std::string_view text)
{
    return parseWith(text,
                     {{"", 1}, {"K", 1000}, {"M", 1000'000}, {"B", 1000'000'000}, {"T", 1000'000'000'000}});
}

std::optional<std::chrono::seconds> parseDuration(std::string_view text)
{
    const std::optional<std::uint64_t> seconds = parseWith(text, {{"s", 1}, {"min", 60}, {"h", 3600}});
    constexpr std::uint64_t week = 7 * 24 * 3600; // nothing in a catalog waits longer
    if (!seconds || *seconds > week)
        return std::nullopt;
    return std::chrono::seconds(static_cast<std::int64_t>(*seconds));
}

std::optional<int> compareVersions(std::string_view a, std::string_view b)
{
    if (a.empty() || b.empty() || !isDigit(a[0]) || !isDigit(b[0]))
        return std::nullopt;
    while (!a.empty() || !b.empty()) {
        const std::uint64_t left = takeNumber(a);
        const std::uint64_t right = takeNumber(b);
        if (left != right)
            return left < right ? -1 : 1;
    }
    return 0;
}

} // namespace firstlight
