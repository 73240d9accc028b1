#include "hardware/accelerators/nodes.h"
#include "hardware/accelerators/vendor.h"

#include <array>

namespace firstlight {

namespace {

// Device files that a vendor's own driver makes: fixed ones, and one with a number for each card.
struct NodeNames {
    std::uint16_t vendor;
    std::array<std::string_view, 3> fixed;
    std::string_view numbered;
};

// From the vendors' container guides and open drivers.
constexpr std::array nodeNames{
    NodeNames{0x19e5, {"/dev/davinci_manager", "/dev/devmm_svm", "/dev/hisi_hdc"}, "/dev/davinci"},
    NodeNames{0x1d94, {"/dev/kfd", "/dev/mkfd", ""}, ""},
    NodeNames{0x1ed5, {"", "", ""}, "/dev/mtgpu."},
    NodeNames{0xcabc, {"/dev/cambricon_ctl", "", ""}, "/dev/cambricon_dev"},
    NodeNames{0x1e3e, {"", "", ""}, "/dev/iluvatar"},
    NodeNames{0x1d22, {"/dev/xpuctrl", "", ""}, "/dev/xpu"},
    NodeNames{0x9999, {"/dev/mxcd", "", ""}, ""},
    NodeNames{0x1e36, {"/dev/gcuctl", "", ""}, "/dev/gcu"},
    NodeNames{0x1e60, {"", "", ""}, "/dev/hailo"},
    NodeNames{0x1e52, {"", "", ""}, "/dev/tenstorrent/"},
    NodeNames{0x1ac1, {"", "", ""}, "/dev/apex_"},
};

void describe(const Root &root, const PciDevice &device, int index, Accelerator &accelerator)
{
    addKernelNodes(root, device.folder(), accelerator.nodes);
    for (const NodeNames &names : nodeNames) {
        if (names.vendor != device.vendor)
            continue;
        for (const std::string_view path : names.fixed) {
            if (!path.empty())
                addNode(root, std::string(path), accelerator.nodes);
        }
        // Drivers number their cards in the order of the bus.
        if (!names.numbered.empty())
            addNode(root, std::string(names.numbered) + std::to_string(index), accelerator.nodes);
    }
}

std::optional<std::string> gpu(const PciDevice &device)
{
    return kindByClass(device) ? std::optional<std::string>("gpu") : std::nullopt;
}

std::optional<std::string> npu(const PciDevice &device)
{
    return kindByClass(device) ? std::optional<std::string>("npu") : std::nullopt;
}

// Huawei's server boards carry a plain display, 19e5:1711.
std::optional<std::string> npuButNoDisplay(const PciDevice &device)
{
    return device.isDisplay() ? std::nullopt : npu(device);
}

// These makers' other devices share their id; the driver's own table names the accelerator.
std::optional<std::string> coral(const PciDevice &device)
{
    return device.device == 0x089a ? std::optional<std::string>("npu") : std::nullopt;
}

std::optional<std::string> hailo(const PciDevice &device)
{
    return device.device == 0x2864 || device.device == 0x45c4 ? std::optional<std::string>("npu")
                                                              : std::nullopt;
}

std::optional<std::string> qualcomm(const PciDevice &device)
{
    return device.device == 0xa080 || device.device == 0xa100 ? std::optional<std::string>("npu")
                                                              : std::nullopt;
}

} // namespace

std::span<const AcceleratorVendor> otherAccelerators()
{
    static constexpr std::array vendors{
        AcceleratorVendor{0x19e5, "ascend", npuButNoDisplay, describe},
        AcceleratorVendor{0x1ed5, "moore-threads", gpu, describe},
        AcceleratorVendor{0x1d94, "hygon", gpu, describe},
        AcceleratorVendor{0xcabc, "cambricon", npu, describe},
        AcceleratorVendor{0x1e3e, "iluvatar", gpu, describe},
        AcceleratorVendor{0x1d22, "kunlun", npu, describe},
        AcceleratorVendor{0x9999, "metax", gpu, describe},
        AcceleratorVendor{0x1da3, "habana", npu, describe},
        AcceleratorVendor{0x1e36, "enflame", npu, describe},
        AcceleratorVendor{0x1e52, "tenstorrent", npu, describe},
        AcceleratorVendor{0x1e60, "hailo", hailo, describe},
        AcceleratorVendor{0x1ac1, "coral", coral, describe},
        AcceleratorVendor{0x17cb, "qualcomm", qualcomm, describe},
    };
    return vendors;
}

} // namespace firstlight
