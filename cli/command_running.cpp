#include "cli/commands.h"

#include "cli/browser.h"
#include "cli/opened_engine.h"
#include "core/json_lines.h"
#include "text/choice_text.h"

#include <algorithm>

namespace firstlight {

int listRunning(const Session &session)
{
    auto opened = openEngine(session);
    if (!opened)
        return session.report(opened.error());
    const auto running = (*opened)->engine->list(session.stopToken());
    if (!running)
        return session.report(running.error());
    if (session.options().json) {
        for (const RunningDemo &demo : *running)
            writeJsonLine(stdout, toJson(demo));
        return 0;
    }
    if (running->empty())
        session.out().line("  "
                           + session.say({"Nothing runs. Start something with: firstlight run chat",
                                          "没有正在运行的演示。启动一个：firstlight run chat"}));
    std::vector<std::vector<std::string>> rows;
    for (const RunningDemo &demo : *running)
        rows.push_back({session.out().bold(demo.demo), demo.variant, describe(demo.state, session.language()),
                        demo.state == DemoState::Stopped ? std::string() : demo.address});
    session.out().table(rows);
    return 0;
}

int showLogs(const Session &session)
{
    auto opened = openEngine(session);
    if (!opened)
        return session.report(opened.error());
    const auto onLine = [&](const std::string &line) {
        if (session.options().json)
            writeJsonLine(stdout, {{"line", line}});
        else
            session.out().line(line);
    };
    const auto read = (*opened)->engine->logs(session.options().demo, session.options().follow, onLine,
                                              session.stopToken());
    // Ctrl-C is how following ends, so it is not a failure.
    if (!read && !(session.options().follow && read.error().kind == ErrorKind::Cancelled))
        return session.report(read.error());
    return 0;
}

int openDemo(const Session &session)
{
    auto opened = openEngine(session);
    if (!opened)
        return session.report(opened.error());
    const auto demo = findReachable(session, *(*opened)->engine);
    if (!demo)
        return session.report(demo.error());
    const bool shown = openInBrowser(demo->address);
    if (session.options().json)
        writeJsonLine(stdout, {{"address", demo->address}, {"opened", shown}});
    else
        session.out().line("  " + demo->address);
    return 0;
}

int stopDemo(const Session &session)
{
    if (session.options().demo.empty() && !session.options().all)
        return session.report({.code = "stop-what", .facts = {}, .kind = ErrorKind::BadInput});
    auto opened = openEngine(session);
    if (!opened)
        return session.report(opened.error());
    Engine &engine = *(*opened)->engine;
    std::vector<std::string> demos{session.options().demo};
    if (session.options().all) {
        const auto running = engine.list(session.stopToken());
        if (!running)
            return session.report(running.error());
        demos.clear();
        for (const RunningDemo &demo : *running)
            demos.push_back(demo.demo);
    }
    for (const std::string &demo : demos) {
        const auto stopped = engine.stop(demo, session.stopToken());
        if (!stopped)
            return session.report(stopped.error());
        if (session.options().json)
            writeJsonLine(stdout, {{"event", "stopped"}, {"demo", demo}});
        else
            session.out().line("  " + session.out().good("✔") + " " + session.say({"stopped ", "已停止 "})
                               + demo);
    }
    return 0;
}

} // namespace firstlight
