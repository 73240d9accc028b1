#pragma once

#include "catalog/demo.h"
#include "catalog/maintaining/finding.h"
#include "catalog/reading/recipe_reader.h"
#include "catalog/reading/yaml_value.h"

#include <filesystem>
#include <string>
#include <variant>
#include <vector>

namespace firstlight {

/// A demo without faults, with the document that it was read from.
struct LintedDemo {
    Demo demo;
    YamlValue document;
};

/// A recipe without faults of its own.
struct LintedRecipe {
    std::string id;
    std::string file; ///< path of its recipe.yaml
    RecipeText text;
    YamlValue document;
};

/// Everything below the paths that could be read, and the faults of what could not.
struct LintInput {
    std::vector<LintedDemo> demos;
    std::vector<LintedRecipe> recipes;
    std::vector<LintFinding> faults;
    std::vector<std::string> recipesInUse; ///< path of recipe.yaml, also of those that damaged demos name
    int demoFiles = 0;
};

/// The key of a map or the index of a list.
using YamlStep = std::variant<std::string, std::size_t>;

/// Where \a steps lead to in \a document, or how far they get: a text's own place, the key of a map or list.
SourcePosition positionOf(const YamlValue &document, const std::vector<YamlStep> &steps);

/// A finding at \a steps of a demo. Its subject is the demo, with what the steps lead through: its variant or
/// model.
LintFinding findingIn(const LintedDemo &linted, Severity severity, const std::string &rule,
                      const std::vector<YamlStep> &steps, Facts facts = {});

} // namespace firstlight
