#include "hardware/accelerators/pci.h"

namespace firstlight {

namespace {

const std::string devicesFolder = "sys/bus/pci/devices";

constexpr std::uint32_t ethernet = 0x0200;
constexpr std::uint32_t infiniBand = 0x0207;
constexpr std::uint64_t mellanox = 0x15b3;

// Base classes that a known accelerator may have: display, co-processor, signal processing, processing
// accelerator, and "base system peripheral", "old", "unassigned", where small NPUs turn up. The others cost
// one read each.
bool mayBeAccelerator(std::uint32_t deviceClass)
{
    switch (deviceClass >> 16) {
    case 0x00:
    case 0x03:
    case 0x08:
    case 0x0b:
    case 0x11:
    case 0x12:
    case 0xff:
        return true;
    default:
        return deviceClass >> 8 == ethernet || deviceClass >> 8 == infiniBand;
    }
}

} // namespace

std::optional<std::vector<PciDevice>> readPciDevices(const Root &root)
{
    if (!root.exists(devicesFolder))
        return std::nullopt;
    std::vector<PciDevice> devices;
    for (const std::string &address : root.entries(devicesFolder)) {
        PciDevice device{.address = address, .driver = std::nullopt};
        const auto deviceClass = root.readNumber(device.folder() + "/class", 16);
        if (!deviceClass || *deviceClass > 0xffffff
            || !mayBeAccelerator(static_cast<std::uint32_t>(*deviceClass)))
            continue;
        device.deviceClass = static_cast<std::uint32_t>(*deviceClass);
        const auto vendor = root.readNumber(device.folder() + "/vendor", 16);
        if (device.isNetwork() && vendor != mellanox)
            continue;
        const auto id = root.readNumber(device.folder() + "/device", 16);
        if (!vendor || !id || *vendor > 0xffff || *id > 0xffff)
            continue;
        device.vendor = static_cast<std::uint16_t>(*vendor);
        device.device = static_cast<std::uint16_t>(*id);
        device.driver = root.linkName(device.folder() + "/driver");
        devices.push_back(std::move(device));
    }
    return devices;
}

bool driverLinksAreKept(const Root &root)
{
    if (root.answer("driver links are kept", [] { return std::optional<std::string>("yes"); }))
        return true;
    for (const char *folder : {"sys/bus/pci/devices", "sys/bus/platform/devices"}) {
        for (const std::string &device : root.entries(folder)) {
            if (root.linkName(std::string(folder) + '/' + device + "/driver"))
                return true;
        }
    }
    return false;
}

std::string fourHexDigits(std::uint16_t id)
{
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (int shift = 12; shift >= 0; shift -= 4)
        text += digits[(id >> shift) & 0xf];
    return text;
}

} // namespace firstlight
