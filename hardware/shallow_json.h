#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string_view>

namespace firstlight {

/// JSON of another program or a recording; "discarded" if it is none. What is nested deeper than any real
/// file is left out: a megabyte of "[" would take 200 ms and 100 MB.
nlohmann::json parseShallowJson(std::string_view text);

} // namespace firstlight
