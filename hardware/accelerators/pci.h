#pragma once

#include "hardware/root.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace firstlight {

/// One PCI function, from the small files of sysfs that wake no device (never `config`).
struct PciDevice {
    std::string address;           ///< 0000:03:00.0
    std::uint32_t deviceClass = 0; ///< 0x030200: base class, subclass, programming interface
    std::uint16_t vendor = 0;
    std::uint16_t device = 0;
    std::optional<std::string> driver; ///< kernel driver bound to it

    std::uint32_t subclass() const { return deviceClass >> 8; }
    bool isDisplay() const { return deviceClass >> 16 == 0x03; }
    bool isProcessingAccelerator() const { return subclass() == 0x1200; }
    bool isNetwork() const { return subclass() == 0x0200 || subclass() == 0x0207; }
    bool isCoprocessor() const { return subclass() == 0x0b40; }
    std::string folder() const { return "sys/bus/pci/devices/" + address; } ///< below the root
};

/// Displays, accelerators, co-processors, functions of the loose classes that some NPUs hide in, and network
/// cards of the maker of BlueField; by address. nullopt if there is no PCI bus in sysfs.
std::optional<std::vector<PciDevice>> readPciDevices(const Root &root);

/// Whether a missing `driver` link tells that no driver is bound: on the running computer, in a recording of
/// it by our own recorder, and in any other recording that holds the link of at least one device.
bool driverLinksAreKept(const Root &root);

/// "10de"
std::string fourHexDigits(std::uint16_t id);

} // namespace firstlight
