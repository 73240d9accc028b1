#pragma once

#include "runners/plan/launch_plan.h"
#include "runners/running_demo.h"

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace firstlight {

/// What the log of the demo shows of the proofs that the catalog asks for. A pattern that is found nowhere
/// gives an empty `found`, and is not kept if something is expected. Lines longer than 4 KiB are cut
/// (std::regex recurses).
std::vector<ProofResult> proofsFromLog(const std::vector<ProofNeed> &needs,
                                       const std::vector<std::string> &log);

/// Whether the limits and the hardening of the plan came true, by podman's inspect of the running container
/// (\a inspected) and by what the kernel says of its first process (\a processStatus: the text of
/// /proc/PID/status; empty: not readable, then podman's word is taken).
std::vector<ProofResult> proofsOfSettings(const LaunchPlan &plan, const nlohmann::json &inspected,
                                          const std::string &processStatus);

} // namespace firstlight
