#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace firstlight {

/// Reading of the kernel's text files. No function throws, whatever the bytes; views point into the given
/// text.

/// Without white space and NUL bytes at both ends.
std::string_view trimmed(std::string_view text);
bool startsWithIgnoringCase(std::string_view text, std::string_view prefix);

/// The whole of \a text as a number, or nullopt (empty, sign, other characters, too large).
std::optional<std::uint64_t> parseUnsigned(std::string_view text, int base = 10);
/// Like parseUnsigned(), decimal or with a leading 0x, for values that fit an int.
std::optional<int> parseInt(std::string_view text);

/// Pieces between runs of blanks.
std::vector<std::string_view> words(std::string_view text);
std::vector<std::string_view> split(std::string_view text, char separator);
/// "key : value" with both sides trimmed; nullopt without \a separator.
std::optional<std::pair<std::string_view, std::string_view>> splitPair(std::string_view line, char separator);

/// Calls \a visit with each line, without its newline.
template <typename Visitor> void forEachLine(std::string_view text, Visitor visit)
{
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        visit(text.substr(0, end));
        if (end == std::string_view::npos)
            return;
        text.remove_prefix(end + 1);
    }
}

/// The value of the first "name<blank>value" line, as in memory.stat or a KFD `properties` file.
std::optional<std::uint64_t> numberOfLine(std::string_view text, std::string_view name);

} // namespace firstlight
