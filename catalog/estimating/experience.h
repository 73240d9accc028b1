#pragma once

#include "catalog/choice.h"
#include "core/result.h"
#include "hardware/machine.h"

#include <filesystem>
#include <string>
#include <vector>

namespace firstlight {

/// What earlier runs showed, one line of JSON each, in `<state>/runs.jsonl`. A line that is damaged, or of
/// another computer, is passed over.

/// What speeds depend on: processor, cores that may be used, memory, accelerators. Not free memory.
std::string machineKey(const Machine &machine);

/// The records of the computer with this key, one for each demo, variant, model, placement and context:
/// medians of the last five.
std::vector<RunRecord> readExperience(const std::filesystem::path &file, const std::string &key);

/// Adds a line with the time of day and syncs it to the disk; now and then drops the oldest beyond a
/// thousand. Runs of several processes at once all stay. Errors: of the file system.
Result<void> appendRun(const std::filesystem::path &file, const std::string &key, const RunRecord &run);

/// Of the runs of exactly this variant, model and placement the one whose context comes nearest to \a
/// context; null: none. What a run on the accelerator showed says nothing about the processor.
const RunRecord *recordOf(const std::vector<RunRecord> &experience, const std::string &demo,
                          const std::string &variant, const std::string &model, Placement placement,
                          std::optional<int> context);

/// "accelerator", "offload", "cpu".
std::string nameOf(Placement placement);

/// "token", "audio-second", "picture", "video-second", as catalogs write them.
std::string nameOf(WorkUnit unit);

} // namespace firstlight
