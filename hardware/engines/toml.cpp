#include "hardware/engines/toml.h"

namespace firstlight {

std::optional<std::string> tomlString(std::string_view value)
{
    if (value.empty() || (value.front() != '"' && value.front() != '\''))
        return std::nullopt;
    const std::size_t end = value.find(value.front(), 1);
    if (end == std::string_view::npos || end == 1)
        return std::nullopt;
    return std::string(value.substr(1, end - 1));
}

} // namespace firstlight
