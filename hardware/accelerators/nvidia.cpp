#include "hardware/accelerators/nodes.h"
#include "hardware/accelerators/nvidia_driver.h"
#include "hardware/accelerators/vendor.h"
#include "hardware/text.h"

#include <algorithm>
#include <array>

namespace firstlight {

namespace {

struct Chip {
    std::uint16_t firstDevice;
    std::uint16_t lastDevice;
    std::string_view capability;
};

// PCI ids are given out in blocks by chip (pci.ids, NVIDIA's open kernel module); capabilities by chip are in
// the CUDA programming guide. A chip that is not here stays unknown.
constexpr std::array chips{
    Chip{0x1340, 0x13bf, "5.0"},  Chip{0x13c0, 0x143f, "5.2"},  Chip{0x15f0, 0x15ff, "6.0"},
    Chip{0x1600, 0x167f, "5.2"},  Chip{0x1740, 0x179f, "5.0"},  Chip{0x17c0, 0x17ff, "5.2"},
    Chip{0x1b00, 0x1d7f, "6.1"},  Chip{0x1d80, 0x1dff, "7.0"},  Chip{0x1e00, 0x1fff, "7.5"},
    Chip{0x2080, 0x20ff, "8.0"},  Chip{0x2180, 0x21ff, "7.5"},  Chip{0x2200, 0x22ff, "8.6"},
    Chip{0x2300, 0x237f, "9.0"},  Chip{0x2480, 0x25ff, "8.6"},  Chip{0x2680, 0x28ff, "8.9"},
    Chip{0x2900, 0x29ff, "10.0"}, Chip{0x2b80, 0x2dff, "12.0"}, Chip{0x2e00, 0x2e7f, "12.1"},
    Chip{0x2f00, 0x2f7f, "12.0"}, Chip{0x3180, 0x31ff, "10.3"},
};

constexpr std::uint16_t gb10First = 0x2e00;

std::optional<std::string> computeCapability(std::uint16_t device)
{
    const auto *chip = std::ranges::find_if(
        chips, [&](const Chip &each) { return device >= each.firstDevice && device <= each.lastDevice; });
    return chip == chips.end() ? std::nullopt : std::optional<std::string>(chip->capability);
}

std::optional<std::string> kind(const PciDevice &device)
{
    return device.isDisplay() ? std::optional<std::string>("gpu")
                              : std::nullopt; // not its audio, USB, NVSwitch
}

// Ids of no chip in the table: what a recording without ids leaves, and chipset graphics of old, which share
// main memory.
void describeSilicon(std::uint16_t device, Accelerator &accelerator)
{
    accelerator.compute = computeCapability(device);
    if (!accelerator.compute)
        return;
    accelerator.integrated = device >= gb10First && device < gb10First + 0x80;
    accelerator.memoryKind = *accelerator.integrated ? "unified" : "dedicated";
}

void describe(DeviceScan &scan, const PciDevice &device, int, Accelerator &accelerator)
{
    const Root &root = scan.root();
    describeSilicon(device.device, accelerator);
    // Asleep, the driver may not be asked: it can need the GPU for its answer.
    std::optional<int> minor;
    if (!accelerator.sleeping.value_or(false))
        minor = takeNvidiaDriver(root, accelerator);
    if (accelerator.driver && accelerator.driver != "nvidia") { // nouveau and nova speak DRM, not CUDA
        addKernelNodes(root, device.folder(), accelerator.nodes);
        return;
    }
    if (accelerator.driver == "nvidia")
        takeNvidiaVersion(root, accelerator);
    addNode(root, "/dev/nvidiactl", accelerator.nodes);
    addNode(root, "/dev/nvidia-uvm", accelerator.nodes);
    if (minor)
        addNode(root, "/dev/nvidia" + std::to_string(*minor), accelerator.nodes);
}

} // namespace

const AcceleratorVendor nvidiaAccelerators{0x10de, "nvidia", kind, describe};

} // namespace firstlight
