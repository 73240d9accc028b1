#pragma once

#include "core/result.h"

#include <map>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace firstlight {

/// What pip would use on this computer to find packages.
struct PipConfig {
    std::vector<std::string> indexUrls; ///< in order; may hold credentials; empty with no-index
    std::vector<std::string> findLinks; ///< folders, file:// URLs or pages with links
    std::vector<std::string> trustedHosts;
    std::string certificateFile;
    std::string proxy;
};

/// From pip's variables and files; nothing is run unless no index is configured: then pip itself is asked for
/// its default. Errors: "registry-client-missing" {client, registry}, "registry-not-configured" {registry},
/// "cancelled".
Result<PipConfig> readPipConfig(std::stop_token stop);

/// The settings of one pip.conf by "section.key", continuation lines joined by newlines. Bad lines are passed
/// over.
std::map<std::string, std::string> parsePipFile(std::string_view text);
/// The default of --index-url in what `pip download --help` prints, or empty.
std::string defaultIndexInHelp(const std::string &help);

} // namespace firstlight
