#pragma once

#include "catalog/maintaining/finding.h"
#include "text/error_text.h"
#include "text/language.h"

#include <span>
#include <string>

namespace firstlight {

/// The sentence of each rule, sorted; for tests. A rule that is an error's code has that error's sentence.
struct LintText {
    std::string_view rule;
    Phrase sentence;
};
std::span<const LintText> lintSentences();

/// What is wrong, without the place.
std::string describe(const LintFinding &finding, Language language);
/// "error", "warning", "note", as compilers say it.
std::string describe(Severity severity, Language language);

} // namespace firstlight
