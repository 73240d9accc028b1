#pragma once

#include "runners/engine.h"
#include "runners/podman/host_setup.h"
#include "text/language.h"

#include <string>

namespace firstlight {

/// What was done so that containers can run here: "uses runc, because crun cannot run here".
std::string describe(const Workaround &workaround, Language language);
/// "runs the zen4 build", or loudly that the plan did not come true.
std::string describe(const ProofResult &proof, Language language);

} // namespace firstlight
