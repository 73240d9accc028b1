#pragma once

#include "hardware/machine.h"
#include "hardware/root.h"

#include <optional>
#include <string>
#include <vector>

namespace firstlight {

/// Each size of huge pages that the kernel offers, smallest first; nullopt if it offers none or does not
/// tell.
std::optional<std::vector<HugePages>> readHugePages(const Root &root);

/// The setting of transparent huge pages: always, madvise, never.
std::optional<std::string> readTransparentHugePages(const Root &root);

} // namespace firstlight
