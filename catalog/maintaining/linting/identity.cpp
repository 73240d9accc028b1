#include "catalog/maintaining/linting/rules.h"

#include <map>

namespace firstlight {

void lintIdentity(const LintInput &input, LintFindings &findings)
{
    constexpr std::size_t promptsNeeded = 3;
    std::map<std::string, std::string> files;
    for (const LintedDemo &linted : input.demos) {
        const Demo &demo = linted.demo;
        const auto [first, isNew] = files.emplace(demo.id, demo.file);
        if (!isNew && first->second != demo.file)
            findings.push_back(
                findingIn(linted, Severity::Warning, "demo-twice", {"id"}, {{"other", first->second}}));
        if (demo.project.empty())
            findings.push_back(findingIn(linted, Severity::Error, "project-missing", {"id"}));
        if (demo.prompts.size() < promptsNeeded)
            findings.push_back(findingIn(
                linted, Severity::Error, "prompts-few", {"try"},
                {{"found", std::to_string(demo.prompts.size())}, {"needed", std::to_string(promptsNeeded)}}));
    }
}

void lintRecipes(const LintInput &input, LintFindings &findings)
{
    for (const LintedRecipe &recipe : input.recipes) {
        const bool used = std::find(input.recipesInUse.begin(), input.recipesInUse.end(), recipe.file)
                          != input.recipesInUse.end();
        const SourcePosition position = positionOf(recipe.document, {"id"});
        const auto add = [&](Severity severity, const std::string &rule, Facts facts) {
            findings.push_back({.severity = severity,
                                .rule = rule,
                                .file = recipe.file,
                                .line = position.line,
                                .column = position.column,
                                .subject = recipe.id,
                                .facts = std::move(facts)});
        };
        if (input.demoFiles > 0 && !used)
            add(Severity::Warning, "recipe-unused", {});
        if (recipe.text.id != recipe.id)
            add(Severity::Error, "recipe-id", {{"found", recipe.text.id}, {"needed", recipe.id}});
        lintRecipeLicences(recipe, findings);
    }
}

} // namespace firstlight
