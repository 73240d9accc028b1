#include "cli/commands.h"

#include "catalog/chooser.h"
#include "catalog/maintaining/coverage.h"
#include "catalog/maintaining/explanation.h"
#include "catalog/maintaining/lint.h"
#include "core/files.h"
#include "core/json_lines.h"
#include "hardware/machine_schema.h"
#include "text/choice_text.h"
#include "text/error_text.h"
#include "text/lint_text.h"

#include <algorithm>
#include <fmt/format.h>

namespace firstlight {

namespace {

namespace fs = std::filesystem;

std::string nameOf(LintSeverity severity)
{
    static constexpr const char *names[] = {"error", "warning", "note"};
    return names[static_cast<std::size_t>(severity)];
}

/// The catalogs named on the command line, or those that are in use.
Result<Catalog> namedCatalog(const Session &session)
{
    if (session.options().paths.empty())
        return session.catalog();
    std::vector<CatalogSource> sources;
    for (const std::string &path : session.options().paths)
        sources.push_back({fs::absolute(path).lexically_normal(), CatalogOrigin::BuiltIn});
    return loadCatalog(sources, session.directories().cache);
}

Result<Catalog> catalogAt(const Session &session, const std::string &path)
{
    return loadCatalog(fs::absolute(path).lexically_normal(), session.directories().cache);
}

std::string styled(const Session &session, LintSeverity severity)
{
    const std::string text = describe(severity, session.language());
    switch (severity) {
    case LintSeverity::Error:
        return session.out().bad(text);
    case LintSeverity::Warning:
        return session.out().warning(text);
    case LintSeverity::Note:
        break;
    }
    return session.out().faint(text);
}

/// Every recorded computer below \a folders, by name; what cannot be read is told and passed over.
std::vector<NamedMachine> machinesBelow(const Session &session, const std::vector<std::string> &folders)
{
    std::vector<NamedMachine> machines;
    const auto take = [&](const fs::path &path) {
        auto machine = loadMachine(path);
        if (machine)
            machines.push_back({path.filename().string(), std::move(*machine)});
        else
            static_cast<void>(session.report(machine.error()));
    };
    for (const std::string &folder : folders) {
        const fs::path path = folder;
        std::error_code error;
        if (!fs::is_directory(path, error) || fs::exists(path / "proc", error)
            || fs::exists(path / "sys", error)) {
            take(path);
            continue;
        }
        std::vector<fs::path> entries;
        for (fs::directory_iterator entry(path, error), end; !error && entry != end; entry.increment(error)) {
            if (!entry->path().filename().string().starts_with('.'))
                entries.push_back(entry->path());
        }
        std::sort(entries.begin(), entries.end());
        for (const fs::path &entry : entries)
            take(entry);
    }
    return machines;
}

int written(const Session &session, const std::string &text)
{
    if (session.options().output.empty()) {
        fmt::print("{}", text);
        return 0;
    }
    const auto done = writeFileAtomically(session.options().output, text);
    return done ? 0 : session.report(done.error());
}

void writeCoverage(const Session &session, const std::vector<CoverageRow> &rows)
{
    const Terminal &out = session.out();
    std::vector<std::vector<std::string>> table;
    for (const CoverageRow &row : rows) {
        std::string nothing;
        for (const CoverageCell &cell : row.cells) {
            if (cell.verdict != Verdict::RunsNow)
                nothing += (nothing.empty() ? "" : " ") + cell.demo;
        }
        table.push_back({out.bold(row.machine), fmt::format("{}/{}", row.running(), row.cells.size()),
                         out.faint(nothing)});
    }
    out.table(table);
}

/// Of one demo, what each computer gets.
void writeDemoCoverage(const Session &session, const std::vector<CoverageRow> &rows, const std::string &demo)
{
    const Terminal &out = session.out();
    std::vector<std::vector<std::string>> table;
    for (const CoverageRow &row : rows) {
        for (const CoverageCell &cell : row.cells) {
            if (cell.demo == demo)
                table.push_back({out.bold(row.machine), describe(cell.verdict, session.language()),
                                 cell.variant,
                                 cell.nearest ? describe(*cell.nearest, session.language()) : cell.model});
        }
    }
    out.table(table);
}

std::string markOf(const Session &session, Answer answer)
{
    switch (answer) {
    case Answer::Yes:
        return session.out().good("✔");
    case Answer::Unknown:
        return session.out().warning("?");
    case Answer::No:
        break;
    }
    return session.out().bad("✘");
}

void writeRequirement(const Session &session, const ExplainedRequirement &node, int depth)
{
    static constexpr const char *names[] = {"all", "any", "not", "device", ""};
    std::string line(static_cast<std::size_t>(4 + 2 * depth), ' ');
    line += markOf(session, node.answer) + " ";
    line += node.kind == Requirement::Kind::Term ? node.words : names[static_cast<std::size_t>(node.kind)];
    if (node.position.line > 0)
        line += session.out().faint(fmt::format("  {}:{}", node.position.line, node.position.column));
    const bool leaf = node.children.empty() || node.kind == Requirement::Kind::Device;
    for (const Obstacle &obstacle : leaf ? node.obstacles : Obstacles{})
        line += "  " + describe(obstacle, session.language());
    session.out().line(line);
    if (node.kind
        == Requirement::Kind::Device) { // its terms, without marks: they hold together or not at all
        for (const ExplainedRequirement &child : node.children)
            session.out().line(std::string(static_cast<std::size_t>(8 + 2 * depth), ' ')
                               + session.out().faint(child.words));
        return;
    }
    for (const ExplainedRequirement &child : node.children)
        writeRequirement(session, child, depth + 1);
}

nlohmann::json toJson(const ExplainedRequirement &node)
{
    static constexpr const char *kinds[] = {"all", "any", "not", "device", "term"};
    static constexpr const char *answers[] = {"yes", "unknown", "no"};
    nlohmann::json children = nlohmann::json::array();
    for (const ExplainedRequirement &child : node.children)
        children.push_back(toJson(child));
    return {{"kind", kinds[static_cast<std::size_t>(node.kind)]},
            {"words", node.words},
            {"answer", answers[static_cast<std::size_t>(node.answer)]},
            {"line", node.position.line},
            {"column", node.position.column},
            {"children", std::move(children)}};
}

void writeRanking(const Session &session, const Demo &demo, const Choice &choice)
{
    std::vector<std::vector<std::string>> rows;
    for (const ExplainedRank &rank : explainRanking(demo, choice)) {
        static constexpr const char *placements[] = {"accelerator", "offload", "cpu"};
        rows.push_back({session.out().bold(rank.variant), describe(rank.verdict, session.language()),
                        placements[static_cast<std::size_t>(rank.placement)],
                        rank.pace ? fmt::format("pace {}", *rank.pace) : "pace ?",
                        fmt::format("weight {}", rank.weight), rank.unlocked ? "tag" : "locked"});
    }
    session.out().table(rows, "    ");
}

} // namespace

int lintCatalogs(const Session &session)
{
    const auto catalog = namedCatalog(session);
    if (!catalog)
        return session.report(catalog.error());
    const std::vector<LintFinding> findings = lintCatalog(*catalog);
    int counts[3] = {};
    for (const LintFinding &finding : findings) {
        ++counts[static_cast<std::size_t>(finding.severity)];
        if (session.options().json) {
            writeJsonLine(stdout, {{"severity", nameOf(finding.severity)},
                                   {"rule", finding.rule},
                                   {"file", finding.file},
                                   {"line", finding.line},
                                   {"column", finding.column},
                                   {"facts", finding.facts},
                                   {"message", describe(finding, session.language())}});
            continue;
        }
        session.out().line(fmt::format("{}:{}:{}: {}: {} [{}]", finding.file, finding.line, finding.column,
                                       styled(session, finding.severity),
                                       describe(finding, session.language()), finding.rule));
    }
    std::size_t variants = 0;
    for (const Demo &demo : catalog->demos)
        variants += demo.variants.size();
    if (!session.options().json)
        session.out().line(fmt::format(
            fmt::runtime(session.say({"  {} demos, {} variants: {} errors, {} warnings, {} notes",
                                      "  {} 个演示，{} 个版本：{} 个错误，{} 个警告，{} 个提示"})),
            catalog->demos.size(), variants, counts[0], counts[1], counts[2]));
    return counts[0] > 0 ? exitCode(ErrorKind::DamagedCatalog) : 0;
}

int showCoverage(const Session &session)
{
    const auto catalog = session.catalog();
    if (!catalog)
        return session.report(catalog.error());
    if (!session.options().demo.empty()) {
        if (const auto demo = findDemo(*catalog, session.options().demo); !demo)
            return session.report(demo.error());
    }
    const auto rows = coverageOf(*catalog, machinesBelow(session, session.options().paths));
    if (session.options().json || session.options().format == "json") {
        std::string lines;
        for (const CoverageRow &row : rows)
            lines += toJson(row).dump() + "\n";
        return written(session, lines);
    }
    if (session.options().format == "svg")
        return written(session, toSvg(rows));
    if (session.options().demo.empty())
        writeCoverage(session, rows);
    else
        writeDemoCoverage(session, rows, session.options().demo);
    return 0;
}

int diffCatalogs(const Session &session)
{
    const auto before = catalogAt(session, session.options().paths.at(0));
    const auto after = catalogAt(session, session.options().paths.at(1));
    for (const auto *each : {&before, &after}) {
        if (!*each)
            return session.report(each->error());
        for (const Error &fault : (*each)->faults)
            static_cast<void>(session.report(fault));
    }
    std::vector<NamedMachine> machines;
    if (!session.options().machines.empty())
        machines = machinesBelow(session, session.options().machines);
    const CatalogDiff diff = diffOf(*before, *after, machines);
    if (session.options().json) {
        nlohmann::json picks = nlohmann::json::array();
        for (const PickChange &pick : diff.picks)
            picks.push_back({{"machine", pick.machine},
                             {"demo", pick.demo},
                             {"before", pick.before.variant},
                             {"after", pick.after.variant}});
        writeJsonLine(stdout, {{"added", diff.added},
                               {"removed", diff.removed},
                               {"changed", diff.changed},
                               {"addedVariants", diff.addedVariants},
                               {"removedVariants", diff.removedVariants},
                               {"picks", picks}});
        return 0;
    }
    const Terminal &out = session.out();
    const auto list = [&](const char *mark, const std::vector<std::string> &names) {
        for (const std::string &name : names)
            out.line(fmt::format("  {} {}", mark, name));
    };
    list("+", diff.added);
    list("-", diff.removed);
    list("+", diff.addedVariants);
    list("-", diff.removedVariants);
    list("~", diff.changed);
    std::vector<std::vector<std::string>> rows;
    for (const PickChange &pick : diff.picks)
        rows.push_back({out.bold(pick.machine), pick.demo, pick.before.variant + " → " + pick.after.variant,
                        describe(pick.before.verdict, session.language()) + " → "
                            + describe(pick.after.verdict, session.language())});
    out.table(rows);
    return 0;
}

int explainDemo(const Session &session)
{
    const auto chosen = session.choose();
    if (!chosen)
        return session.report(chosen.error());
    if (session.options().json) {
        for (const Variant &variant : chosen->demo.variants) {
            if (session.options().variant.empty() || variant.id == session.options().variant)
                writeJsonLine(stdout,
                              {{"variant", variant.id},
                               {"file", chosen->demo.file},
                               {"requirement", toJson(explainRequirement(variant, chosen->machine))}});
        }
        return 0;
    }
    session.out().line("  " + session.out().faint(chosen->demo.file));
    for (const VariantChoice &choice : chosen->choice.ranked) {
        if (!session.options().variant.empty() && choice.variant != session.options().variant)
            continue;
        const auto variant = std::find_if(chosen->demo.variants.begin(), chosen->demo.variants.end(),
                                          [&](const Variant &each) { return each.id == choice.variant; });
        session.out().line("  " + session.out().bold(variant->id) + "  "
                           + describe(choice.verdict, session.language()));
        writeRequirement(session, explainRequirement(*variant, chosen->machine), 0);
    }
    session.out().line("  " + session.out().faint(session.say({"RANKED BY", "排序依据"})));
    writeRanking(session, chosen->demo, chosen->choice);
    return 0;
}

int showCatalogSchema(const Session &session)
{
    const std::string &what = session.options().demo;
    if (what == "machine") {
        fmt::print("{}\n", machineSchema().dump(2));
        return 0;
    }
    const fs::path folder = session.catalogSources().front().path / "schema";
    const auto text = readFile(
        folder / (what == "recipe" ? "firstlight-recipe-1.schema.json" : "firstlight-1.schema.json"));
    if (!text)
        return session.report(text.error());
    fmt::print("{}", *text);
    return 0;
}

} // namespace firstlight
