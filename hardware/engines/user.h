#pragma once

#include "hardware/cgroups.h"
#include "hardware/root.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace firstlight {

/// What this user may do on the running computer.

/// Cgroup controllers that this user may set limits with, sorted.
std::vector<std::string> delegatedControllers(const Root &root, const Cgroups &cgroups);

/// Whether both \a subuidText and \a subgidText give a range to the user of that name or number.
bool hasSubordinateIds(const std::string &subuidText, const std::string &subgidText, const std::string &name,
                       unsigned id);
/// The same for this user; nullopt for root and where the files cannot be read.
std::optional<bool> subordinateIds(const Root &root);

/// Hard RLIMIT_NOFILE, capped by fs.nr_open.
std::optional<std::uint64_t> openFilesLimit(const Root &root);
/// Hard RLIMIT_NPROC, capped by kernel.pid_max.
std::optional<std::uint64_t> processesLimit(const Root &root);

} // namespace firstlight
