#pragma once

#include "catalog/recipe.h"
#include "core/result.h"

#include <cstdint>
#include <filesystem>
#include <vector>

namespace firstlight {

/// Bytes that will be written below a path.
struct DiskNeed {
    std::filesystem::path path;
    std::uint64_t bytes = 0;

    bool operator==(const DiskNeed &) const = default;
};

/// About how large the build context of \a recipe will be, from the sizes of its packages. Rather too much
/// than too little: what a package unpacks to is known only after it was fetched.
std::uint64_t estimateContextBytes(const Recipe &recipe);

/// Checks that all of \a needs fit at once; those on one file system are added up. Error "disk-too-small"
/// {path, found, needed}, both in bytes.
Result<void> checkDisk(const std::vector<DiskNeed> &needs);

} // namespace firstlight
