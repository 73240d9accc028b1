#pragma once

#include <string>

namespace firstlight {

/// The parts of "registry:5000/owner/name:tag" or "…@sha256:…".
struct ImageReference {
    std::string repository; ///< registry:5000/owner/name
    std::string tag;        ///< empty if there is none
    std::string digest;     ///< sha256:…; empty if there is none

    bool operator==(const ImageReference &) const = default;
    /// The registry's host and port.
    std::string host() const { return repository.substr(0, repository.find('/')); }
    /// By digest where there is one.
    std::string exact() const { return digest.empty() ? repository + ":" + tag : repository + "@" + digest; }
};

/// A missing tag is "latest", as everywhere.
ImageReference parseImageReference(const std::string &text);

} // namespace firstlight
