#pragma once

#include "text/language.h"

#include <chrono>
#include <cstdint>
#include <string>

namespace firstlight {

/// "98 MB", "1.5 GB": decimal units, as disks, downloads and people count. Two significant digits from 1 to 10.
std::string inBytes(std::uint64_t bytes);
/// "4 seconds", "about 3 minutes" → "4 s", "3 min", "2 h 10 min".
std::string inDuration(std::chrono::seconds seconds, Language language);

} // namespace firstlight
