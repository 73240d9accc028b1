#include "hardware/accelerators/nodes.h"
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

// "NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.14  Thu Feb 22 …", or "… Open Kernel Module for
// x86_64  565.57.01 …"
std::optional<std::string> driverVersion(const Root &root)
{
    const std::string text = root.read("proc/driver/nvidia/version").value_or("");
    const std::string_view line = std::string_view(text).substr(0, text.find('\n'));
    for (const std::string_view word : words(line)) {
        const bool digits = word.find_first_not_of("0123456789.") == std::string_view::npos;
        if (digits && word.find('.') != std::string_view::npos)
            return std::string(word);
    }
    return std::nullopt;
}

void describe(const Root &root, const PciDevice &device, int, Accelerator &accelerator)
{
    accelerator.compute = computeCapability(device.device);
    accelerator.integrated = device.device >= gb10First && device.device < gb10First + 0x80;
    if (device.driver == "nvidia")
        accelerator.driverVersion = driverVersion(root);

    std::optional<int> minor;
    const std::string information
        = root.read("proc/driver/nvidia/gpus/" + device.address + "/information").value_or("");
    forEachLine(information, [&](std::string_view line) {
        const auto pair = splitPair(line, ':');
        if (pair && pair->first == "Model" && !pair->second.empty())
            accelerator.name = pair->second;
        if (pair && pair->first == "Device Minor")
            minor = parseInt(pair->second);
    });
    if (device.driver && device.driver != "nvidia") { // nouveau and nova speak DRM, not CUDA
        addKernelNodes(root, device.folder(), accelerator.nodes);
        return;
    }
    addNode(root, "/dev/nvidiactl", accelerator.nodes);
    addNode(root, "/dev/nvidia-uvm", accelerator.nodes);
    if (minor)
        addNode(root, "/dev/nvidia" + std::to_string(*minor), accelerator.nodes);
}

} // namespace

const AcceleratorVendor nvidiaAccelerators{0x10de, "nvidia", kind, describe};

} // namespace firstlight
