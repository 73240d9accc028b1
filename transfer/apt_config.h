#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace firstlight {

/// The archives in what `apt-get indextargets --format '$(ORIGIN)|$(REPO_URI)'` prints, without slashes at
/// their ends, each once, in order; those of other origins than Debian and those that are neither http(s) nor
/// file left out.
std::vector<std::string> debianMirrors(std::string_view targets);

/// What `apt-config dump --format '%F "%v"%n'` says about one archive.
struct AptSettings {
    std::optional<std::string> proxy; ///< empty: DIRECT; nullopt: nothing said
    std::string caFile;
    bool verifyCertificate = true;
};
AptSettings aptSettings(std::string_view dump, const std::string &mirror);

} // namespace firstlight
