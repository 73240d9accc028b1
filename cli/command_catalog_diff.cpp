#include "catalog/maintaining/catalog_diff.h"
#include "catalog/maintaining/explanation.h"
#include "cli/catalog_verbs.h"
#include "core/json_lines.h"
#include "text/choice_text.h"
#include "text/ranking_text.h"

#include <fmt/format.h>

namespace firstlight {

namespace {

std::string reasonOf(const Session &session, const PickChange &change)
{
    using Reason = PickChange::Reason;
    switch (change.reason) {
    case Reason::OnlyBefore:
        return session.say({"the earlier variant is gone", "原来的版本已移除"});
    case Reason::OnlyAfter:
        return session.say({"the variant is new", "新增的版本"});
    case Reason::Obstacle:
        return change.obstacle ? describe(*change.obstacle, session.language()) : "";
    case Reason::Model:
        return change.modelBefore + " → " + change.modelAfter;
    case Reason::Ranked:
        break;
    }
    return change.key ? describe(*change.key, session.language()) : "";
}

std::string wordOf(PickChange::Reason reason)
{
    static const char *const words[] = {"only-before", "only-after", "obstacle", "ranked", "model"};
    return words[static_cast<int>(reason)];
}

std::string wordOf(CatalogChange::Kind kind)
{
    return kind == CatalogChange::Kind::Added     ? "added"
           : kind == CatalogChange::Kind::Removed ? "removed"
                                                  : "changed";
}

void writeJson(const std::vector<CatalogChange> &changes, const std::vector<PickChange> &picks)
{
    const auto orNull
        = [](const std::string &text) { return text.empty() ? nlohmann::json() : nlohmann::json(text); };
    for (const CatalogChange &change : changes)
        writeJsonLine(stdout, {{"event", "change"},
                               {"kind", wordOf(change.kind)},
                               {"demo", change.demo},
                               {"field", orNull(change.field)},
                               {"before", orNull(change.before)},
                               {"after", orNull(change.after)}});
    for (const PickChange &pick : picks)
        writeJsonLine(stdout, {{"event", "pick"},
                               {"machine", pick.machine},
                               {"demo", pick.demo},
                               {"before", orNull(pick.before)},
                               {"after", orNull(pick.after)},
                               {"modelBefore", orNull(pick.modelBefore)},
                               {"modelAfter", orNull(pick.modelAfter)},
                               {"reason", wordOf(pick.reason)},
                               {"key", pick.key ? nlohmann::json(nameOf(*pick.key)) : nlohmann::json()},
                               {"obstacle",
                                pick.obstacle ? nlohmann::json(pick.obstacle->subject) : nlohmann::json()}});
    writeJsonLine(stdout, {{"event", "summary"}, {"changes", changes.size()}, {"picks", picks.size()}});
}

void writeText(const Session &session, const std::vector<CatalogChange> &changes,
               const std::vector<PickChange> &picks, bool compared)
{
    const Terminal &out = session.out();
    for (const CatalogChange &change : changes) {
        const std::string name = change.demo + (change.field.empty() ? "" : " " + change.field);
        if (change.kind == CatalogChange::Kind::Added)
            out.line(out.good("+ " + name) + (change.after.empty() ? "" : ": " + change.after));
        else if (change.kind == CatalogChange::Kind::Removed)
            out.line(out.bad("- " + name) + (change.before.empty() ? "" : ": " + change.before));
        else
            out.line(out.warning("~ " + name) + ": " + change.before + " → " + change.after);
    }
    const std::string none = session.say({"nothing", "无"});
    std::vector<std::vector<std::string>> rows;
    for (const PickChange &pick : picks)
        rows.push_back(
            {pick.machine, pick.demo,
             (pick.before.empty() ? none : pick.before) + " → " + (pick.after.empty() ? none : pick.after),
             reasonOf(session, pick)});
    out.table(rows, "  ");
    out.line(fmt::format(fmt::runtime(session.say({"{} changes", "{} 处改动"})), changes.size())
             + (compared ? fmt::format(fmt::runtime(session.say({", {} picks change", "，{} 处选择改变"})),
                                       picks.size())
                         : ""));
}

} // namespace

int diffCatalogs(const Session &session, const CatalogOptions &options)
{
    std::vector<std::vector<Demo>> sides;
    bool damaged = false;
    for (const std::string &path : options.paths) {
        Result<Catalog> catalog = loadCatalog(std::vector<CatalogSource>{
            {std::filesystem::absolute(path).lexically_normal(), CatalogOrigin::BuiltIn}});
        if (!catalog)
            return session.report(catalog.error());
        for (const Error &fault : catalog->faults)
            session.report(fault);
        damaged = damaged || !catalog->faults.empty();
        sides.push_back(std::move(catalog->demos));
    }
    const auto changes = changesBetween(sides[0], sides[1]);
    if (!changes)
        return session.report(changes.error());
    std::vector<PickChange> picks;
    if (!options.machines.empty()) {
        const auto recordings = findRecordings({options.machines});
        if (!recordings)
            return session.report(recordings.error());
        picks = pickChanges(sides[0], sides[1], recordings->machines);
    }
    if (session.options().json)
        writeJson(*changes, picks);
    else
        writeText(session, *changes, picks, !options.machines.empty());
    return damaged ? exitCode(ErrorKind::DamagedCatalog) : 0;
}

} // namespace firstlight
