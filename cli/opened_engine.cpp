#include "cli/opened_engine.h"

#include "text/choice_text.h"

#include <algorithm>

namespace firstlight {

Result<std::unique_ptr<OpenedEngine>> openEngine(const Session &session)
{
    auto machine = session.machine(true);
    if (!machine)
        return fail(machine.error());
    auto opened = std::make_unique<OpenedEngine>(OpenedEngine{session.store(), nullptr});
    auto engine = session.engine(*machine, opened->store);
    if (!engine)
        return fail(engine.error());
    opened->engine = std::move(*engine);
    return opened;
}

Result<RunningDemo> findRunning(const Session &session, Engine &engine)
{
    auto running = engine.list(session.stopToken());
    if (!running)
        return fail(running.error());
    const auto found = std::find_if(running->begin(), running->end(), [&](const RunningDemo &demo) {
        return demo.demo == session.options().demo;
    });
    if (found == running->end())
        return fail({.code = "demo-not-running", .facts = {{"demo", session.options().demo}}});
    return *found;
}

Result<RunningDemo> findReachable(const Session &session, Engine &engine)
{
    auto demo = findRunning(session, engine);
    if (demo && demo->state != DemoState::Ready && demo->state != DemoState::Starting)
        return fail({.code = "demo-not-reachable",
                     .facts = {{"demo", demo->demo}, {"found", describe(demo->state, session.language())}}});
    return demo;
}

} // namespace firstlight
