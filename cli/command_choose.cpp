#include "cli/commands.h"

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

void explainVariant(const Session &session, const VariantChoice &choice)
{
    for (const Obstacle &obstacle : choice.obstacles) {
        if (const std::string remedy = remedyFor(obstacle, session.language()); !remedy.empty())
            session.out().line("      → " + remedy);
    }
    for (const std::string &line : describe(choice.estimate, session.language()))
        session.out().line("      " + session.out().faint(line));
}

void writeChoice(const Session &session, const Demo &demo, const Choice &choice)
{
    const Terminal &out = session.out();
    std::vector<std::vector<std::string>> rows;
    for (const VariantChoice &variant : choice.ranked) {
        const bool chosen = &variant == choice.chosen();
        const std::string why = variant.obstacles.empty()
                                    ? prediction(demo, variant, session.language())
                                    : reasons(variant, session.options().why, session.language());
        rows.push_back({chosen ? "►" : " ", chosen ? out.bold(variant.variant) : variant.variant,
                        styledVerdict(out, variant.verdict, session.language()), why});
    }
    if (!session.options().why) {
        out.table(rows, " ");
        return;
    }
    for (std::size_t index = 0; index < rows.size(); ++index) {
        out.table({rows[index]}, " ");
        explainVariant(session, choice.ranked[index]);
    }
}

} // namespace

int chooseVariant(const Session &session)
{
    const auto chosen = session.choose();
    if (!chosen)
        return session.report(chosen.error());
    if (session.options().json)
        writeJsonLine(stdout, toJson(chosen->choice));
    else
        writeChoice(session, chosen->demo, chosen->choice);
    return chosen->choice.chosen() ? 0 : exitCode(ErrorKind::NothingRuns);
}

} // namespace firstlight
