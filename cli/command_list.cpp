#include "cli/commands.h"

#include "catalog/chooser.h"
#include "core/json_lines.h"
#include "text/choice_text.h"
#include "text/error_text.h"
#include "text/quantities.h"

#include <algorithm>

namespace firstlight {

namespace {

struct Listed {
    const Demo *demo;
    Choice choice;

    Verdict verdict() const
    {
        return choice.ranked.empty() ? Verdict::Cannot : choice.ranked.front().verdict;
    }
};

std::vector<std::string> row(const Session &session, const Listed &listed)
{
    const Language language = session.language();
    const bool ours = listed.demo->origin == CatalogOrigin::BuiltIn;
    const std::string mark = ours ? "" : session.say({" (other catalog)", "（其他目录）"});
    std::vector<std::string> cells{session.out().bold(listed.demo->id),
                                   in(listed.demo->summary, language) + mark};
    if (listed.choice.ranked.empty())
        return cells;
    const VariantChoice &best = listed.choice.ranked.front();
    if (best.verdict == Verdict::RunsNow) {
        cells.push_back(best.estimate.speed ? describe(*best.estimate.speed, language) : std::string());
        cells.push_back(best.estimate.memoryBytes ? inBytes(*best.estimate.memoryBytes) : std::string());
    } else if (!best.obstacles.empty())
        cells.push_back(describe(best.obstacles.front(), language));
    return cells;
}

void writeGroup(const Session &session, const std::vector<Listed> &demos,
                const std::vector<Verdict> &verdicts, const Phrase &heading)
{
    std::vector<std::vector<std::string>> rows;
    for (const Listed &listed : demos) {
        if (std::find(verdicts.begin(), verdicts.end(), listed.verdict()) != verdicts.end())
            rows.push_back(row(session, listed));
    }
    if (rows.empty())
        return;
    session.out().line("  " + session.out().faint(session.say(heading)));
    session.out().table(rows, "    ");
}

nlohmann::json originOf(const Demo &demo)
{
    static constexpr const char *kinds[] = {"built-in", "system", "user", "given"};
    return {{"kind", kinds[static_cast<std::size_t>(demo.origin)]},
            {"file", demo.file},
            {"replaces", demo.replaces.empty() ? nlohmann::json() : nlohmann::json(demo.replaces)}};
}

nlohmann::json toJson(const Listed &listed)
{
    return {{"id", listed.demo->id},
            {"origin", originOf(*listed.demo)},
            {"name", {{"en", listed.demo->name.en}, {"zh_CN", listed.demo->name.zhCn}}},
            {"summary", {{"en", listed.demo->summary.en}, {"zh_CN", listed.demo->summary.zhCn}}},
            {"choice", toJson(listed.choice)}};
}

nlohmann::json toJson(const Demo &demo)
{
    nlohmann::json prompts = nlohmann::json::array();
    for (const LocalizedText &prompt : demo.prompts)
        prompts.push_back({{"en", prompt.en}, {"zh_CN", prompt.zhCn}});
    nlohmann::json variants = nlohmann::json::array();
    for (const Variant &variant : demo.variants)
        variants.push_back({{"id", variant.id},
                            {"recipe", variant.recipe},
                            {"image", variant.image},
                            {"unlocked", variant.unlocked},
                            {"permissions", variant.permissions}});
    return {{"id", demo.id},
            {"origin", originOf(demo)},
            {"consent", demo.consent ? nlohmann::json{{"en", demo.consent->en}, {"zh_CN", demo.consent->zhCn}}
                                     : nlohmann::json()},
            {"name", {{"en", demo.name.en}, {"zh_CN", demo.name.zhCn}}},
            {"summary", {{"en", demo.summary.en}, {"zh_CN", demo.summary.zhCn}}},
            {"licence", {{"code", demo.codeLicence}, {"weights", demo.weightsLicence}}},
            {"project", demo.project},
            {"try", prompts},
            {"variants", variants}};
}

} // namespace

int listDemos(const Session &session)
{
    const auto catalog = session.catalog();
    if (!catalog)
        return session.report(catalog.error());
    const auto machine = session.machine();
    if (!machine)
        return session.report(machine.error());
    std::vector<Listed> demos;
    auto choices = Chooser(*machine, session.wishes(*machine)).chooseAll(catalog->demos);
    for (std::size_t index = 0; index < choices.size(); ++index) {
        if (choices[index])
            demos.push_back({&catalog->demos[index], *std::move(choices[index])});
    }
    if (session.options().json) {
        for (const Listed &listed : demos)
            writeJsonLine(stdout, toJson(listed));
    } else {
        writeGroup(session, demos, {Verdict::RunsNow}, {"RUNS HERE", "可以在这里运行"});
        writeGroup(session, demos, {Verdict::AfterFix}, {"RUNS AFTER A FIX", "修复后可以运行"});
        writeGroup(session, demos, {Verdict::Unknown, Verdict::Cannot},
                   {"NOT ON THIS COMPUTER", "不能在这台电脑上运行"});
    }
    int code = 0;
    for (const Error &fault : catalog->faults)
        code = session.report(fault);
    return code;
}

int showDemo(const Session &session)
{
    const auto catalog = session.catalog();
    if (!catalog)
        return session.report(catalog.error());
    const auto found = findDemo(*catalog, session.options().demo);
    if (!found)
        return session.report(found.error());
    const Demo &demo = *found;
    if (session.options().licences)
        return showLicences(session, demo);
    if (session.options().sbom)
        return showBillOfMaterials(session, demo);
    if (session.options().json) {
        writeJsonLine(stdout, toJson(demo));
        return 0;
    }
    const Terminal &out = session.out();
    const Language language = session.language();
    out.line("  " + out.bold(in(demo.name, language)) + "  " + in(demo.summary, language));
    for (const LocalizedText &prompt : demo.prompts)
        out.line("    “" + in(prompt, language) + "”");
    std::vector<std::vector<std::string>> rows;
    rows.push_back({session.say({"licence", "许可证"}), demo.codeLicence + " / " + demo.weightsLicence});
    if (demo.origin != CatalogOrigin::BuiltIn)
        rows.push_back({session.say({"catalog", "目录"}), demo.file});
    if (!demo.replaces.empty())
        rows.push_back({session.say({"replaces", "替换"}), demo.replaces});
    if (demo.consent)
        rows.push_back({session.say({"agree to", "需同意"}), in(*demo.consent, language)});
    if (!demo.project.empty())
        rows.push_back({session.say({"project", "项目"}), demo.project});
    for (const auto &[id, model] : demo.models)
        rows.push_back({session.say({"model", "模型"}),
                        model.name + (model.file.sizeBytes ? ", " + inBytes(*model.file.sizeBytes) : "")});
    for (const Variant &variant : demo.variants)
        rows.push_back({session.say({"variant", "版本"}),
                        variant.id + (variant.image.empty() ? "" : "  " + variant.image)
                            + (variant.unlocked ? session.say({"  (unlocked)", "（未锁定）"}) : "")});
    out.table(rows);
    return 0;
}

} // namespace firstlight
