#pragma once

#include "hardware/accelerators/pci.h"
#include "hardware/root.h"

#include <optional>
#include <string>
#include <string_view>

namespace firstlight {

/// The device's name in the computer's own copy of pci.ids (about 1.5 MB, so read only when a name is
/// missing). nullopt if there is no copy or it does not know the device.
class PciNames {
public:
    explicit PciNames(const Root &root)
        : m_root(root)
    {
    }
    std::optional<std::string> name(std::uint16_t vendor, std::uint16_t device);

private:
    const Root &m_root;
    std::optional<std::string> m_text;
};

} // namespace firstlight
