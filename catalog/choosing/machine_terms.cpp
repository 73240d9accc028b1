#include "catalog/choosing/machine_terms.h"

#include "catalog/choosing/comparing.h"
#include "catalog/requirement_keys.h"

#include <algorithm>
#include <string_view>

namespace firstlight {

using namespace std::string_view_literals; // compares lengths first

namespace {

ObstacleKind kindOf(const Term &term, bool aboutDevice)
{
    if (aboutDevice) {
        if (term.key == "vendor"sv || term.key == "kind"sv)
            return ObstacleKind::NoDevice;
        return term.key == "module"sv ? ObstacleKind::DeviceDriver : ObstacleKind::DeviceProperty;
    }
    if (term.key == "arch"sv)
        return ObstacleKind::Architecture;
    if (term.key == "isa"sv)
        return ObstacleKind::IsaLevel;
    if (term.key == "flags"sv)
        return ObstacleKind::CpuFlags;
    if (term.key == "cdi"sv)
        return ObstacleKind::Cdi;
    if (term.key == "platform"sv)
        return ObstacleKind::Platform;
    return term.key == "podman"sv ? ObstacleKind::EngineVersion : ObstacleKind::MemoryTotal;
}

/// What the sentence is about: the values of a choice of words, else the key.
std::string subjectOf(const Term &term)
{
    const bool named
        = term.key == "vendor"sv || term.key == "cdi"sv || term.key == "arch"sv || term.key == "platform"sv;
    return named ? neededBy(term, false, false) : term.key;
}

Obstacles missing(const Term &term, bool aboutDevice, const std::string &found, bool fixable = false)
{
    return single({.kind = kindOf(term, aboutDevice),
                   .subject = subjectOf(term),
                   .needed = neededBy(term, term.key == "memory"sv, false),
                   .found = found,
                   .fixable = fixable});
}

Obstacles unknown(const Term &term)
{
    return single(undescribed(term.key, neededBy(term, term.key == "memory"sv, false)));
}

Obstacles checkArchitecture(const Term &term, const Machine &machine)
{
    if (machine.cpu.architecture.empty())
        return unknown(term);
    return matchesWord(term, machine.cpu.architecture) ? Obstacles{}
                                                       : missing(term, false, machine.cpu.architecture);
}

Obstacles checkFlags(const Term &term, const Machine &machine)
{
    if (!machine.cpu.flags)
        return unknown(term);
    std::string absent;
    for (const std::string &flag : term.values) {
        if (!machine.cpu.flags->contains(flag))
            absent += (absent.empty() ? "" : ", ") + flag;
    }
    if (absent.empty())
        return {};
    return single(
        {.kind = ObstacleKind::CpuFlags, .subject = absent, .needed = neededBy(term, false, false)});
}

Obstacles checkIsaSet(const IsaSet &set, const Term &term, const Machine &machine)
{
    const std::string &architecture = machine.cpu.architecture;
    if (!architecture.empty() && set.architecture != architecture)
        return missing({"arch", Comparison::Equal, {set.architecture}}, false, architecture);
    if (!machine.cpu.flags)
        return unknown(term);
    return checkFlags({"flags", Comparison::HasAll, set.flags}, machine);
}

Obstacles checkIsaLevel(const Term &term, const Machine &machine)
{
    if (const IsaSet *set = isaSet(term.values.front()))
        return checkIsaSet(*set, term, machine);
    const IsaLevel *needed = isaLevel(term.values.front());
    const std::string &architecture = machine.cpu.architecture;
    if (needed && !architecture.empty() && needed->architecture != architecture)
        return missing({"arch", Comparison::Equal, {needed->architecture}}, false, architecture);
    const IsaLevel *found = machine.cpu.isaLevel ? isaLevel(*machine.cpu.isaLevel) : nullptr;
    if (!needed || !found)
        return unknown(term);
    const bool included
        = std::find(found->includes.begin(), found->includes.end(), needed->name) != found->includes.end();
    return included ? Obstacles{} : missing(term, false, found->name);
}

/// A computer that is nothing special has no platform; then only what is to be absent matches.
Obstacles checkPlatform(const Term &term, const Machine &machine)
{
    const std::string found = machine.platform.value_or("");
    return matchesWord(term, found) ? Obstacles{} : missing(term, false, found);
}

/// The memory that programs of this user may have at all.
std::optional<std::uint64_t> totalMemory(const Machine &machine)
{
    const Memory &memory = machine.memory;
    if (!memory.totalBytes || !memory.limitBytes)
        return memory.totalBytes;
    return std::min(*memory.totalBytes, *memory.limitBytes);
}

Obstacles checkMemory(const Term &term, std::optional<std::uint64_t> found, bool aboutDevice)
{
    if (!found)
        return unknown(term);
    return matchesSize(term, *found) ? Obstacles{} : missing(term, aboutDevice, std::to_string(*found));
}

Obstacles checkCdi(const Term &term, const Machine &machine)
{
    if (!machine.engines)
        return {};
    const std::vector<CdiSpecification> &cdi = machine.engines->cdi;
    const bool present = std::any_of(cdi.begin(), cdi.end(), [&](const CdiSpecification &specification) {
        return std::find(term.values.begin(), term.values.end(), specification.kind) != term.values.end();
    });
    const bool wanted = term.comparison != Comparison::NotEqual;
    return present == wanted ? Obstacles{} : missing(term, false, {}, true);
}

Obstacles checkPodmanVersion(const Term &term, const Machine &machine)
{
    if (!machine.engines
        || !machine.engines->podman) // a missing podman is an obstacle of every variant already
        return {};
    const std::optional<std::string> &version = machine.engines->podman->version;
    const std::optional<bool> matches = version ? matchesVersion(term, *version) : std::nullopt;
    if (!matches)
        return unknown(term);
    return *matches ? Obstacles{} : missing(term, false, *version, true);
}

Obstacles checkDeviceWord(const Term &term, const std::string &found)
{
    return matchesWord(term, found) ? Obstacles{} : missing(term, true, found);
}

Obstacles checkModule(const Term &term, const Accelerator &device)
{
    if (!device.driver && device.driverBound != false)
        return unknown(term); // a recording need not hold the links to the drivers
    const std::string found = device.driver.value_or("");
    return matchesWord(term, found) ? Obstacles{} : missing(term, true, found, true);
}

Obstacles checkDeviceVersion(const Term &term, const std::optional<std::string> &found)
{
    const std::optional<bool> matches = found ? matchesVersion(term, *found) : std::nullopt;
    if (!found || (!matches && term.key != "compute"))
        return unknown(term);
    // A driver can be updated; silicon cannot.
    const bool ofDriver = term.key == "driver"sv || term.key == "cuda"sv;
    return matches.value_or(false) ? Obstacles{} : missing(term, true, *found, ofDriver);
}

} // namespace

Obstacles checkMachineTerm(const Term &term, const Machine &machine)
{
    if (term.key == "arch"sv)
        return checkArchitecture(term, machine);
    if (term.key == "isa"sv)
        return checkIsaLevel(term, machine);
    if (term.key == "flags"sv)
        return checkFlags(term, machine);
    if (term.key == "memory"sv)
        return checkMemory(term, totalMemory(machine), false);
    if (term.key == "platform"sv)
        return checkPlatform(term, machine);
    if (term.key == "cdi"sv)
        return checkCdi(term, machine);
    if (term.key == "podman"sv)
        return checkPodmanVersion(term, machine);
    return unknown(term);
}

Obstacles checkDeviceTerm(const Term &term, const Accelerator &device, const Machine &machine)
{
    if (term.key == "vendor"sv)
        return checkDeviceWord(term, device.vendor);
    if (term.key == "kind"sv)
        return checkDeviceWord(term, device.kind);
    if (term.key == "module"sv)
        return checkModule(term, device);
    if (term.key == "compute"sv)
        return checkDeviceVersion(term, device.compute);
    if (term.key == "cuda"sv)
        return checkDeviceVersion(term, device.cudaVersion);
    if (term.key == "driver"sv)
        return checkDeviceVersion(term, device.driverVersion);
    if (term.key == "memory"sv)
        return checkMemory(term, usableMemoryOf(device, machine), true);
    return unknown(term);
}

Obstacle forbiddenBy(const Term &term, bool aboutDevice, const std::string &found)
{
    return {.kind = kindOf(term, aboutDevice),
            .subject = subjectOf(term),
            .needed = neededBy(term, term.key == "memory"sv, true),
            .found = found};
}

std::optional<std::uint64_t> usableMemoryOf(const Accelerator &device, const Machine &machine)
{
    return device.integrated.value_or(false) ? totalMemory(machine) : device.memoryBytes;
}

} // namespace firstlight
