#pragma once

#include "hardware/machine.h"
#include "hardware/root.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace firstlight {

/// The Container Device Interface specifications that this user can read, by kind. Several files of one kind
/// are merged: all their devices, and the newest of their versions.
std::vector<CdiSpecification> readCdi(const Root &root);

/// One specification, YAML or JSON, with its devices in the document's order but without those whose name is
/// a device's unique id; nullopt if it has no `kind` of the form vendor/class.
std::optional<CdiSpecification> cdiSpecification(std::string_view text);

} // namespace firstlight
