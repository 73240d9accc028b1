#pragma once

#include "core/result.h"

#include <map>
#include <stop_token>
#include <string>
#include <string_view>

namespace firstlight {

/// npm's settings that matter for fetching, strongest value of each, by their names in .npmrc ("registry",
/// "@scope:registry", "//host/:_authToken", "cafile", …).
using NpmSettings = std::map<std::string, std::string>;

/// From npm's variables and the .npmrc files of the project, the person and the system; nothing is run.
NpmSettings readNpmSettings();
/// One .npmrc; `${NAME}` is replaced by the variable where it is set.
NpmSettings parseNpmrc(std::string_view text);

/// The registry for \a package without a slash at its end: of its scope, else the general one, else what npm
/// itself names. Errors: "registry-client-missing" {client, registry}, "registry-not-configured",
/// "cancelled".
Result<std::string> npmRegistry(const NpmSettings &settings, const std::string &package,
                                std::stop_token stop);

/// The Authorization header that npm would send to \a registry, or empty.
std::string npmAuthorization(const NpmSettings &settings, const std::string &registry);

} // namespace firstlight
