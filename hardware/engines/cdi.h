#pragma once

#include "hardware/machine.h"
#include "hardware/root.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace firstlight {

/// The Container Device Interface specifications that this user can read, by kind.
std::vector<CdiSpecification> readCdi(const Root &root);

/// The `kind` of one specification, YAML or JSON; nullopt if it has none of the form vendor/class.
std::optional<std::string> cdiKind(std::string_view text);

} // namespace firstlight
