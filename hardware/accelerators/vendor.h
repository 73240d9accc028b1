#pragma once

#include "hardware/accelerators/kfd.h"
#include "hardware/accelerators/pci.h"
#include "hardware/machine.h"
#include "hardware/root.h"

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace firstlight {

/// What the readers of one probe share, so that nothing is read twice.
class DeviceScan {
public:
    explicit DeviceScan(const Root &root)
        : m_root(root)
    {
    }
    const Root &root() const { return m_root; }
    const std::vector<KfdGpu> &kfdGpus()
    {
        if (!m_kfdGpus)
            m_kfdGpus = readKfdGpus(m_root);
        return *m_kfdGpus;
    }

private:
    const Root &m_root;
    std::optional<std::vector<KfdGpu>> m_kfdGpus;
};

/// What is known of one vendor's accelerators. A new vendor is a file of its own with one line in
/// vendors.cpp, or a row of class_only.cpp where its PCI id is all that is known.
///
/// Only files that the kernel or a driver answers from its own memory may be read here (class, vendor,
/// device, numa_node, power/runtime_status, mem_info_vram_total, …). Never: `config` and the link files
/// (`current_link_speed`, `current_link_width`), for which newer kernels resume the device, and whatever asks
/// its firmware (clocks, temperatures, power, busy percentages).
struct AcceleratorVendor {
    std::uint16_t id;
    std::string_view name;
    /// gpu, npu, accelerator, dpu; nullopt: this device of the vendor is none (a network card, a display of a
    /// server board).
    std::optional<std::string> (*kind)(const PciDevice &);
    /// Adds name, memory, compute, nodes, as far as they can be read. \a index: how many of this vendor came
    /// before. Address, ids, driver and whether it sleeps are there already.
    void (*describe)(DeviceScan &, const PciDevice &, int index, Accelerator &);
};

extern const AcceleratorVendor amdAccelerators;
extern const AcceleratorVendor amdNpus;
extern const AcceleratorVendor ascendAccelerators;
extern const AcceleratorVendor blueFieldCards;
extern const AcceleratorVendor cambriconAccelerators;
extern const AcceleratorVendor coralAccelerators;
extern const AcceleratorVendor enflameAccelerators;
extern const AcceleratorVendor habanaAccelerators;
extern const AcceleratorVendor hailoAccelerators;
extern const AcceleratorVendor hygonAccelerators;
extern const AcceleratorVendor iluvatarAccelerators;
extern const AcceleratorVendor intelAccelerators;
extern const AcceleratorVendor kunlunAccelerators;
extern const AcceleratorVendor loongsonGpus;
extern const AcceleratorVendor metaxAccelerators;
extern const AcceleratorVendor mooreThreadsAccelerators;
extern const AcceleratorVendor nvidiaAccelerators;
extern const AcceleratorVendor qualcommAccelerators;
extern const AcceleratorVendor tenstorrentAccelerators;
/// Vendors of which only the PCI id is known.
std::span<const AcceleratorVendor> classOnlyAccelerators();

/// nullptr if the vendor is not known to us.
const AcceleratorVendor *acceleratorVendor(std::uint16_t id);

/// "gpu" for a display, "accelerator" for the accelerator and co-processor classes, else nullopt.
std::optional<std::string> kindByClass(const PciDevice &device);
/// "gpu", or "npu", for any device of those classes: of vendors that make nothing else.
std::optional<std::string> gpuByClass(const PciDevice &device);
std::optional<std::string> npuByClass(const PciDevice &device);

/// Adds the nodes that the kernel made for the device.
void describeKernelNodes(DeviceScan &scan, const PciDevice &device, int index, Accelerator &accelerator);

/// Device files that a vendor's own driver makes: those of all cards, and one with the number of the card
/// (drivers number their cards in the order of the bus). Empty: none.
struct NodeNames {
    std::array<std::string_view, 3> fixed;
    std::string_view numbered;
};

/// Adds the kernel's nodes for the device, then those of \a names.
void addVendorNodes(DeviceScan &scan, const PciDevice &device, const NodeNames &names, int index,
                    Accelerator &accelerator);

} // namespace firstlight
