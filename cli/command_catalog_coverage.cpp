#include "catalog/maintaining/coverage.h"
#include "cli/catalog_verbs.h"
#include "core/json_lines.h"
#include "text/choice_text.h"
#include "text/error_text.h"

#include <algorithm>
#include <fmt/format.h>

namespace firstlight {

namespace {

HeatMapWords wordsIn(Language language)
{
    return {.title = std::string(Phrase{"What each computer can run", "每台电脑能运行什么"}.in(language)),
            .runs = describe(Verdict::RunsNow, language),
            .afterFix = describe(Verdict::AfterFix, language),
            .unknown = describe(Verdict::Unknown, language),
            .cannot = describe(Verdict::Cannot, language)};
}

std::string styled(const Terminal &out, Verdict verdict, Language language)
{
    const std::string text = describe(verdict, language);
    return verdict == Verdict::RunsNow    ? out.good(text)
           : verdict == Verdict::AfterFix ? out.warning(text)
           : verdict == Verdict::Cannot   ? out.faint(text)
                                          : text;
}

/// One computer after the other, since no terminal is as wide as a catalog.
void writeTable(const Session &session, const Coverage &coverage)
{
    const Terminal &out = session.out();
    std::string nothing;
    for (const CoverageRow &row : coverage.rows) {
        out.line(out.bold(row.machine) + "  "
                 + out.faint(fmt::format("{}  {} / {}", row.architecture, row.running(), row.cells.size())));
        std::vector<std::vector<std::string>> rows;
        for (std::size_t index = 0; index < row.cells.size(); ++index) {
            const CoverageCell &cell = row.cells[index];
            rows.push_back({coverage.demos[index], styled(out, cell.verdict, session.language()),
                            cell.variant,
                            cell.nearest ? describe(*cell.nearest, session.language()) : cell.model});
        }
        out.table(rows, "  ");
        out.line();
        if (row.running() == 0)
            nothing += (nothing.empty() ? "" : ", ") + row.machine;
    }
    if (nothing.empty())
        out.line(out.good(session.say({"every computer gets something", "每台电脑都能运行一些演示"})));
    else
        out.line(out.warning(session.say({"nothing runs on: ", "什么也不能运行："}) + nothing));
}

Result<std::vector<Demo>> demosOf(const Session &session, const std::vector<std::string> &wanted)
{
    Result<Catalog> catalog = session.catalog();
    if (!catalog)
        return fail(catalog.error());
    for (const Error &fault : catalog->faults)
        session.report(fault);
    if (wanted.empty())
        return std::move(catalog->demos);
    std::vector<Demo> demos;
    for (const std::string &id : wanted) {
        Result<Demo> demo = findDemo(*catalog, id);
        if (!demo)
            return fail(demo.error());
        demos.push_back(*std::move(demo));
    }
    return demos;
}

void reportUnread(const Session &session, const Recordings &recordings)
{
    for (const Recordings::Unread &unread : recordings.unread) {
        const std::string why = explain(unread.reason, session.language()).sentence;
        std::fprintf(stderr, "  %s: %s\n", unread.path.c_str(), why.c_str());
    }
}

} // namespace

int showCoverage(const Session &session, const CatalogOptions &options)
{
    const Result<std::vector<Demo>> demos = demosOf(session, options.demos);
    if (!demos)
        return session.report(demos.error());
    const Result<Recordings> recordings = findRecordings({options.paths.begin(), options.paths.end()});
    if (!recordings)
        return session.report(recordings.error());
    const Coverage coverage = coverageOf(*demos, recordings->machines);
    if (session.options().json || options.format == "json") {
        nlohmann::json json = toJson(coverage);
        json["unread"] = nlohmann::json::array();
        for (const Recordings::Unread &unread : recordings->unread)
            json["unread"].push_back({{"path", unread.path}, {"reason", toJson(unread.reason)}});
        return writeOutput(session, options, json.dump() + "\n");
    }
    reportUnread(session, *recordings);
    if (options.format == "svg")
        return writeOutput(session, options, heatMap(coverage, wordsIn(session.language())));
    writeTable(session, coverage);
    return 0;
}

} // namespace firstlight
