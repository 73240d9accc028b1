#pragma once

#include "catalog/maintaining/linting/lint_input.h"
#include "core/result.h"

namespace firstlight {

/// All that is wrong or could be better in what was read, sorted. Pure: no rule looks at the network or disk.
LintReport lint(const LintInput &input);

/// Sorts by file, line, column and rule.
void sortFindings(std::vector<LintFinding> &findings);

} // namespace firstlight
