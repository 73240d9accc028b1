#pragma once

#include "catalog/demo.h"
#include "core/error.h"

#include <optional>
#include <string>
#include <string_view>

namespace firstlight {

/// "catalog-syntax" at \a where of \a file; \a detail: what is wrong, in the parser's words.
Error yamlSyntaxError(const std::string &file, SourcePosition where, std::string detail);
/// "catalog-too-large": at \a where there are more than \a limit bytes, levels or values (\a unit).
Error yamlTooLarge(const std::string &file, SourcePosition where, std::size_t limit, const std::string &unit);

/// What must not be handed to a parser, and where.
struct ForbiddenText {
    SourcePosition position;
    std::string detail;
};

/// What is wrong with the first place of \a text that is not UTF-8, or a character that YAML does not allow
/// (control characters among them), or one that ends a line in YAML 1.1 and not in 1.2 (U+0085, U+2028,
/// U+2029), or a byte order mark; \a offset: where, in bytes. nullptr: nothing.
const char *forbiddenCharacter(std::string_view text, std::size_t *offset = nullptr);

/// The first forbidden character of a file's \a text, or else its first %TAG directive. Lines end at LF, CR
/// or CR LF; columns are characters; both count from 1.
std::optional<ForbiddenText> forbiddenText(std::string_view text);

} // namespace firstlight
