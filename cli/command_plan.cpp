#include "cli/commands.h"

#include "core/json_lines.h"
#include "core/process.h"
#include "runners/podman/demo_folder.h"
#include "runners/podman/host_setup.h"
#include "runners/podman/spec.h"
#include "text/choice_text.h"
#include "text/quantities.h"

#include <fmt/format.h>

namespace firstlight {

namespace {

void writePlan(const Session &session, const LaunchPlan &plan)
{
    const Terminal &out = session.out();
    std::vector<std::vector<std::string>> rows;
    const auto add = [&](const Phrase &name, const std::string &value) {
        rows.push_back({out.faint(session.say(name)), value});
    };
    add({"variant", "版本"}, plan.variant);
    add({"image", "镜像"},
        plan.image.reference + (plan.image.unlocked ? session.say({"  (unlocked)", "（未锁定）"}) : ""));
    for (const WantedFile &file : plan.files)
        add({"file", "文件"}, file.name + (file.sizeBytes ? ", " + inBytes(*file.sizeBytes) : "")
                                  + (file.sha256 ? ", sha256 " + file.sha256->substr(0, 12) : ""));
    std::string arguments;
    for (const std::string &argument : plan.arguments)
        arguments += (arguments.empty() ? "" : " ") + argument;
    add({"arguments", "参数"}, arguments);
    for (const TunedSetting &setting : plan.tuned)
        add({"tuned", "调优"}, describe(setting, session.language()));
    add({"address", "地址"}, plan.publication.hostPort == 0
                                 ? session.say({"127.0.0.1, a free port", "127.0.0.1，空闲端口"})
                                 : fmt::format("127.0.0.1:{}", plan.publication.hostPort));
    add({"network", "网络"},
        plan.publication.throughSocket ? session.say({"none", "无"}) : session.say({"yes", "有"}));
    for (const std::string &permission : plan.security.permissions)
        add({"permission", "权限"}, permission);
    out.table(rows);
}

/// The same launch by hand: `podman run` with the environment that this host needs, quoted for a shell.
Result<std::string> podmanLine(const Session &session, const LaunchPlan &plan, const Machine &machine)
{
    const auto setup = planHostSetup(machine, session.directories());
    if (!setup)
        return fail(setup.error());
    LaunchPlace place{.image = plan.image.reference, .hostPort = plan.publication.hostPort};
    if (plan.publication.throughSocket)
        place.demoFolder = demosFolder(session.directories(), plan.demo) / "by-hand";
    ProcessSpec line{.program = setup->podman, .arguments = toPodmanRun(plan, *setup, place)};
    if (setup->environment.empty())
        return line.commandLine();
    line.arguments.insert(line.arguments.begin(), line.program);
    for (const auto &[name, value] : setup->environment)
        line.arguments.insert(line.arguments.begin(), name + "=" + value);
    line.program = "env";
    return line.commandLine();
}

int writePodmanLine(const Session &session, const LaunchPlan &plan, const Machine &machine)
{
    const auto line = podmanLine(session, plan, machine);
    if (!line)
        return session.report(line.error());
    session.out().line(*line);
    return 0;
}

} // namespace

int showPlan(const Session &session)
{
    const auto chosen = session.choose();
    if (!chosen)
        return session.report(chosen.error());
    if (!chosen->choice.chosen())
        return session.report(nothingRuns(chosen->choice, session.language()));
    const auto plan = session.plan(*chosen, *chosen->choice.chosen());
    if (!plan)
        return session.report(plan.error());
    if (session.options().json || session.options().format == "json")
        writeJsonLine(stdout, toJson(*plan));
    else if (session.options().format == "podman")
        return writePodmanLine(session, *plan, chosen->machine);
    else
        writePlan(session, *plan);
    return 0;
}

} // namespace firstlight
