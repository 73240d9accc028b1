#pragma once

#include "catalog/maintaining/lint.h"
#include "text/language.h"

#include <string>

namespace firstlight {

/// "demo chat: the licence “MITT” is no SPDX expression; did you mean MIT?"
std::string describe(const LintFinding &finding, Language language);
std::string describe(LintSeverity severity, Language language);

} // namespace firstlight
