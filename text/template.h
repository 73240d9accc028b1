#pragma once

#include "core/error.h"

#include <string>
#include <string_view>

namespace firstlight {

/// Fills "{name}" with facts; "{name:bytes}" makes a number of bytes readable. A part in square brackets is left out if one of its facts is missing or empty:
/// fill("There is no “{demo}”.[ Did you mean “{nearest}”?]", {{"demo", "caht"}}) == "There is no “caht”."
std::string fill(std::string_view text, const Facts &facts);

} // namespace firstlight
