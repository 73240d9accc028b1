#pragma once

#include "catalog/recipe.h"
#include "core/progress.h"
#include "core/result.h"
#include "transfer/store.h"

#include <stop_token>
#include <vector>

namespace firstlight {

/// Every file of \a recipe that \a store has not, each once, largest first.
std::vector<WantedFile> missingInputs(const Recipe &recipe, const Store &store);

/// Fetches \a files into \a store, a few at a time, as one phase "download" of \a recipe's name with the
/// bytes of all of them. The first error ends the others. \a progress is called on this thread only.
Result<void> fetchInputs(const std::string &recipe, const std::vector<WantedFile> &files, Store &store,
                         Progress &progress, std::stop_token stop);

} // namespace firstlight
