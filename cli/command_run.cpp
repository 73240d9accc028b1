#include "cli/commands.h"

#include "cli/browser.h"
#include "core/json_lines.h"
#include "text/choice_text.h"
#include "text/engine_text.h"
#include "text/error_text.h"

#include <fmt/format.h>

namespace firstlight {

namespace {

/// What a run needs, in the order it is found out.
struct Run {
    Catalog catalog;
    Demo demo;
    Machine machine;
    Choice choice;
};

Result<Run> prepare(const Session &session)
{
    auto catalog = session.catalog();
    if (!catalog)
        return fail(catalog.error());
    auto demo = findDemo(*catalog, session.options().demo);
    if (!demo)
        return fail(demo.error());
    auto machine = session.machine(true);
    if (!machine)
        return fail(machine.error());
    auto choice = choose(*demo, *machine, {session.options().variant, session.options().context});
    if (!choice)
        return fail(choice.error());
    return Run{std::move(*catalog), std::move(*demo), std::move(*machine), std::move(*choice)};
}

void announce(const Session &session, const Run &run, const LaunchPlan &plan)
{
    if (session.options().json) {
        writeJsonLine(stdout, {{"event", "plan"}, {"plan", toJson(plan)}});
        return;
    }
    std::string what = plan.variant;
    if (const auto model = run.demo.models.find(run.choice.chosen() ? run.choice.chosen()->model : ""); model != run.demo.models.end())
        what += ", " + model->second.name;
    if (plan.threads)
        what += ", " + fmt::format(fmt::runtime(session.say({"{} threads", "{} 个线程"})), *plan.threads);
    session.out().line("  " + session.out().bold(in(run.demo.name, session.language())) + "  " + what + "  "
                       + session.out().faint(fmt::format("firstlight choose {} --why", run.demo.id)));
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
        writeJsonLine(stdout, {{"event", "ready"}, {"demo", toJson(demo)}, {"address", demo.address}, {"proofs", proofs},
                               {"alreadyRan", launched.alreadyRan}, {"imageDigest", launched.imageDigest},
                               {"secondsToReady", launched.secondsToReady}});
        return;
    }
    const Terminal &out = session.out();
    if (!launched.imageDigest.empty())
        out.line("  " + out.good("✔") + " " + session.say({"image       ", "镜像        "}) + launched.imageDigest);
    for (const ProofResult &proof : launched.proofs) {
        if (!proof.kept)
            out.line("  " + out.bad("✘ " + describe(proof, session.language())));
        else if (session.options().verbose || tellsAboutSpeed(proof))
            out.line("  " + out.good("✔") + " " + describe(proof, session.language()));
    }
    const Phrase answers = launched.alreadyRan ? Phrase{"runs already ", "已在运行    "} : Phrase{"answers     ", "已可访问    "};
    out.line("  " + out.good("✔") + " " + session.say(answers) + out.bold(demo.address));
    out.line("  " + session.say({"Stop it with: ", "停止命令："}) + "firstlight stop " + demo.demo);
}

/// Whether the next variant is worth a try: this image was made for another CPU, which nobody could know before.
bool triesNext(const Error &error)
{
    return error.code == "image-wrong-cpu";
}

Result<Launched> launchVariant(const Session &session, const Run &run, const VariantChoice &variant, Engine &engine)
{
    const auto plan = session.plan(run.catalog, run.demo, run.choice, variant, run.machine);
    if (!plan)
        return fail(plan.error());
    announce(session, run, *plan);
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
int tellNothingRuns(const Session &session, const Run &run)
{
    Store store = session.store();
    if (auto engine = session.engine(run.machine, store)) {
        if (const auto demo = runningAlready(session, **engine)) {
            tellReady(session, {.demo = *demo, .alreadyRan = true});
            return 0;
        }
    }
    return session.report(nothingRuns(run.choice, session.language()));
}

}

int runDemo(const Session &session)
{
    const auto run = prepare(session);
    if (!run)
        return session.report(run.error());
    if (!run->choice.chosen())
        return tellNothingRuns(session, *run);
    Store store = session.store();
    auto engine = session.engine(run->machine, store);
    if (!engine)
        return session.report(engine.error());

    int code = exitCode(ErrorKind::NothingRuns);
    for (const VariantChoice &variant : run->choice.ranked) {
        const bool wanted = session.options().variant.empty() || variant.variant == session.options().variant;
        if (variant.verdict != Verdict::RunsNow || !wanted)
            continue;
        const auto launched = launchVariant(session, *run, variant, **engine);
        if (launched) {
            tellReady(session, *launched);
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

}
