#pragma once

#include "hardware/machine.h"

#include <filesystem>
#include <vector>

namespace firstlight {

/// Free bytes for this user in each folder, which need not exist yet.
std::vector<Storage> readStorage(const std::vector<std::filesystem::path> &paths);

} // namespace firstlight
