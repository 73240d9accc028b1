#include "hardware/shallow_json.h"

#include <nlohmann/json.hpp>

namespace firstlight {

nlohmann::json parseShallowJson(std::string_view text)
{
    constexpr int deepest = 32;
    const auto keep
        = [](int depth, nlohmann::json::parse_event_t, nlohmann::json &) { return depth < deepest; };
    return nlohmann::json::parse(text, keep, false);
}

} // namespace firstlight
