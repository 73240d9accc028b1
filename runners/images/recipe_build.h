#pragma once

#include "catalog/recipe.h"
#include "core/progress.h"
#include "core/result.h"
#include "runners/podman/libpod.h"
#include "transfer/store.h"

#include <filesystem>
#include <stop_token>
#include <string>

namespace firstlight {

/// The local tag that a recipe's image gets: localhost/firstlight/<id>:<first 16 digits of the digest>. A changed
/// recipe therefore has another tag, and an image that is there is up to date.
std::string recipeReference(const Recipe &recipe);

/// Makes the image of \a recipe be there and returns its id. If it is, nothing is fetched or built. Otherwise: checks
/// free disk, fetches every input (phase "download"), writes the build context to a temporary tar below
/// \a workFolder (phase "unpack"), builds it with no network and timestamp 0 so that the same recipe gives the same
/// digest (phase "build", one step a STEP line, subject = the step), tags it and removes the context. Two processes
/// build once: a lock per recipe. Errors: those of Store::fetch, "recipe-build-failed" {recipe, step} with the
/// tail of the build's output, "recipe-architecture" {recipe, found, needed}, "cancelled".
Result<std::string> ensureRecipeImage(const Recipe &recipe, const std::string &architecture, Store &store, Libpod &podman,
                                      const std::filesystem::path &workFolder, Progress &progress, std::stop_token stop = {});

/// Writes the build context of \a recipe, all of whose inputs are in \a store, as a deterministic tar. Separate for
/// tests and for `podman build` by hand.
Result<void> writeBuildContext(const Recipe &recipe, const Store &store, const std::filesystem::path &tar,
                               const std::filesystem::path &workFolder, Progress &progress, std::stop_token stop = {});

}
