#pragma once

#include "hardware/machine.h"

namespace firstlight {

/// The longest text of a Machine, in bytes; damaged files have lines of megabytes.
inline constexpr std::size_t longestTextBytes = 4096;

/// \a text as it may be shown and written as JSON: bytes that are no UTF-8, and control characters other than
/// newline and tab (a terminal obeys them), become U+FFFD; cut at longestTextBytes.
std::string cleanText(std::string_view text);

/// Makes every text of \a machine clean: files of a computer hold any bytes.
void cleanTexts(Machine &machine);

} // namespace firstlight
