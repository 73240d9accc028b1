#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace firstlight {

/// All ids of the SPDX License List, separated by spaces.
std::string_view spdxIds();

/// What is wrong with a licence expression (SPDX 2.3, annex D), or nullopt: ids of the list, LicenseRef-…,
/// `+`, WITH an exception, AND, OR, parentheses.
struct LicenceFault {
    std::string word;    ///< that is not understood; empty: the expression is not complete
    std::string nearest; ///< id that it may mean; empty: none
    bool operator==(const LicenceFault &) const = default;
};
std::optional<LicenceFault> faultOfLicence(const std::string &expression);

} // namespace firstlight
