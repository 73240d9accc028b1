#pragma once

#include "cli/session.h"

namespace firstlight {

/// The engine for verbs that act on what runs already.
struct OpenedEngine {
    Store store;
    std::unique_ptr<Engine> engine;
};
Result<std::unique_ptr<OpenedEngine>> openEngine(const Session &session);

/// The demo of the command line. Errors: "demo-not-running" {demo}, and those of the engine.
Result<RunningDemo> findRunning(const Session &session, Engine &engine);

/// The same, if it can be talked to. Errors also: "demo-not-reachable" {demo, found}.
Result<RunningDemo> findReachable(const Session &session, Engine &engine);

} // namespace firstlight
