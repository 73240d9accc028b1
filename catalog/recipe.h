#pragma once

#include "core/result.h"
#include "transfer/store.h"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace firstlight {

/// One input of an image that we build: a package file, or a set of Debian packages that become one root file
/// system.
struct RecipeInput {
    WantedFile file;      ///< for a pypi: or npm: package
    std::string licence;  ///< of it, as an SPDX expression; empty: not said
    std::string unpackTo; ///< directory of the build context; empty: `placeAt`
    std::string placeAt;
    int stripComponents = 0;
    std::vector<std::string> only;    ///< glob patterns (fnmatch) after stripping; empty: all
    std::vector<WantedFile> debs;     ///< for a debian: lock file, in its order
    std::vector<std::string> debVersions; ///< "NAME VERSION" of each of them
    std::string rootfsTar;            ///< name of the tar that the debs become
    std::vector<std::string> exclude; ///< glob patterns left out of it

    bool operator==(const RecipeInput &) const = default;
};

/// A folder of catalog/images: how an image is built from packages, with no network.
struct Recipe {
    std::string id;
    std::filesystem::path folder;
    std::vector<std::string> architectures;
    std::vector<RecipeInput> inputs;
    /// Every other file of the build context: path in the context → file to read.
    std::map<std::string, std::filesystem::path> contextFiles;
    std::string
        digest; ///< sha256 over all of the above and the content of the files: same digest, same image

    bool operator==(const Recipe &) const = default;
    std::uint64_t downloadBytes() const; ///< sum of the inputs' sizes that are known
};

/// Reads `catalog/images/<id>/recipe.yaml`. Errors: "recipe-unknown" {recipe, nearest}, and as of the catalog
/// loader.
Result<Recipe> loadRecipe(const std::filesystem::path &imagesFolder, const std::string &id);

} // namespace firstlight
