#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

namespace firstlight {

/// Fields of podman's answers, which differ between its versions: what is missing or of another type is empty
/// or nullopt. \a pointer is a JSON pointer, "/State/Pid".
std::string textAt(const nlohmann::json &json, const std::string &pointer);
std::optional<std::int64_t> numberAt(const nlohmann::json &json, const std::string &pointer);
bool trueAt(const nlohmann::json &json, const std::string &pointer);

} // namespace firstlight
