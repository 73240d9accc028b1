#pragma once

#include "core/directories.h"
#include "core/result.h"
#include "runners/plan/launch_plan.h"
#include "runners/podman/libpod.h"

#include <string>

namespace firstlight {

/// Why the container of \a plan, whose process has ended before it was ready, did so. Its whole log is kept
/// in
/// `<state>/logs/<demo>.log`, whose path is the fact "log"; the last lines are the detail. Errors:
/// "image-wrong-cpu" {demo, variant} (SIGILL), "demo-died-memory" {demo, needed: the limit in bytes},
/// "demo-died" {demo, exit or signal}, "demo-stopped" {demo} (somebody else removed it).
Error whyItEnded(const LaunchPlan &plan, const std::string &container, Libpod &podman,
                 const Directories &directories);

/// "demo-not-ready" {demo, seconds, log}: it runs and does not answer.
Error whyNotReady(const LaunchPlan &plan, const std::string &container, Libpod &podman,
                  const Directories &directories);

} // namespace firstlight
