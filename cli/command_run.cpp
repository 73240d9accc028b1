#include "cli/commands.h"

#include "catalog/estimating/experience.h"
#include "cli/browser.h"
#include "cli/consent.h"
#include "core/json_lines.h"
#include "runners/measuring/measure.h"
#include "text/choice_text.h"
#include "text/engine_text.h"
#include "text/error_text.h"

#include <algorithm>
#include <fmt/format.h>
#include <set>

namespace firstlight {

namespace {

void announce(const Session &session, const Chosen &chosen, const LaunchPlan &plan)
{
    if (session.options().json) {
        writeJsonLine(stdout, {{"event", "plan"}, {"plan", toJson(plan)}});
        return;
    }
    std::string what = plan.variant;
    if (const auto model
        = chosen.demo.models.find(chosen.choice.chosen() ? chosen.choice.chosen()->model : "");
        model != chosen.demo.models.end())
        what += ", " + model->second.name;
    if (plan.threads)
        what += ", "
                + fmt::format(
                    fmt::runtime(session.say(*plan.threads == 1 ? Phrase{"{} thread", "{} 个线程"}
                                                                : Phrase{"{} threads", "{} 个线程"})),
                    *plan.threads);
    session.out().line("  " + session.out().bold(in(chosen.demo.name, session.language())) + "  " + what
                       + "  "
                       + session.out().faint(fmt::format("firstlight choose {} --why", chosen.demo.id)));
}

nlohmann::json toJson(const ProofResult &proof)
{
    return {{"what", proof.what}, {"found", proof.found}, {"expected", proof.expected}, {"kept", proof.kept}};
}

/// What a person wants to see without asking. That the hardening came true is said only when it did not.
bool tellsAboutSpeed(const ProofResult &proof)
{
    return proof.what == "cpu-build" || proof.what == "threads" || proof.what == "gpu";
}

void tellReady(const Session &session, const Launched &launched)
{
    const RunningDemo &demo = launched.demo;
    if (session.options().json) {
        nlohmann::json proofs = nlohmann::json::array();
        for (const ProofResult &proof : launched.proofs)
            proofs.push_back(toJson(proof));
        writeJsonLine(stdout, {{"event", "ready"},
                               {"demo", toJson(demo)},
                               {"address", demo.address},
                               {"proofs", proofs},
                               {"alreadyRan", launched.alreadyRan},
                               {"imageDigest", launched.imageDigest},
                               {"secondsToReady", launched.secondsToReady}});
        return;
    }
    const Terminal &out = session.out();
    if (!launched.imageDigest.empty())
        out.line("  " + out.good("✔") + " " + session.say({"image       ", "镜像        "})
                 + launched.imageDigest);
    for (const ProofResult &proof : launched.proofs) {
        if (!proof.kept)
            out.line("  " + out.bad("✘ " + describe(proof, session.language())));
        else if (session.options().verbose || tellsAboutSpeed(proof))
            out.line("  " + out.good("✔") + " " + describe(proof, session.language()));
    }
    const Phrase answers = launched.alreadyRan ? Phrase{"runs already ", "已在运行    "}
                                               : Phrase{"answers     ", "已可访问    "};
    out.line("  " + out.good("✔") + " " + session.say(answers) + out.bold(demo.address));
    if (!demo.secret.empty())
        out.line("  " + session.say({"  password    ", "  密码        "}) + demo.secret);
    out.line("  " + session.say({"Stop it with: ", "停止命令："}) + "firstlight stop " + demo.demo);
}

/// Whether the next variant is worth a try: this image was made for another CPU, which nobody could know
/// before, or what it is made of cannot be had at the moment.
bool triesNext(const Error &error)
{
    static const std::set<std::string_view> codes = {"image-wrong-cpu", "registry-unreachable",
                                                     "image-pull-failed", "image-unknown", "download-failed"};
    return codes.contains(error.code);
}

const Variant &variantOf(const Demo &demo, const VariantChoice &choice)
{
    return *std::find_if(demo.variants.begin(), demo.variants.end(),
                         [&](const Variant &variant) { return variant.id == choice.variant; });
}

void tellPermissions(const Session &session, const LaunchPlan &plan)
{
    if (session.options().json || plan.security.permissions.empty())
        return;
    std::string line;
    for (const std::string &permission : plan.security.permissions)
        line += (line.empty() ? "" : session.say({", ", "，"}))
                + describePermission(permission, session.language());
    session.out().line("  " + session.out().faint(line));
}

/// What it showed is remembered, so that the next prediction is a measurement. Nothing of it can fail a run.
void measure(const Session &session, const Chosen &chosen, const VariantChoice &choice,
             const Launched &launched)
{
    if (launched.alreadyRan || !session.options().measure)
        return;
    const std::string &api = interfaceOf(chosen.demo, variantOf(chosen.demo, choice)).api;
    const Measured measured = measureDemo(launched.demo, api, launched.process, session.stopToken());
    if (!measured.memoryBytes && !measured.unitsPerSecond)
        return;
    if (!session.options().gpuLayers) // what the person divided says nothing about what we would
        static_cast<void>(appendRun(session.experienceFile(), machineKey(chosen.machine),
                                    {.demo = chosen.demo.id,
                                     .variant = choice.variant,
                                     .model = choice.model,
                                     .memoryBytes = measured.memoryBytes,
                                     .unit = measured.unit,
                                     .unitsPerSecond = measured.unitsPerSecond,
                                     .placement = choice.placement,
                                     .contextTokens = choice.contextTokens}));
    if (session.options().json) {
        nlohmann::json line{{"event", "measured"},
                            {"demo", chosen.demo.id},
                            {"variant", choice.variant},
                            {"process", launched.process}};
        if (measured.memoryBytes)
            line["memoryBytes"] = *measured.memoryBytes;
        if (measured.unit && measured.unitsPerSecond) {
            line["unit"] = nameOf(*measured.unit);
            line["unitsPerSecond"] = *measured.unitsPerSecond;
        }
        writeJsonLine(stdout, line);
        return;
    }
    if (measured.unit && measured.unitsPerSecond) {
        const Speed speed{*measured.unit, *measured.unitsPerSecond, 1, true};
        session.out().line("  " + describe(speed, session.language()));
    }
}

Result<Launched> launchVariant(const Session &session, const Chosen &chosen, const VariantChoice &variant,
                               Engine &engine)
{
    const auto plan = session.plan(chosen, variant);
    if (!plan)
        return fail(plan.error());
    announce(session, chosen, *plan);
    tellPermissions(session, *plan);
    if (session.options().json) {
        JsonProgress progress;
        return engine.launch(*plan, progress, session.stopToken());
    }
    TerminalProgress progress(session.out(), session.language());
    return engine.launch(*plan, progress, session.stopToken());
}

/// The demo as it runs already; nullopt if it does not.
std::optional<RunningDemo> runningAlready(const Session &session, Engine &engine)
{
    const auto running = engine.list(session.stopToken());
    if (!running)
        return std::nullopt;
    for (const RunningDemo &demo : *running) {
        if (demo.demo == session.options().demo && demo.state == DemoState::Ready)
            return demo;
    }
    return std::nullopt;
}

/// No variant can be started. But the demo itself may be what takes the memory that is not free.
int tellNothingRuns(const Session &session, const Chosen &chosen)
{
    Store store = session.store();
    if (auto engine = session.engine(chosen.machine, store)) {
        if (const auto demo = runningAlready(session, **engine)) {
            tellReady(session, {.demo = *demo, .alreadyRan = true});
            return 0;
        }
    }
    return session.report(nothingRuns(chosen.choice, session.language()));
}

} // namespace

int runDemo(const Session &session)
{
    const auto chosen = session.choose(true);
    if (!chosen)
        return session.report(chosen.error());
    if (!chosen->choice.chosen())
        return tellNothingRuns(session, *chosen);
    Store store = session.store();
    auto engine = session.engine(chosen->machine, store);
    if (!engine)
        return session.report(engine.error());

    int code = exitCode(ErrorKind::NothingRuns);
    for (const VariantChoice &variant : chosen->choice.ranked) {
        const bool wanted = session.options().variant.empty() || variant.variant == session.options().variant;
        if (variant.verdict != Verdict::RunsNow || !wanted)
            continue;
        if (const auto agreed = askForAgreement(session, chosen->demo, variantOf(chosen->demo, variant));
            !agreed)
            return session.report(agreed.error());
        const auto launched = launchVariant(session, *chosen, variant, **engine);
        if (launched) {
            tellReady(session, *launched);
            measure(session, *chosen, variant, *launched);
            if (session.options().openBrowser)
                openInBrowser(launched->demo.address);
            return 0;
        }
        code = session.report(launched.error());
        if (!triesNext(launched.error()))
            return code;
    }
    return code;
}

} // namespace firstlight
