#pragma once

#include "hardware/accelerators/pci.h"
#include "hardware/root.h"
#include "hardware/slow_facts.h"

#include <optional>
#include <string>
#include <string_view>

namespace firstlight {

/// The name of a device that our own table has; nullopt if it is not there.
std::optional<std::string> currentDeviceName(std::uint16_t vendor, std::uint16_t device);

/// Names of devices: of our own table, or of the computer's copy of pci.ids. That is about 1.5 MB, so it is
/// read only when a name is missing, and on the running computer what it said is kept in SlowFacts for as
/// long as the file stays the same.
class PciNames {
public:
    PciNames(const Root &root, SlowFacts &facts)
        : m_root(root)
        , m_facts(facts)
    {
    }
    /// nullopt if neither knows the device.
    std::optional<std::string> name(std::uint16_t vendor, std::uint16_t device);

private:
    std::optional<std::string> ask(std::uint16_t vendor, std::uint16_t device);
    std::optional<std::string> find(std::uint16_t vendor, std::uint16_t device);

    const Root &m_root;
    SlowFacts &m_facts;
    std::optional<std::string> m_text;
};

} // namespace firstlight
