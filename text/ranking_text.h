#pragma once

#include "catalog/choosing/ranking_keys.h"
#include "text/language.h"

#include <string>

namespace firstlight {

/// Why one variant stands before another: "asks for more, so it is made for fewer computers".
std::string describe(RankingKey key, Language language);
std::string describe(Placement placement, Language language);

} // namespace firstlight
