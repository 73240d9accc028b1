#include "catalog/maintaining/lint.h"
#include "catalog/maintaining/linting/links.h"
#include "catalog/maintaining/linting/lint_files.h"
#include "cli/catalog_verbs.h"
#include "core/json_lines.h"
#include "text/lint_text.h"

#include <fmt/format.h>

namespace firstlight {

namespace fs = std::filesystem;

namespace {

std::string nameOf(Severity severity)
{
    return severity == Severity::Error ? "error" : severity == Severity::Warning ? "warning" : "info";
}

std::vector<fs::path> pathsOf(const Session &session, const CatalogOptions &options)
{
    std::vector<fs::path> paths(options.paths.begin(), options.paths.end());
    if (!paths.empty())
        return paths;
    for (const CatalogSource &source : session.catalogSources()) {
        const bool optional = source.origin == CatalogOrigin::System || source.origin == CatalogOrigin::User;
        if (!optional || fs::exists(source.path))
            paths.push_back(source.path);
    }
    return paths;
}

void writeJson(const Session &session, const LintReport &report)
{
    for (const LintFinding &finding : report.findings)
        writeJsonLine(stdout, {{"event", "finding"},
                               {"severity", nameOf(finding.severity)},
                               {"rule", finding.rule},
                               {"file", finding.file},
                               {"line", finding.line},
                               {"column", finding.column},
                               {"subject", finding.subject},
                               {"facts", finding.facts},
                               {"message", describe(finding, session.language())}});
    writeJsonLine(stdout, {{"event", "summary"},
                           {"demos", report.demos},
                           {"variants", report.variants},
                           {"recipes", report.recipes},
                           {"errors", report.count(Severity::Error)},
                           {"warnings", report.count(Severity::Warning)},
                           {"infos", report.count(Severity::Info)}});
}

/// As compilers write it, so that editors find the place.
void writeText(const Session &session, const LintReport &report)
{
    const Terminal &out = session.out();
    for (const LintFinding &finding : report.findings) {
        const std::string word = describe(finding.severity, session.language());
        const std::string coloured = finding.severity == Severity::Error     ? out.bad(word)
                                     : finding.severity == Severity::Warning ? out.warning(word)
                                                                             : out.faint(word);
        out.line(fmt::format("{}:{}:{}: {}: {}: {} {}", finding.file, finding.line, finding.column, coloured,
                             finding.subject, describe(finding, session.language()),
                             out.faint("[" + finding.rule + "]")));
    }
    const int errors = report.count(Severity::Error);
    const std::string line = fmt::format(
        fmt::runtime(session.say({"{} errors, {} warnings, {} notes in {} demos with {} variants, {} recipes",
                                  "{} 个错误，{} 个警告，{} 个提示；{} 个演示，{} 个版本，{} 个构建配方"})),
        errors, report.count(Severity::Warning), report.count(Severity::Info), report.demos, report.variants,
        report.recipes);
    out.line(errors > 0 ? out.bad(line) : out.good(line));
}

} // namespace

int lintCatalog(const Session &session, const CatalogOptions &options)
{
    const Result<LintInput> input = readForLint(pathsOf(session, options));
    if (!input)
        return session.report(input.error());
    LintReport report = lint(*input);
    if (options.online) {
        std::vector<LintFinding> links = lintLinks(*input, {}, session.stopToken());
        if (session.stopToken().stop_requested())
            return session.report(cancelled());
        report.findings.insert(report.findings.end(), links.begin(), links.end());
        sortFindings(report.findings);
    }
    if (session.options().json)
        writeJson(session, report);
    else
        writeText(session, report);
    return report.count(Severity::Error) > 0 ? exitCode(ErrorKind::DamagedCatalog) : 0;
}

} // namespace firstlight
