#include "catalog/maintaining/explanation.h"
#include "cli/catalog_verbs.h"
#include "core/json_lines.h"
#include "text/choice_text.h"
#include "text/quantities.h"
#include "text/ranking_text.h"

#include <fmt/format.h>

namespace firstlight {

namespace {

std::string signOf(const Terminal &out, Truth truth)
{
    return truth == Truth::Yes ? out.good("✔") : truth == Truth::No ? out.bad("✘") : out.warning("?");
}

void writeTree(const Session &session, const std::string &file, const ExplainedRequirement &node, int depth)
{
    const Terminal &out = session.out();
    std::string line(static_cast<std::size_t>(4 + 2 * depth), ' ');
    line += signOf(out, node.truth) + " " + node.what;
    if (!node.needed.empty())
        line += ": " + node.needed;
    if (!node.device.empty())
        line += " " + node.device;
    if (!node.found.empty() && node.children.empty())
        line += session.say({" (found: ", "（实际为："}) + node.found + session.say({")", "）"});
    out.line(line + out.faint(fmt::format("  {}:{}:{}", file, node.line, node.column)));
    for (const ExplainedRequirement &child : node.children)
        writeTree(session, file, child, depth + 1);
}

std::string keysLine(const Session &session, const RankingKeys &keys)
{
    std::string line = describe(keys.verdict, session.language());
    const auto add = [&](const std::string &part) { line += " · " + part; };
    add(describe(keys.placement, session.language()));
    add(session.say({"pace ", "速度级 "})
        + (keys.pace ? std::to_string(*keys.pace) : session.say({"not known", "未知"})));
    add(keys.unlocked ? session.say({"tag", "标签"}) : session.say({"locked", "已锁定"}));
    add(session.say({"weight ", "权重 "}) + std::to_string(keys.weight));
    if (keys.memoryBytes)
        add(inBytes(*keys.memoryBytes));
    return line;
}

} // namespace

int explainDemo(const Session &session, const CatalogOptions &)
{
    const auto catalog = session.catalog();
    if (!catalog)
        return session.report(catalog.error());
    const auto demo = findDemo(*catalog, session.options().demo);
    if (!demo)
        return session.report(demo.error());
    const auto machine = session.machine();
    if (!machine)
        return session.report(machine.error());
    const auto explained = explainChoice(*demo, *machine, session.options().variant);
    if (!explained)
        return session.report(explained.error());
    const Terminal &out = session.out();
    for (const ExplainedVariant &variant : *explained) {
        if (session.options().json) {
            nlohmann::json line = toJson(variant);
            line["event"] = "variant";
            line["file"] = demo->file;
            writeJsonLine(stdout, line);
            continue;
        }
        out.line("  " + out.bold(variant.choice.variant) + "  " + keysLine(session, variant.keys));
        writeTree(session, demo->file, variant.requirement, 0);
        for (const Obstacle &obstacle : variant.choice.obstacles)
            out.line("    → " + describe(obstacle, session.language()));
        if (variant.beforeNext)
            out.line("    "
                     + out.faint(session.say({"before the next: ", "排在下一个之前："})
                                 + describe(*variant.beforeNext, session.language())));
        out.line();
    }
    return 0;
}

} // namespace firstlight
