#include "catalog/choosing/device_check.h"

#include "catalog/choosing/comparing.h"
#include "catalog/choosing/machine_terms.h"

#include <algorithm>
#include <string_view>
#include <tuple>
#include <utility>

namespace firstlight {

using namespace std::string_view_literals; // compares lengths first

namespace {

bool isPath(const std::string &device)
{
    return device.starts_with("/");
}

/// Whether the node reaches the container through \a device: a path at or above it, or the CDI kind of its
/// vendor.
bool isBehind(const DeviceNode &node, const std::string &device)
{
    if (isPath(device))
        return node.path == device || node.path.starts_with(device + "/");
    return device.starts_with("nvidia.com/") ? node.path.starts_with("/dev/nvidia") : false;
}

Obstacles checkNode(const DeviceNode &node)
{
    if (node.access == NodeAccess::Denied)
        return single({.kind = ObstacleKind::DeviceAccess,
                       .subject = node.path,
                       .needed = node.group.value_or(""),
                       .fixable = true});
    if (node.access == NodeAccess::Absent) // a driver is bound, but it did not make the file
        return {
            {.kind = ObstacleKind::DeviceDriver, .subject = node.path, .needed = node.path, .fixable = true}};
    return {};
}

/// A recording often does not tell about /dev; then the device is taken as usable, as the engines are.
Obstacles checkAccess(const Accelerator &device, const std::vector<std::string> &devices)
{
    Obstacles obstacles;
    for (const DeviceNode &node : device.nodes) {
        const bool needed = std::any_of(devices.begin(), devices.end(),
                                        [&](const std::string &each) { return isBehind(node, each); });
        if (needed)
            append(obstacles, checkNode(node));
    }
    return obstacles;
}

struct Candidate {
    const Accelerator *device = nullptr;
    Obstacles obstacles;
    bool rightKind = true; ///< vendor and kind are what is asked for
    int satisfied = 0;
    std::uint64_t memoryBytes = 0;
};

bool isIdentity(const Term &term)
{
    return term.key == "vendor"sv || term.key == "kind"sv;
}

const Term *termOf(const std::vector<Requirement> &terms, std::string_view key)
{
    const auto found = std::find_if(terms.begin(), terms.end(),
                                    [&](const Requirement &each) { return each.term.key == key; });
    return found == terms.end() ? nullptr : &found->term;
}

/// A driver that is missing or the wrong one is one obstacle, with the version that must be installed: what
/// the terms say about the driver is in it. Where nobody knows the driver (a recording without links), it is
/// an unknown one.
Obstacles checkDriver(const Accelerator &device, const std::vector<Requirement> &terms)
{
    const Term *module = termOf(terms, "module");
    if (device.driver && (!module || matchesWord(*module, *device.driver)))
        return {};
    const Term *version = termOf(terms, "driver");
    std::string needed = module ? neededBy(*module, false, false) : "";
    if (version)
        needed += (needed.empty() ? "" : " ") + neededBy(*version, false, false);
    if (!device.driver && device.driverBound != false) {
        if (device.driverBound && needed.empty())
            return {};
        return {undescribed("module", needed.empty() ? device.vendor : needed)};
    }
    return single({.kind = ObstacleKind::DeviceDriver,
                   .subject = device.vendor,
                   .needed = needed,
                   .found = device.driver.value_or(""),
                   .fixable = true});
}

bool isAboutDriver(const Term &term)
{
    return term.key == "module"sv || term.key == "driver"sv;
}

Candidate examine(const Accelerator &device, const std::vector<Requirement> &terms,
                  const std::vector<std::string> &devices, bool inUse, const Machine &machine)
{
    Candidate candidate{.device = &device, .memoryBytes = usableMemoryOf(device, machine).value_or(0)};
    const Obstacles driver = inUse ? checkDriver(device, terms) : Obstacles{};
    for (const Requirement &term : terms) {
        if (isAboutDriver(term.term) && !isYes(driver))
            continue;
        const Obstacles found = checkDeviceTerm(term.term, device, machine);
        candidate.satisfied += isYes(found) ? 1 : 0;
        candidate.rightKind = candidate.rightKind && (isYes(found) || !isIdentity(term.term));
        append(candidate.obstacles, found);
    }
    append(candidate.obstacles, driver);
    if (inUse && isYes(driver))
        append(candidate.obstacles, checkAccess(device, devices));
    return candidate;
}

/// Smaller is better: the right kind of device, then how near it comes, then memory of its own, then the most
/// of it.
auto distanceOf(const Candidate &candidate)
{
    return std::tuple(!candidate.rightKind, rankOf(verdictOf(candidate.obstacles)), -candidate.satisfied,
                      candidate.device->integrated.value_or(false), ~candidate.memoryBytes,
                      std::string_view(candidate.device->address));
}

std::string valueOf(const std::vector<Requirement> &terms, std::string_view key)
{
    const Term *term = termOf(terms, key);
    return term ? neededBy(*term, false, false) : "";
}

std::string vendorsOf(const std::vector<Accelerator> &accelerators)
{
    std::vector<std::string> names;
    for (const Accelerator &device : accelerators)
        names.push_back(device.vendor + " " + device.kind);
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    std::string line;
    for (const std::string &name : names)
        line += (line.empty() ? "" : ", ") + name;
    return line;
}

Obstacle noDevice(const std::vector<Requirement> &terms, const std::vector<Accelerator> &accelerators)
{
    const std::string vendor = valueOf(terms, "vendor");
    const std::string kind = valueOf(terms, "kind");
    return {.kind = ObstacleKind::NoDevice,
            .subject = vendor.empty() ? kind : vendor,
            .needed = kind.empty() ? "accelerator" : kind,
            .found = vendorsOf(accelerators)};
}

} // namespace

DeviceFinding checkDevice(const std::vector<Requirement> &terms, const std::vector<std::string> &devices,
                          bool inUse, const Machine &machine, const Accelerator *only)
{
    if (!machine.accelerators) {
        const std::string vendor = valueOf(terms, "vendor");
        return {{undescribed("accelerators", vendor.empty() ? valueOf(terms, "kind") : vendor)}, nullptr};
    }
    std::optional<Candidate> best;
    for (const Accelerator &device : *machine.accelerators) {
        if (only && &device != only)
            continue;
        Candidate candidate = examine(device, terms, devices, inUse, machine);
        if (!best || distanceOf(candidate) < distanceOf(*best))
            best = std::move(candidate);
    }
    if (!best || !best->rightKind)
        return {single(noDevice(terms, *machine.accelerators)), nullptr};
    return {std::move(best->obstacles), best->device};
}

Obstacles checkAbsent(const std::vector<Requirement> &terms, const Machine &machine)
{
    Obstacles nearest = checkDevice(terms, {}, false, machine).obstacles;
    if (!machine.accelerators)
        return nearest;
    for (const Accelerator &device : *machine.accelerators) {
        Obstacles found = examine(device, terms, {}, false, machine).obstacles;
        if (truthRank(found) < truthRank(nearest))
            nearest = std::move(found);
    }
    return nearest;
}

} // namespace firstlight
