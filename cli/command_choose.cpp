#include "cli/commands.h"

#include "catalog/chooser.h"
#include "core/json_lines.h"
#include "text/choice_text.h"
#include "text/error_text.h"
#include "text/quantities.h"

#include <fmt/format.h>

namespace firstlight {

namespace {

std::string styledVerdict(const Terminal &out, Verdict verdict, Language language)
{
    const std::string text = describe(verdict, language);
    switch (verdict) {
    case Verdict::RunsNow:
        return out.good(text);
    case Verdict::AfterFix:
        return out.warning(text);
    case Verdict::Unknown:
        return text;
    case Verdict::Cannot:
        return out.faint(text);
    }
    return text;
}

/// Model, memory and speed, as far as they are known.
std::string prediction(const Demo &demo, const VariantChoice &choice, Language language)
{
    std::string text;
    const auto add = [&](const std::string &part) { text += (text.empty() ? "" : ", ") + part; };
    if (const auto model = demo.models.find(choice.model); model != demo.models.end())
        add(model->second.name);
    if (choice.estimate.memoryBytes)
        add(inBytes(*choice.estimate.memoryBytes) + std::string(Phrase{" of memory", " 内存"}.in(language)));
    if (choice.estimate.speed)
        add(describe(*choice.estimate.speed, language));
    if (choice.gpuLayers)
        add(fmt::format(
            fmt::runtime(std::string(Phrase{"{} layers on the GPU", "GPU 上 {} 层"}.in(language))),
            *choice.gpuLayers));
    if (choice.contextTokens)
        add(fmt::format(
            fmt::runtime(std::string(Phrase{"{} tokens of context", "{} 词元上下文"}.in(language))),
            *choice.contextTokens));
    return text;
}

/// What decides the verdict; all that is in the way with \a everything. Who has no such GPU need not read of
/// the disk.
std::string reasons(const VariantChoice &choice, bool everything, Language language)
{
    std::string text;
    for (const Obstacle &obstacle : choice.obstacles) {
        const bool decides = choice.verdict != Verdict::Cannot || (!obstacle.fixable && !obstacle.unknown);
        if (decides || everything)
            text += (text.empty() ? "" : "; ") + describe(obstacle, language);
    }
    return text;
}

void explainVariant(const Session &session, const Chosen &chosen, const VariantChoice &choice)
{
    for (const Obstacle &obstacle : choice.obstacles) {
        if (const std::string remedy = remedyFor(obstacle, session.language()); !remedy.empty())
            session.out().line("      → " + remedy);
    }
    const EstimateParts parts = explainEstimate(chosen.demo, choice, chosen.machine);
    for (const std::string &line : describe(choice.estimate, parts, session.language()))
        session.out().line("      " + session.out().faint(line));
}

void writeChoice(const Session &session, const Chosen &chosen)
{
    const Demo &demo = chosen.demo;
    const Choice &choice = chosen.choice;
    const Terminal &out = session.out();
    std::vector<std::vector<std::string>> rows;
    for (const VariantChoice &variant : choice.ranked) {
        const bool taken = &variant == choice.chosen();
        const std::string why = variant.obstacles.empty()
                                    ? prediction(demo, variant, session.language())
                                    : reasons(variant, session.options().why, session.language());
        rows.push_back({taken ? "►" : " ", taken ? out.bold(variant.variant) : variant.variant,
                        styledVerdict(out, variant.verdict, session.language()), why});
    }
    if (!session.options().why) {
        out.table(rows, " ");
        return;
    }
    for (std::size_t index = 0; index < rows.size(); ++index) {
        out.table({rows[index]}, " ");
        explainVariant(session, chosen, choice.ranked[index]);
    }
}

} // namespace

namespace {

/// Every demo of the catalog, the chosen variant of each or why there is none.
int chooseEverywhere(const Session &session)
{
    const auto catalog = session.catalog();
    if (!catalog)
        return session.report(catalog.error());
    const auto machine = session.machine();
    if (!machine)
        return session.report(machine.error());
    const auto choices = Chooser(*machine, session.wishes(*machine)).chooseAll(catalog->demos);
    std::vector<std::vector<std::string>> rows;
    for (std::size_t index = 0; index < choices.size(); ++index) {
        const Demo &demo = catalog->demos[index];
        const Result<Choice> &choice = choices[index];
        if (!choice)
            return session.report(choice.error());
        if (session.options().json) {
            writeJsonLine(stdout, toJson(*choice, demo, *machine));
            continue;
        }
        const VariantChoice &best = choice->ranked.front();
        rows.push_back({session.out().bold(demo.id), best.variant,
                        styledVerdict(session.out(), best.verdict, session.language()),
                        best.obstacles.empty() ? prediction(demo, best, session.language())
                                               : reasons(best, session.options().why, session.language())});
    }
    session.out().table(rows);
    int code = 0;
    for (const Error &fault : catalog->faults)
        code = session.report(fault);
    return code;
}

} // namespace

int chooseVariant(const Session &session)
{
    if (session.options().all)
        return chooseEverywhere(session);
    if (session.options().demo.empty())
        return session.report(
            {.code = "demo-missing", .facts = {{"verb", "choose"}}, .kind = ErrorKind::BadInput});
    const auto chosen = session.choose();
    if (!chosen)
        return session.report(chosen.error());
    if (session.options().json)
        writeJsonLine(stdout, toJson(chosen->choice, chosen->demo, chosen->machine));
    else
        writeChoice(session, *chosen);
    return chosen->choice.chosen() ? 0 : exitCode(ErrorKind::NothingRuns);
}

} // namespace firstlight
