#pragma once

#include "catalog/catalog.h"
#include "core/error.h"

#include <string>
#include <vector>

namespace firstlight {

enum class LintSeverity { Error, Warning, Note };

/// One thing about a catalog that its maintainer should know. The sentence of each rule is in text/.
struct LintFinding {
    LintSeverity severity = LintSeverity::Error;
    std::string rule; ///< "licence-unknown"
    std::string file;
    int line = 1;
    int column = 1;
    Facts facts;

    bool operator==(const LintFinding &) const = default;
};

/// Everything that can be seen without a network, sorted by file, line and rule. Pure but for the names of
/// the recipes' folders. Errors: `catalog-fault` (with the loader's own fact "code"), `licence-unknown`
/// {licence, word, nearest}, `weights-licence-missing`, `text-untranslated` {field}, `try-few` {found},
/// `project-missing`, `requirement-contradictory` {variant}. Warnings: `requirements-duplicate` {variant,
/// other}, `image-unlocked` {variant, image}, `network-not-needed` {variant}, `accelerator-not-required`
/// {variant}, `recipe-unused` {recipe}. Notes: `model-not-verified` {model}, `hub-missing` {model, hub}.
std::vector<LintFinding> lintCatalog(const Catalog &catalog);

} // namespace firstlight
