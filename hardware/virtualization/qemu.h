#pragma once

#include "hardware/machine.h"
#include "hardware/root.h"
#include "hardware/slow_facts.h"

#include <optional>
#include <string>

namespace firstlight {

/// The QEMU that emulates whole computers of \a architecture (`uname -m` spelling), and its version by the
/// package database, in which the third number may be missing. No process is started. nullopt: none, or a
/// recording that does not tell.
std::optional<Qemu> readQemu(const Root &root, const std::string &architecture, SlowFacts &facts);

} // namespace firstlight
