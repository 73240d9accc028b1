#pragma once

#include "catalog/demo.h"
#include "core/result.h"

#include <string>
#include <vector>

namespace firstlight {

/// Where a demo names a recipe: whether that exists is not known from the file's text alone.
struct RecipeReference {
    std::string recipe;
    std::string field;
    SourcePosition position;

    bool operator==(const RecipeReference &) const = default;
};

/// Where a model's source is a file of this computer, which a catalog from elsewhere may not name.
struct LocalFile {
    std::string source;
    std::string field;
    SourcePosition position;

    bool operator==(const LocalFile &) const = default;
};

struct ReadDemo {
    Demo demo;
    std::vector<RecipeReference> recipes;
    std::vector<LocalFile> localFiles;

    bool operator==(const ReadDemo &) const = default;
};

/// parseDemo() plus what loadCatalog() still has to check.
Result<ReadDemo> readDemo(const std::string &text, const std::string &file);

} // namespace firstlight
