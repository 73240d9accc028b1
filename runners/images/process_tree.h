#pragma once

#include <optional>
#include <string>
#include <vector>

namespace firstlight {

/// When \a process was started (field 22 of /proc/PID/stat); nullopt if it has ended, a zombie included.
std::optional<std::string> processStartTime(int process);

/// The descendants of \a process whose first argument is \a name, in ascending order.
std::vector<int> descendantsNamed(int process, const std::string &name);

} // namespace firstlight
