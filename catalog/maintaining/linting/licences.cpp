#include "catalog/maintaining/linting/rules.h"
#include "catalog/maintaining/spdx/licence_expression.h"

namespace firstlight {

namespace {

/// \a make is asked for the finding of a rule at the expression's place.
template <typename Make> void checkExpression(const std::string &expression, LintFindings &findings, const Make &make)
{
    for (const LicenceFault &fault : checkLicence(expression)) {
        const bool replaced = fault.kind == LicenceFault::Kind::Deprecated;
        const char *rule = replaced                                    ? "licence-deprecated"
                           : fault.kind == LicenceFault::Kind::Unknown ? "licence-unknown"
                                                                       : "licence-syntax";
        LintFinding finding = make(replaced ? Severity::Warning : Severity::Error, rule,
                                   Facts{{"found", expression},
                                         {"part", fault.part},
                                         {"needed", fault.needed},
                                         {"nearest", fault.nearest}});
        finding.column += static_cast<int>(fault.at);
        findings.push_back(std::move(finding));
    }
}

} // namespace

void lintLicences(const LintedDemo &linted, LintFindings &findings)
{
    const Demo &demo = linted.demo;
    const auto check = [&](const std::string &expression, const std::vector<YamlStep> &steps) {
        checkExpression(expression, findings, [&](Severity severity, const char *rule, const Facts &facts) {
            return findingIn(linted, severity, rule, steps, facts);
        });
    };
    check(demo.codeLicence, {"licence", "code"});
    if (!demo.weightsLicence.empty())
        check(demo.weightsLicence, {"licence", "weights"});
    for (const auto &[id, model] : demo.models) {
        const std::vector<YamlStep> steps{"models", id, "licence"};
        if (model.licence.empty())
            findings.push_back(findingIn(linted, Severity::Error, "licence-missing", steps));
        else if (positionOf(linted.document, steps) != positionOf(linted.document, {"models", id}))
            check(model.licence, steps); // its own, not the demo's
    }
}

void lintRecipeLicences(const LintedRecipe &recipe, LintFindings &findings)
{
    for (std::size_t index = 0; index < recipe.text.inputs.size(); ++index) {
        const RecipeText::Input &input = recipe.text.inputs[index];
        const auto make = [&](Severity severity, const char *rule, const Facts &facts) {
            const SourcePosition position = positionOf(recipe.document, {"inputs", index, "licence"});
            return LintFinding{.severity = severity,
                               .rule = rule,
                               .file = recipe.file,
                               .line = position.line,
                               .column = position.column,
                               .subject = recipe.id,
                               .facts = facts};
        };
        if (!input.debian.empty())
            continue; // in the package, in its own words
        if (input.licence.empty())
            findings.push_back(make(Severity::Warning, "recipe-licence", {}));
        else
            checkExpression(input.licence, findings, make);
    }
}

} // namespace firstlight
