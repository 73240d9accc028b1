#include "catalog/maintaining/lint.h"

#include "catalog/maintaining/linting/rules.h"

#include <algorithm>
#include <tuple>

namespace firstlight {

int LintReport::count(Severity severity) const
{
    return static_cast<int>(std::count_if(findings.begin(), findings.end(), [&](const LintFinding &finding) {
        return finding.severity == severity;
    }));
}

void sortFindings(std::vector<LintFinding> &findings)
{
    std::stable_sort(findings.begin(), findings.end(), [](const LintFinding &a, const LintFinding &b) {
        return std::tie(a.file, a.line, a.column, a.rule) < std::tie(b.file, b.line, b.column, b.rule);
    });
}

LintReport lint(const LintInput &input)
{
    LintReport report{.findings = input.faults,
                      .demos = input.demoFiles,
                      .recipes = static_cast<int>(input.recipes.size())};
    lintIdentity(input, report.findings);
    lintRecipes(input, report.findings);
    for (const LintedDemo &linted : input.demos) {
        report.variants += static_cast<int>(linted.demo.variants.size());
        for (const auto rule :
             {lintLicences, lintTexts, lintModels, lintImages, lintPermissions, lintPlaceholders})
            rule(linted, report.findings);
        lintRequirements(input, linted, report.findings);
    }
    sortFindings(report.findings);
    return report;
}

} // namespace firstlight
