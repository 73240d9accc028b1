#pragma once

#include "hardware/cgroups.h"
#include "hardware/root.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace firstlight {

/// What the user of number \a id, who probes, may do on this computer.

/// Cgroup controllers that this user may set limits with, sorted.
std::vector<std::string> delegatedControllers(const Root &root, const Cgroups &cgroups, unsigned id);

/// Whether both \a subuidText and \a subgidText give a range to the user of that name or number.
bool hasSubordinateIds(const std::string &subuidText, const std::string &subgidText, const std::string &name,
                       unsigned id);
/// The same for this user; nullopt for root and where the files cannot be read.
std::optional<bool> subordinateIds(const Root &root, unsigned id);

/// Hard RLIMIT_NOFILE, capped by fs.nr_open.
std::optional<std::uint64_t> openFilesLimit(const Root &root);
/// Hard RLIMIT_NPROC, capped by kernel.pid_max.
std::optional<std::uint64_t> processesLimit(const Root &root);

} // namespace firstlight
