#pragma once

#include "catalog/recipe.h"
#include "core/progress.h"
#include "core/result.h"
#include "runners/podman/host_setup.h"
#include "runners/podman/libpod.h"
#include "transfer/store.h"

#include <filesystem>
#include <stop_token>
#include <string>

namespace firstlight {

/// The local tag that a recipe's image gets: localhost/firstlight/<id>:<first 16 digits of the digest>. A
/// changed recipe therefore has another tag, and an image that is there is up to date.
std::string recipeReference(const Recipe &recipe);

/// Makes the image of \a recipe be there and returns its id. If it is, nothing is fetched or built.
/// Otherwise: checks free disk, fetches every input (phase "download"), writes the build context below \a
/// workFolder (phase "unpack"), builds it with no network and timestamp 0 so that the same recipe gives the
/// same digest (phase "build", one step a STEP line, subject = the step), tags it and removes the context.
/// Two processes build once: a lock per recipe.
///
/// \a podman is asked whether the image is there; the build itself is a `podman build` that is called as \a
/// host says (see podman_build.h), so both must mean the same store. When this process is killed, the build
/// goes on to its own end; the next call for the same recipe finds it and waits for it. Blocks; any thread.
///
/// Errors: those of Store::fetch and writeBuildContext, "disk-too-small" {path, found, needed},
/// "recipe-build-failed" {recipe, step} with the tail of the build's output, "recipe-architecture"
/// {recipe, found, needed}, "cancelled". After each of them nothing is left but the fetched inputs.
Result<std::string> ensureRecipeImage(const Recipe &recipe, const std::string &architecture, Store &store,
                                      Libpod &podman, const HostSetup &host,
                                      const std::filesystem::path &workFolder, Progress &progress,
                                      std::stop_token stop = {});

/// Writes the build context of \a recipe, all of whose inputs are in \a store, into the new or empty \a
/// folder: modes 0755 and 0644, time 0, the rest as the inputs say, so that equal inputs give equal trees.
/// Phase "unpack" counts the bytes of the inputs. Separate for tests and for `podman build` by hand.
///
/// Errors: "recipe-input-missing" {recipe, name}, "recipe-path-unsafe" {path}, "recipe-path-conflict" {path,
/// input}, "recipe-link-broken" {path, target, input}, "recipe-input-empty" {input}, those of readArchive,
/// "cancelled".
Result<void> writeBuildContext(const Recipe &recipe, const Store &store, const std::filesystem::path &folder,
                               Progress &progress, std::stop_token stop = {});

} // namespace firstlight
