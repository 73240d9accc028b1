#pragma once

#include "catalog/demo.h"
#include "catalog/reading/fields.h"

#include <string>
#include <string_view>
#include <vector>

namespace firstlight {

/// The names between braces in \a text, in their order: "model.mmproj" of "--mmproj={model.mmproj}". A name
/// is letters, digits and _ . - after a letter; other braces (JSON) are no placeholders.
std::vector<std::string> placeholdersIn(std::string_view text);

/// "catalog-reference" at the first placeholder of entrypoint, args or env of \a variantPlace that nothing is
/// put in for: one that there is not, or that the variant gives no value for.
Result<void> checkPlaceholders(const Place &variantPlace, const Variant &variant, const Demo &demo);

} // namespace firstlight
