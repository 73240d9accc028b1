#pragma once

#include "hardware/root.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace firstlight {

/// One GPU in the topology of AMD's compute driver (/sys/class/kfd/kfd/topology/nodes).
struct KfdNode {
    std::string address; ///< PCI address, 0000:63:00.0
    std::uint16_t device = 0;
    std::optional<std::string> gfxTarget;     ///< gfx90a
    std::optional<std::uint64_t> memoryBytes; ///< all of its memory banks
    std::optional<int> renderMinor;           ///< 128 of /dev/dri/renderD128
};

/// Every GPU of AMD's, by node number; nodes of CPUs and of other vendors are left out.
std::vector<KfdNode> readKfdNodes(const Root &root);

/// 90010 → gfx90a, 110501 → gfx1151: major, minor and stepping, the last in hexadecimal.
std::optional<std::string> gfxTarget(std::uint64_t version);

} // namespace firstlight
