#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace firstlight {

/// The `name` of each entry of the list below the top-level key \a key, in the document's order: of `devices`
/// in a CDI specification, of `contexts` in a kubeconfig. JSON, or YAML in the block form that tools write
/// (no anchors, no flow style). Whatever the bytes, nothing throws.
std::vector<std::string> namesInList(std::string_view text, std::string_view key);

/// A YAML scalar without quotes and comment; empty if there is none.
std::string_view yamlScalar(std::string_view value);

/// The scalar below the top-level key \a key; empty if there is none.
std::string topLevelScalar(std::string_view text, std::string_view key);

} // namespace firstlight
