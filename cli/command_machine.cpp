#include "cli/commands.h"

#include "assistant/findings.h"
#include "assistant/outlook.h"
#include "core/json_lines.h"
#include "hardware/machine_diff.h"
#include "hardware/machine_json.h"
#include "hardware/machine_schema.h"
#include "hardware/recorder.h"
#include "text/finding_text.h"
#include "text/machine_text.h"

#include <fmt/format.h>

namespace firstlight {

namespace {

std::string markOf(Weight weight, const Terminal &out)
{
    switch (weight) {
    case Weight::Blocks:
        return out.bad("✘");
    case Weight::Slows:
        return out.warning("!");
    case Weight::Note:
        return out.faint("·");
    }
    return {};
}

void writeHeading(const Session &session, const Phrase &heading)
{
    session.out().line("  " + session.out().faint(session.say(heading)));
}

void writeFindings(const Session &session, const Machine &machine)
{
    const Terminal &out = session.out();
    const auto findings = findingsAbout(machine);
    writeHeading(session, {"WHAT HOLDS IT BACK", "不足之处"});
    if (findings.empty())
        out.line("    " + out.good("✔") + " "
                 + session.say({"nothing that Firstlight knows of", "没有发现问题"}));
    for (const Finding &finding : findings) {
        const Explanation text = explain(finding, session.language());
        out.line("    " + markOf(finding.weight, out) + " " + text.sentence);
        if (!text.remedy.empty())
            out.line("      " + out.faint(text.remedy));
    }
}

/// Names of the demos that run at once.
std::string runningDemos(const Session &session, const Machine &machine)
{
    std::string names;
    const auto catalog = session.catalog();
    if (!catalog)
        return names;
    for (const Demo &demo : catalog->demos) {
        const auto choice = choose(demo, machine);
        if (choice && choice->chosen())
            names += (names.empty() ? "" : ", ") + demo.id;
    }
    return names;
}

void writeOutlook(const Session &session, const Machine &machine)
{
    writeHeading(session, {"WHAT AI RUNS HERE", "可以运行的 AI"});
    std::vector<std::vector<std::string>> rows;
    std::string name = session.say({"language models", "语言模型"});
    const auto outlook = languageModelOutlook(machine);
    const bool told = !outlook.empty() || machine.memory.availableBytes || machine.memory.totalBytes;
    const auto lines = told ? describe(outlook, session.language())
                            : std::vector{session.say({"not known: nothing tells how much memory there is", "未知：没有内存大小的信息"})};
    for (const std::string &line : lines) {
        rows.push_back({session.out().faint(name), line});
        name.clear();
    }
    if (const std::string demos = runningDemos(session, machine); !demos.empty())
        rows.push_back({session.out().faint(session.say({"demos", "演示"})),
                        demos + session.out().faint("  firstlight list")});
    session.out().table(rows, "    ");
}

void writeMachine(const Session &session, const Machine &machine)
{
    writeHeading(session, {"THIS COMPUTER", "这台电脑"});
    std::vector<std::vector<std::string>> rows;
    for (const auto &[name, value] : describe(machine, session.language()))
        rows.push_back({session.out().faint(name), value});
    session.out().table(rows, "    ");
    writeOutlook(session, machine);
    writeFindings(session, machine);
}

/// A value in a cell of a table: words without their quotes, nothing as "–", the long cut short.
std::string shown(const std::optional<nlohmann::json> &value)
{
    if (!value || value->is_null())
        return "–";
    constexpr std::size_t longest = 50;
    std::string text = value->is_string() ? value->get<std::string>() : value->dump();
    if (text.size() <= longest)
        return text;
    std::size_t end = longest;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
        --end; // not in the middle of a character
    return text.substr(0, end) + "…";
}

int compareMachines(const Session &session)
{
    const auto a = loadMachine(session.options().compared[0]);
    if (!a)
        return session.report(a.error());
    const auto b = loadMachine(session.options().compared[1]);
    if (!b)
        return session.report(b.error());
    const auto differences = difference(*a, *b);
    if (session.options().json) {
        for (const MachineDifference &each : differences)
            writeJsonLine(stdout, {{"pointer", each.pointer},
                                   {"a", each.a.value_or(nullptr)},
                                   {"b", each.b.value_or(nullptr)}});
        return 0;
    }
    std::vector<std::vector<std::string>> rows;
    for (const MachineDifference &each : differences)
        rows.push_back({session.out().faint(each.pointer), shown(each.a), "→ " + shown(each.b)});
    session.out().table(rows);
    if (differences.empty())
        session.out().line("  " + session.say({"The two computers are equal.", "两台电脑相同。"}));
    return 0;
}

Result<Machine> probedMachine(const Session &session, Recorder *recorder)
{
    ProbeOptions options = session.probeOptions();
    options.trials = !session.options().quick;
    options.measurements = !session.options().quick;
    options.recorder = recorder;
    return session.machine(options);
}

} // namespace

int showVersion(const Session &session)
{
    if (session.options().json)
        writeJsonLine(stdout, {{"name", "firstlight"}, {"version", FIRSTLIGHT_VERSION}});
    else
        session.out().line("firstlight " FIRSTLIGHT_VERSION);
    return 0;
}

int showMachine(const Session &session)
{
    const Options &options = session.options();
    if (options.schema) {
        writeJsonLine(stdout, machineSchema());
        return 0;
    }
    if (!options.compared.empty())
        return compareMachines(session);
    Recorder recorder;
    const auto machine = probedMachine(session, options.recordInto.empty() ? nullptr : &recorder);
    if (!machine)
        return session.report(machine.error());
    if (!options.recordInto.empty()) {
        if (const auto written = recorder.write(options.recordInto); !written)
            return session.report(written.error());
    }
    if (options.json) {
        writeJsonLine(stdout, toJson(*machine));
    } else if (!options.recordInto.empty()) {
        session.out().line("  "
                           + session.say({"Recorded. Show it with: firstlight machine --root ",
                                          "已记录。查看：firstlight machine --root "})
                           + options.recordInto);
    } else {
        writeMachine(session, *machine);
    }
    return 0;
}

} // namespace firstlight
