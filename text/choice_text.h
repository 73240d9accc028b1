#pragma once

#include "catalog/choice.h"
#include "catalog/estimating/explain.h"
#include "runners/plan/launch_plan.h"
#include "runners/running_demo.h"
#include "text/language.h"

#include <string>
#include <vector>

namespace firstlight {

std::string describe(Verdict verdict, Language language);
/// "needs an NVIDIA GPU; none found"
std::string describe(const Obstacle &obstacle, Language language);
/// What the person can do about it; empty where nothing can be done on this computer.
std::string remedyFor(const Obstacle &obstacle, Language language);
/// "2 threads: one for each physical core"
std::string describe(const TunedSetting &setting, Language language);
/// The arithmetic behind a prediction, a line each: "memory: 260 MB = 98 MB model + 95 MB context (…) + 67 MB engine".
std::vector<std::string> describe(const Estimate &estimate, const EstimateParts &parts, Language language);
/// In a person's units: "about 40 words a second", "about 12 × real time", "about 4 s a picture".
std::string describe(const Speed &speed, Language language);
/// "may use the network", for a permission as the catalog spells it.
std::string describePermission(const std::string &permission, Language language);
std::string describe(DemoState state, Language language);
/// Name of a phase of work, as a heading before its progress: "Downloading".
std::string phaseName(const std::string &phase, Language language);
const std::string &in(const LocalizedText &text, Language language);

} // namespace firstlight
