#pragma once

#include "hardware/machine.h"

#include <array>
#include <string_view>

namespace firstlight {

/// The words that stand for the enumerations of a Machine in a profile: for writing, reading and the schema.

template <typename Enum> struct EnumName {
    Enum value;
    std::string_view name;
};

constexpr std::array<EnumName<NodeAccess>, 3> namesOf(NodeAccess)
{
    return {{{NodeAccess::Usable, "usable"}, {NodeAccess::Denied, "denied"}, {NodeAccess::Absent, "absent"}}};
}

constexpr std::array<EnumName<CgroupLayout>, 3> namesOf(CgroupLayout)
{
    return {{{CgroupLayout::V1, "v1"}, {CgroupLayout::Hybrid, "hybrid"}, {CgroupLayout::V2, "v2"}}};
}

} // namespace firstlight
