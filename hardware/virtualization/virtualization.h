#pragma once

#include "hardware/machine.h"
#include "hardware/probe.h"
#include "hardware/root.h"
#include "hardware/slow_facts.h"

#include <optional>
#include <stop_token>
#include <string>

namespace firstlight {

/// What virtual machines can be on this computer, for the user who probes. No process is started. Once \a
/// stop is requested nothing more is tried. nullopt: nothing at all is known.
std::optional<Virtualization> readVirtualization(const Root &root, const Cpu &cpu, SlowFacts &facts,
                                                 const ProbeOptions &options, std::stop_token stop);

/// The processor's support of virtual machines by its flags: vmx (Intel), svm (AMD), sie (IBM Z), lvz
/// (Loongson), h (RISC-V). nullopt for others, whose flags do not tell.
std::optional<std::string> virtualizationExtension(const Cpu &cpu);

} // namespace firstlight
