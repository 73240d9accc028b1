#include "hardware/accelerators/pci_names.h"

#include <algorithm>
#include <array>

namespace firstlight {

namespace {

struct DeviceName {
    std::uint32_t id; ///< vendor << 16 | device
    std::string_view name;
};

// Devices that the copies of pci.ids in long-lived distributions do not know or know by their chip alone. Ids
// and names are facts of pci.ids, NVIDIA's open kernel module, and Linux' amdgpu, i915, xe, ivpu, amdxdna and
// habanalabs drivers. By id.
constexpr std::array names{
    // AMD GPUs
    DeviceName{0x10021114, "Radeon 840M / 860M"},
    DeviceName{0x1002150e, "Radeon 880M / 890M"},
    DeviceName{0x10021586, "Radeon 8050S / 8060S (Strix Halo)"},
    DeviceName{0x100215bf, "Radeon 740M / 760M / 780M"},
    DeviceName{0x1002738c, "Instinct MI100"},
    DeviceName{0x10027408, "Instinct MI250X"},
    DeviceName{0x1002740c, "Instinct MI250X / MI250"},
    DeviceName{0x1002740f, "Instinct MI210"},
    DeviceName{0x10027448, "Radeon PRO W7900"},
    DeviceName{0x1002744c, "Radeon RX 7900 XT / 7900 XTX / 7900 GRE"},
    DeviceName{0x1002745e, "Radeon PRO W7800"},
    DeviceName{0x1002747e, "Radeon RX 7700 XT / 7800 XT"},
    DeviceName{0x10027480, "Radeon RX 7600"},
    DeviceName{0x100274a0, "Instinct MI300A"},
    DeviceName{0x100274a1, "Instinct MI300X"},
    DeviceName{0x100274a2, "Instinct MI308X"},
    DeviceName{0x100274a5, "Instinct MI325X"},
    DeviceName{0x10027550, "Radeon RX 9070 / 9070 XT / 9070 GRE"},
    DeviceName{0x10027551, "Radeon AI PRO R9700"},
    DeviceName{0x10027590, "Radeon RX 9060 XT"},
    DeviceName{0x100275a0, "Instinct MI350X"},
    DeviceName{0x100275a3, "Instinct MI355X"},
    // AMD NPUs
    DeviceName{0x10221502, "AMD NPU (XDNA)"},
    DeviceName{0x102217f0, "AMD NPU (XDNA 2)"},
    // NVIDIA
    DeviceName{0x10de20b0, "A100 SXM4 40GB"},
    DeviceName{0x10de20b2, "A100 SXM4 80GB"},
    DeviceName{0x10de20b5, "A100 PCIe 80GB"},
    DeviceName{0x10de2321, "H100 NVL"},
    DeviceName{0x10de2322, "H800 PCIe"},
    DeviceName{0x10de2324, "H800"},
    DeviceName{0x10de2329, "H20"},
    DeviceName{0x10de2330, "H100 SXM5 80GB"},
    DeviceName{0x10de2331, "H100 PCIe"},
    DeviceName{0x10de2335, "H200 SXM 141GB"},
    DeviceName{0x10de233b, "H200 NVL"},
    DeviceName{0x10de2342, "GH200 120GB"},
    DeviceName{0x10de26b1, "RTX 6000 Ada Generation"},
    DeviceName{0x10de26b5, "L40"},
    DeviceName{0x10de26b9, "L40S"},
    DeviceName{0x10de2684, "GeForce RTX 4090"},
    DeviceName{0x10de2702, "GeForce RTX 4080 SUPER"},
    DeviceName{0x10de2704, "GeForce RTX 4080"},
    DeviceName{0x10de2705, "GeForce RTX 4070 Ti SUPER"},
    DeviceName{0x10de2782, "GeForce RTX 4070 Ti"},
    DeviceName{0x10de2786, "GeForce RTX 4070"},
    DeviceName{0x10de27b8, "L4"},
    DeviceName{0x10de2803, "GeForce RTX 4060 Ti"},
    DeviceName{0x10de2882, "GeForce RTX 4060"},
    DeviceName{0x10de2901, "B200"},
    DeviceName{0x10de2941, "GB200"},
    DeviceName{0x10de2b85, "GeForce RTX 5090"},
    DeviceName{0x10de2b87, "GeForce RTX 5090 D"},
    DeviceName{0x10de2bb1, "RTX PRO 6000 Blackwell Workstation Edition"},
    DeviceName{0x10de2bb4, "RTX PRO 6000 Blackwell Max-Q Workstation Edition"},
    DeviceName{0x10de2bb5, "RTX PRO 6000 Blackwell Server Edition"},
    DeviceName{0x10de2c02, "GeForce RTX 5080"},
    DeviceName{0x10de2c05, "GeForce RTX 5070 Ti"},
    DeviceName{0x10de2c18, "GeForce RTX 5090 Laptop GPU"},
    DeviceName{0x10de2c19, "GeForce RTX 5080 Laptop GPU"},
    DeviceName{0x10de2d04, "GeForce RTX 5060 Ti"},
    DeviceName{0x10de2d05, "GeForce RTX 5060"},
    DeviceName{0x10de2e12, "GB10"},
    DeviceName{0x10de2f04, "GeForce RTX 5070"},
    DeviceName{0x10de3182, "B300 SXM6"},
    // Mellanox, now NVIDIA
    DeviceName{0x15b3a2d2, "BlueField"},
    DeviceName{0x15b3a2d6, "BlueField-2"},
    DeviceName{0x15b3a2dc, "BlueField-3"},
    // Others of which older copies have no device
    DeviceName{0x1da31000, "Gaudi"},
    DeviceName{0x1da31020, "Gaudi 2"},
    DeviceName{0x1da31060, "Gaudi 3"},
    DeviceName{0x1e52401e, "Wormhole"},
    DeviceName{0x1e52b140, "Blackhole"},
    DeviceName{0x1e602864, "Hailo-8"},
    DeviceName{0x1e6045c4, "Hailo-10H"},
    // Intel GPUs
    DeviceName{0x80860bd5, "Data Center GPU Max 1550"},
    DeviceName{0x80860bda, "Data Center GPU Max 1100"},
    DeviceName{0x808656a0, "Arc A770"},
    DeviceName{0x808656a1, "Arc A750"},
    DeviceName{0x808656a2, "Arc A580"},
    DeviceName{0x808656a5, "Arc A380"},
    DeviceName{0x808656a6, "Arc A310"},
    DeviceName{0x808656c0, "Data Center GPU Flex 170"},
    DeviceName{0x808656c1, "Data Center GPU Flex 140"},
    DeviceName{0x808664a0, "Arc 130V / 140V"},
    DeviceName{0x80867d51, "Arc 130T / 140T"},
    DeviceName{0x80867d55, "Arc Graphics (Meteor Lake)"},
    DeviceName{0x8086e20b, "Arc B580"},
    DeviceName{0x8086e20c, "Arc B570"},
    DeviceName{0x8086e211, "Arc Pro B60"},
    DeviceName{0x8086e212, "Arc Pro B50"},
    // Intel NPUs
    DeviceName{0x8086643e, "NPU (Lunar Lake)"},
    DeviceName{0x80867d1d, "NPU (Meteor Lake)"},
    DeviceName{0x8086ad1d, "NPU (Arrow Lake)"},
    DeviceName{0x8086b03e, "NPU (Panther Lake)"},
    DeviceName{0x8086d71d, "NPU (Nova Lake)"},
    DeviceName{0x8086fd3e, "NPU (Wildcat Lake)"},
};

} // namespace

std::optional<std::string> currentDeviceName(std::uint16_t vendor, std::uint16_t device)
{
    const std::uint32_t id = std::uint32_t{vendor} << 16 | device;
    const auto *found = std::ranges::find(names, id, &DeviceName::id);
    return found == names.end() ? std::nullopt : std::optional<std::string>(found->name);
}

} // namespace firstlight
