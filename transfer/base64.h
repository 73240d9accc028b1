#pragma once

#include <string>
#include <string_view>

namespace firstlight {

std::string base64Encode(std::string_view bytes);
/// Stops at the first character that does not belong.
std::string base64Decode(std::string_view text);

} // namespace firstlight
