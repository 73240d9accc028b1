#pragma once

#include "catalog/reading/fields.h"

#include <map>

namespace firstlight {

/// Reads `models:` of a demo: id → model. A model's id may also have dots ("qwen2.5-0.5b").
Result<std::map<std::string, Model>> readModels(const Place &place);

} // namespace firstlight
