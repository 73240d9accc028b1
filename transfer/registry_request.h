#pragma once

#include "transfer/http.h"

#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace firstlight {

/// How one registry is asked.
struct RegistrySettings {
    std::string registry; ///< pypi, npm, debian: the fact of errors
    std::map<std::string, std::string> headers;
    std::string caFile;
    std::string extraCaFile;
    std::optional<std::string> proxy;
    std::vector<std::string> trustedHosts;
};

/// GET of a document. Errors: "registry-unreachable" {registry, host} wrapping the network's error;
/// "cancelled" and "library-missing" as they are.
Result<HttpResponse> askRegistry(HttpClient &client, const std::string &url, const RegistrySettings &settings,
                                 std::stop_token stop);

/// For a status that is neither an answer nor "there is no such package": "registry-unreachable" if it may
/// pass, otherwise "registry-answer" {registry, host}.
Error registryRefusal(const std::string &registry, const std::string &url, long status);

} // namespace firstlight
