#include "hardware/clean_texts.h"

#include "hardware/machine_fields.h"

#include <algorithm>

namespace firstlight {

namespace {

constexpr std::string_view replacement = "\xef\xbf\xbd";

bool isPlain(char letter)
{
    return (letter >= ' ' && letter <= '~') || letter == '\n' || letter == '\t';
}

bool isPlain(std::string_view text)
{
    return text.size() <= longestTextBytes
           && std::ranges::all_of(text, [](char letter) { return isPlain(letter); });
}

/// Length of the well-formed UTF-8 sequence (table 3-7 of the Unicode standard) that \a text begins with; 0
/// if none. C1 control characters count as malformed.
std::size_t sequenceLength(std::string_view text)
{
    const auto byte
        = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
    const auto follows = [&](std::size_t i) { return (byte(i) & 0xc0) == 0x80; };
    const unsigned first = byte(0);
    const unsigned second = byte(1);
    if (first >= 0xc2 && first <= 0xdf)
        return follows(1) && (first > 0xc2 || second >= 0xa0) ? 2 : 0;
    if (first >= 0xe0 && first <= 0xef) {
        const bool valid = follows(1) && follows(2) && (first != 0xe0 || second >= 0xa0)
                           && (first != 0xed || second <= 0x9f);
        return valid ? 3 : 0;
    }
    if (first >= 0xf0 && first <= 0xf4) {
        const bool valid = follows(1) && follows(2) && follows(3) && (first != 0xf0 || second >= 0x90)
                           && (first != 0xf4 || second <= 0x8f);
        return valid ? 4 : 0;
    }
    return 0;
}

/// Visits the fields of a struct and all below.
class Cleaner {
public:
    template <typename Value> void operator()(const char *, Value &value) { clean(value); }

private:
    static void clean(std::string &text)
    {
        if (!isPlain(text))
            text = cleanText(text);
    }

    static void clean(std::set<std::string> &words)
    {
        if (std::ranges::all_of(words, [](const std::string &word) { return isPlain(word); }))
            return;
        std::set<std::string> cleaned;
        for (const std::string &word : words)
            cleaned.insert(cleanText(word));
        words = std::move(cleaned);
    }

    template <typename Value> void clean(std::optional<Value> &value)
    {
        if (value)
            clean(*value);
    }

    template <typename Value> void clean(std::vector<Value> &values)
    {
        if constexpr (!std::is_arithmetic_v<Value>) {
            for (Value &value : values)
                clean(value);
        }
    }

    template <typename Value> void clean(Value &value)
    {
        if constexpr (std::is_class_v<Value>)
            describeFields(*this, value);
    }
};

} // namespace

std::string cleanText(std::string_view text)
{
    std::string result;
    while (!text.empty() && result.size() + replacement.size() < longestTextBytes) {
        const std::size_t length = isPlain(text.front()) ? 1 : sequenceLength(text);
        result += length > 0 ? text.substr(0, length) : replacement;
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return result;
}

void cleanTexts(Machine &machine)
{
    Cleaner cleaner;
    describeFields(cleaner, machine);
}

} // namespace firstlight
