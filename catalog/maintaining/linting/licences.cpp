#include "catalog/maintaining/linting/rules.h"
#include "catalog/maintaining/spdx/licence_expression.h"

namespace firstlight {

namespace {

void checkExpression(const LintedDemo &linted, const std::string &expression,
                     const std::vector<YamlStep> &steps, LintFindings &findings)
{
    for (const LicenceFault &fault : checkLicence(expression)) {
        const bool replaced = fault.kind == LicenceFault::Kind::Deprecated;
        const char *rule = replaced                                    ? "licence-deprecated"
                           : fault.kind == LicenceFault::Kind::Unknown ? "licence-unknown"
                                                                       : "licence-syntax";
        LintFinding finding = findingIn(linted, replaced ? Severity::Warning : Severity::Error, rule, steps,
                                        {{"found", expression},
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
    checkExpression(linted, demo.codeLicence, {"licence", "code"}, findings);
    if (!demo.weightsLicence.empty())
        checkExpression(linted, demo.weightsLicence, {"licence", "weights"}, findings);
    for (const auto &[id, model] : demo.models) {
        const std::vector<YamlStep> steps{"models", id, "licence"};
        if (model.licence.empty())
            findings.push_back(findingIn(linted, Severity::Error, "licence-missing", steps));
        else if (positionOf(linted.document, steps) != positionOf(linted.document, {"models", id}))
            checkExpression(linted, model.licence, steps, findings); // its own, not the demo's
    }
}

} // namespace firstlight
