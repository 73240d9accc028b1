#pragma once

#include "hardware/accelerators/pci.h"
#include "hardware/machine.h"
#include "hardware/root.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace firstlight {

/// What is known of one vendor's accelerators. A new vendor is a row of others.cpp, or a file of its own with
/// one line in vendors.cpp when there is more to read.
struct AcceleratorVendor {
    std::uint16_t id;
    std::string_view name;
    /// gpu, npu, accelerator; nullopt: this device of the vendor is none (a network card, a display of a
    /// server board).
    std::optional<std::string> (*kind)(const PciDevice &);
    /// Adds name, memory, compute, nodes, as far as they can be read. \a index: how many of this vendor came
    /// before.
    void (*describe)(const Root &, const PciDevice &, int index, Accelerator &);
};

extern const AcceleratorVendor nvidiaAccelerators;
extern const AcceleratorVendor amdAccelerators;
extern const AcceleratorVendor amdNpus;
extern const AcceleratorVendor intelAccelerators;
std::span<const AcceleratorVendor> otherAccelerators();

/// nullptr if the vendor is not known to us.
const AcceleratorVendor *acceleratorVendor(std::uint16_t id);

/// "gpu" for a display, "accelerator" for the accelerator and co-processor classes, else nullopt.
std::optional<std::string> kindByClass(const PciDevice &device);

} // namespace firstlight
