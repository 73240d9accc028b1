#pragma once

#include "hardware/root.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace firstlight {

/// One GPU in the topology of AMD's compute driver (/sys/class/kfd/kfd/topology/nodes). A GPU that is cut
/// into partitions (CPX mode) has several nodes there: they count as one, with the sum of their memory and
/// compute units.
struct KfdGpu {
    std::string address; ///< PCI address, 0000:63:00.0
    std::uint16_t device = 0;
    std::optional<std::string> gfxTarget;              ///< gfx90a
    std::optional<std::uint64_t> memoryBytes;          ///< all of its memory banks
    std::optional<std::uint64_t> memoryBytesPerSecond; ///< by width and clock; see memorySpeed()
    std::optional<int> computeUnits;
    std::vector<int> renderMinors;     ///< 128 of /dev/dri/renderD128, one a partition
    std::vector<std::string> linkedTo; ///< addresses of the GPUs at the other ends of its XGMI links, sorted
};

/// Every GPU of AMD's, by node number; nodes of CPUs and of other vendors are left out.
std::vector<KfdGpu> readKfdGpus(const Root &root);

/// 90010 → gfx90a, 110501 → gfx1151: major, minor and stepping, the last in hexadecimal.
std::optional<std::string> gfxTarget(std::uint64_t version);

/// Bytes a second of memory \a widthBits wide with a clock of \a megahertz, as the compute driver tells them.
/// It tells the memory's base clock, of which each kind of memory makes another multiple: nullopt for targets
/// whose memory is not certain.
std::optional<std::uint64_t> memorySpeed(std::uint64_t widthBits, std::uint64_t megahertz,
                                         const std::string &gfxTarget);

} // namespace firstlight
