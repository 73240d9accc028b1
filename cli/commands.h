#pragma once

#include "cli/session.h"

namespace firstlight {

/// One function a verb; each returns the exit code of the process.
int showVersion(const Session &session);
int showMachine(const Session &session);
int listDemos(const Session &session);
int showDemo(const Session &session);
/// Of `show --licences` and `show --sbom`.
int showLicences(const Session &session, const Demo &demo);
int showBillOfMaterials(const Session &session, const Demo &demo);
int chooseVariant(const Session &session);
int showPlan(const Session &session);
int runDemo(const Session &session);
int listRunning(const Session &session);
int showLogs(const Session &session);
int openDemo(const Session &session);
int tryDemo(const Session &session);
int stopDemo(const Session &session);
/// Nothing was asked: what there is to ask.
int showWelcome(const Session &session);

} // namespace firstlight
