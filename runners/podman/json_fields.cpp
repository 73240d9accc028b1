#include "runners/podman/json_fields.h"

#include <limits>
#include <nlohmann/json.hpp>

namespace firstlight {

namespace {

using nlohmann::json;

const json *find(const json &value, const std::string &pointer)
{
    const json::json_pointer place(pointer);
    return value.contains(place) ? &value.at(place) : nullptr;
}

} // namespace

std::string textAt(const json &value, const std::string &pointer)
{
    const json *field = find(value, pointer);
    return field && field->is_string() ? field->get<std::string>() : std::string();
}

std::optional<std::int64_t> numberAt(const json &value, const std::string &pointer)
{
    const json *field = find(value, pointer);
    if (!field || !field->is_number())
        return std::nullopt;
    // What does not fit would become another number.
    constexpr auto limit = 9223372036854775808.0;
    const bool fits = field->is_number_float()
                          ? field->get<double>() >= -limit && field->get<double>() < limit
                          : !field->is_number_unsigned()
                                || field->get<std::uint64_t>() <= std::numeric_limits<std::int64_t>::max();
    return fits ? std::optional(field->get<std::int64_t>()) : std::nullopt;
}

bool trueAt(const json &value, const std::string &pointer)
{
    const json *field = find(value, pointer);
    return field && field->is_boolean() && field->get<bool>();
}

} // namespace firstlight
