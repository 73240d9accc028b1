#pragma once

#include "catalog/recipe.h"

#include <nlohmann/json_fwd.hpp>

namespace firstlight {

/// Every package in an image of ours, with version, digest and licence: a CycloneDX 1.5 document, which scanners
/// read. The same recipe gives the same document: it has no date and no serial number. What
/// is only there while it is built has the scope "excluded". Licences of Debian
/// packages are in the image, in their own words: /usr/share/doc/NAME/copyright.
nlohmann::json billOfMaterials(const Recipe &recipe);

} // namespace firstlight
