#pragma once

#include "hardware/machine.h"
#include "text/language.h"

#include <string>
#include <utility>
#include <vector>

namespace firstlight {

/// The computer in a few lines, heading and value; what is not known is said to be so.
std::vector<std::pair<std::string, std::string>> describe(const Machine &machine, Language language);

} // namespace firstlight
