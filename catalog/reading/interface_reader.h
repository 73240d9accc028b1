#pragma once

#include "catalog/demo.h"
#include "catalog/reading/fields.h"

namespace firstlight {

/// `interface` and `ready`, of a demo or of one of its variants.
Result<Interface> readInterface(const Place &place);
Result<Readiness> readReadiness(const Place &place);

} // namespace firstlight
