#include "hardware/power.h"

#include <algorithm>

namespace firstlight {

namespace {

const std::string supplyFolder = "sys/class/power_supply";

struct Supply {
    std::string folder;
    std::string type;
};

/// Mains, USB, USB_PD, Wireless, …: what brings power from outside. Types as in the kernel's
/// Documentation/ABI/testing/sysfs-class-power.
bool isExternal(const Supply &supply)
{
    return supply.type == "Mains" || supply.type.starts_with("USB") || supply.type == "Wireless";
}

std::vector<Supply> suppliesOfComputer(const Root &root, const std::vector<std::string> &names)
{
    std::vector<Supply> supplies;
    for (const std::string &name : names) {
        const std::string folder = supplyFolder + '/' + name + '/';
        if (root.readTrimmed(folder + "scope") != "Device")
            supplies.push_back({folder, root.readTrimmed(folder + "type").value_or("")});
    }
    return supplies;
}

bool isDischarging(std::string_view status)
{
    return status == "Discharging";
}

/// Of a battery whose status says that it is not what powers us.
bool isFed(std::string_view status)
{
    return status == "Charging" || status == "Full" || status == "Not charging";
}

} // namespace

std::optional<bool> onBattery(const Root &root)
{
    const auto names = root.entries(supplyFolder);
    if (names.empty())
        return root.exists(supplyFolder + "/.") ? std::optional(false) : std::nullopt;

    const auto supplies = suppliesOfComputer(root, names);
    // First, since the status of a battery can be a question to a slow embedded controller. USB supplies go
    // to 2 for some kinds of fast charging.
    for (const Supply &supply : supplies) {
        if (isExternal(supply) && root.readNumber(supply.folder + "online").value_or(0) > 0)
            return false;
    }
    std::optional<bool> answer;
    for (const Supply &supply : supplies) {
        if (supply.type != "Battery" && supply.type != "UPS")
            continue;
        const std::string status = root.readTrimmed(supply.folder + "status").value_or("");
        if (isDischarging(status))
            return true;
        if (isFed(status))
            answer = false;
    }
    // Only a mouse's battery: the computer itself has no supply to tell of, like one with none at all.
    return supplies.empty() ? std::optional(false) : answer;
}

} // namespace firstlight
