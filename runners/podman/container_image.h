#pragma once

#include "core/directories.h"
#include "core/progress.h"
#include "core/result.h"
#include "runners/plan/launch_plan.h"
#include "runners/podman/libpod.h"

#include <filesystem>
#include <stop_token>
#include <string>

namespace firstlight {

/// An image that podman has.
struct ContainerImage {
    std::string id;
    std::string digest; ///< of its manifest, sha256:…

    bool operator==(const ContainerImage &) const = default;
};

/// Makes an image of a registry be there; pulls it if needed (phase "download", in bytes). The digest that an
/// unlocked tag was resolved to is remembered in `<state>/unlocked-images.json` and taken again next time, so
/// that a tag which moves does not change what runs; only if the registry has it no longer the tag is asked
/// anew.
///
/// A cancelled pull keeps the layers that are complete; they are not fetched again. Errors:
/// "registry-unreachable" {image, host}, "image-unknown" {image}, "image-pull-failed" {image}, "cancelled".
Result<ContainerImage> ensureRegistryImage(const ImageNeed &need, Libpod &podman,
                                           const Directories &directories, Progress &progress,
                                           std::stop_token stop);

/// Id and digest of an image that podman has; "podman-missing-object" if it has not.
Result<ContainerImage> inspectImage(const std::string &reference, Libpod &podman, std::stop_token stop);

/// What podman's words about a failed pull mean.
Error pullError(const std::string &image, const std::string &words);

} // namespace firstlight
