#pragma once

#include "catalog/reading/fields.h"

#include <map>

namespace firstlight {

/// Reads `variants:`; every model that they name must be one of \a models.
Result<std::vector<Variant>> readVariants(const Place &place, const Demo &demo);

} // namespace firstlight
