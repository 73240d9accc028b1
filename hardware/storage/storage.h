#pragma once

#include "hardware/machine.h"
#include "hardware/root.h"
#include "hardware/slow_facts.h"

#include <filesystem>
#include <stop_token>
#include <vector>

namespace firstlight {

/// Free bytes for this user, file system and disk of each folder, which need not exist yet: its nearest
/// parent is asked. A recording tells of the folders of its own computer, or of none. The reading speed is
/// that remembered since the last boot, or measured now where \a mayMeasure: 40 ms for all folders together,
/// once for each disk; never of a disk that sleeps, or through a cache.
std::vector<Storage> readStorage(const Root &root, const std::vector<std::filesystem::path> &paths,
                                 bool mayMeasure, SlowFacts &facts, std::stop_token stop);

} // namespace firstlight
