#pragma once

#include <span>
#include <string>
#include <string_view>

namespace firstlight {

/// Short identifiers of the SPDX License List, sorted: those in use, those that SPDX has replaced, and the
/// exceptions that may follow WITH.
std::span<const std::string_view> spdxLicences();
std::span<const std::string_view> spdxDeprecatedLicences();
std::span<const std::string_view> spdxExceptions();

/// What to write instead of \a word, or empty.
std::string nearestSpdxLicence(const std::string &word);
std::string nearestSpdxException(const std::string &word);

} // namespace firstlight
