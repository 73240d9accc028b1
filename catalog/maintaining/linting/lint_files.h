#pragma once

#include "catalog/maintaining/linting/lint_input.h"
#include "core/result.h"

#include <filesystem>
#include <vector>

namespace firstlight {

/// Reads every demo and recipe below \a paths (folders that hold demos/ or images/, or single files of demos
/// or recipes) with all their faults. Error "catalog-missing" {path} for a path that is none of these.
Result<LintInput> readForLint(const std::vector<std::filesystem::path> &paths);

} // namespace firstlight
