#include "catalog/reading/yaml_text.h"

#include <cstddef>
#include <utility>

namespace firstlight {

namespace {

struct Character {
    char32_t code;
    std::size_t length; ///< in bytes; 0: not UTF-8
};

/// The character at the front of \a text, which is not empty.
Character decoded(std::string_view text)
{
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char first = byte(0);
    if (first < 0x80)
        return {first, 1};
    const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || text.size() < length)
        return {0, 0};
    char32_t code = first & (0xffu >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xc0) != 0x80)
            return {0, 0};
        code = (code << 6) | (byte(i) & 0x3fu);
    }
    constexpr char32_t least[] = {0, 0, 0x80, 0x800, 0x10000}; // shorter forms exist below
    const bool surrogate = code >= 0xd800 && code <= 0xdfff;
    return {code, code < least[length] || surrogate || code > 0x10ffff ? 0 : length};
}

/// nullptr: it may stand in a file.
const char *whyForbidden(Character character)
{
    const char32_t code = character.code;
    if (character.length == 0)
        return "not UTF-8 text";
    if (code == 0x85 || code == 0x2028 || code == 0x2029)
        return "line end of YAML 1.1 only";
    if (code == 0xfeff)
        return "byte order mark inside the text";
    const bool allowedBelow0x20 = code == '\t' || code == '\n' || code == '\r';
    const bool control = (code < 0x20 && !allowedBelow0x20) || (code >= 0x7f && code < 0xa0);
    return control || code == 0xfffe || code == 0xffff ? "control character" : nullptr;
}

SourcePosition positionIn(std::string_view text, std::size_t offset)
{
    SourcePosition position{1, 1};
    for (std::size_t at = 0; at < offset; ++at) {
        const char letter = text[at];
        if (letter == '\n' || (letter == '\r' && (at + 1 >= text.size() || text[at + 1] != '\n'))) {
            ++position.line;
            position.column = 1;
        } else if ((static_cast<unsigned char>(letter) & 0xc0) != 0x80 && letter != '\r') {
            ++position.column;
        }
    }
    return position;
}

/// libyaml compares each %TAG with all before it: 1 MiB of them take it seven seconds.
std::size_t firstTagDirective(std::string_view text)
{
    std::size_t at = text.find("%TAG");
    while (at != std::string_view::npos && at > 0 && text[at - 1] != '\n' && text[at - 1] != '\r')
        at = text.find("%TAG", at + 1);
    return at;
}

} // namespace

Error yamlSyntaxError(const std::string &file, SourcePosition where, std::string detail)
{
    return {
        .code = "catalog-syntax",
        .facts
        = {{"file", file}, {"line", std::to_string(where.line)}, {"column", std::to_string(where.column)}},
        .kind = ErrorKind::DamagedCatalog,
        .detail = std::move(detail)};
}

Error yamlTooLarge(const std::string &file, SourcePosition where, std::size_t limit, const std::string &unit)
{
    Error refused = yamlSyntaxError(file, where, {});
    refused.code = "catalog-too-large";
    refused.facts["needed"] = std::to_string(limit);
    refused.facts["unit"] = unit;
    return refused;
}

const char *forbiddenCharacter(std::string_view text, std::size_t *offset)
{
    for (std::size_t at = 0; at < text.size();) {
        if (text[at] >= ' ' && text[at] <= '~') { // nearly all of them
            ++at;
            continue;
        }
        const Character character = decoded(text.substr(at));
        if (const char *why = whyForbidden(character)) {
            if (offset)
                *offset = at;
            return why;
        }
        at += character.length;
    }
    return nullptr;
}

std::optional<ForbiddenText> forbiddenText(std::string_view text)
{
    std::size_t at = 0;
    if (const char *why = forbiddenCharacter(text, &at))
        return ForbiddenText{positionIn(text, at), why};
    at = firstTagDirective(text);
    return at == std::string_view::npos ? std::nullopt
                                        : std::optional(ForbiddenText{positionIn(text, at), "tag directive"});
}

} // namespace firstlight
