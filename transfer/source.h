#pragma once

#include "transfer/package_registries.h"
#include "transfer/store.h"

#include <stop_token>
#include <string>

namespace firstlight {

/// One source of a WantedFile, taken apart. The forms stand at WantedFile.
struct Source {
    enum class Kind { Url, HuggingFace, ModelScope, Pypi, Npm, Debian } kind = Kind::Url;
    std::string text;    ///< as written
    std::string package; ///< of Pypi and Npm: the name; of Debian: the path; of the hubs: OWNER/REPO
    std::string version; ///< of Pypi and Npm; of the hubs: the revision
    std::string path;    ///< of the hubs: the file
    std::string member;  ///< of a package; empty: the package file itself

    /// The source without its member.
    std::string packageText() const;
};

/// Error "source-invalid" {source}.
Result<Source> parseSource(const std::string &text);

/// Where this host gets it: URLs and credentials. Asks the package registries, if the source is one of
/// theirs.
Result<ResolvedFile> resolveSource(const Source &source, const std::string &packageFile,
                                   std::stop_token stop);

} // namespace firstlight
