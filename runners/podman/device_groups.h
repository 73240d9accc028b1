#pragma once

#include <string>
#include <vector>

namespace firstlight {

/// The groups other than root's that own the device nodes \a devices (a folder stands for all nodes in it;
/// CDI names are skipped), ascending and unique. A process without capabilities opens /dev/dri/renderD128
/// only as a member.
std::vector<unsigned> deviceGroups(const std::vector<std::string> &devices);

} // namespace firstlight
