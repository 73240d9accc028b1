#pragma once

#include "core/result.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace firstlight {

/// What recipe.yaml says, before anything that it names is looked at.
struct RecipeText {
    struct Input {
        std::string package; ///< pypi:NAME@VERSION, npm:NAME@VERSION; or
        std::string debian;  ///< name of a lock file
        std::string file;
        std::optional<std::uint64_t> sizeBytes;
        std::string sha256;
        std::string licence; ///< SPDX expression; empty: not said
        std::string unpackTo;
        std::string placeAt;
        int stripComponents = 0;
        std::vector<std::string> only;
        std::string rootfsTar;
        std::vector<std::string> exclude;
    };
    struct CopiedFolder {
        std::string from; ///< relative to the recipe's folder, may begin with "../"
        std::string to;
    };

    std::string id;
    std::vector<std::string> architectures;
    std::vector<Input> inputs;
    std::vector<CopiedFolder> files;
};

/// Errors as of the catalog loader.
Result<RecipeText> readRecipeText(const std::string &text, const std::string &file);

} // namespace firstlight
