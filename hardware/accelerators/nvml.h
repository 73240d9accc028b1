#pragma once

#include "hardware/machine.h"
#include "hardware/root.h"
#include "hardware/slow_facts.h"

#include <chrono>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace firstlight {

/// What only NVIDIA's management library tells of its GPUs: memory and its speed, multiprocessors, NVLink.

/// Adds it to the GPUs among \a accelerators. \a reader is a command that does what printNvmlFacts() does;
/// it runs once a boot and driver, for as long as \a facts keep its answer, and never while a GPU of the
/// driver's sleeps. A library that hangs or crashes leaves everything unknown until the next boot.
void addNvmlFacts(const Root &root, const std::vector<std::string> &reader, SlowFacts &facts,
                  std::stop_token stop, std::vector<Accelerator> &accelerators);

/// Whether NVIDIA's driver has a GPU, and none of those that it has sleeps.
bool mayAskNvml(const std::vector<Accelerator> &accelerators);

/// What \a reader prints, or nullopt if it does not end well within \a timeLimit.
std::optional<std::string> runNvmlReader(const std::vector<std::string> &reader,
                                         std::chrono::milliseconds timeLimit, std::stop_token stop = {});

/// Adds what \a jsonLines say; values that cannot be are left out.
void takeNvmlFacts(std::string_view jsonLines, std::vector<Accelerator> &accelerators);

} // namespace firstlight
