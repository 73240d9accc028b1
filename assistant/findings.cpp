#include "assistant/findings.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace firstlight {

namespace {

using Findings = std::vector<Finding>;

constexpr std::uint64_t gibibyte = std::uint64_t(1) << 30;
// The smallest chat that is a pleasure needs about this much with its system; smaller ones still run.
constexpr std::uint64_t smallMemory = 4 * gibibyte;
// One demo's image and a model of middling size.
constexpr std::uint64_t smallDisk = 10 * gibibyte;

// Instructions that make AI on a processor several times faster; ggml and oneDNN have kernels for each.
constexpr std::array fastFlags{"avx2",     "fma",         "f16c",     "avx512f",  "avx512_vnni",
                               "avx_vnni", "avx512_bf16", "amx_int8", "amx_bf16", "asimddp",
                               "i8mm",     "bf16",        "sve",      "lasx",     "v"};

std::string joined(const std::vector<std::string> &words)
{
    return fmt::format("{}", fmt::join(words, ", "));
}

bool hasOpenDriverOnly(const Accelerator &device)
{
    return device.vendor == "nvidia" && device.driver && !device.driver->starts_with("nvidia");
}

void checkAccelerator(const Accelerator &device, Findings &findings)
{
    if (device.kind == "dpu")
        return;
    Facts facts{{"device", shownName(device)}, {"vendor", device.vendor}};
    if (device.driverBound == false) {
        findings.push_back({"accelerator-without-driver", Weight::Blocks, facts});
        return;
    }
    if (hasOpenDriverOnly(device)) {
        facts["driver"] = *device.driver;
        findings.push_back({"accelerator-driver-unfit", Weight::Blocks, facts});
        return;
    }
    const auto denied = std::ranges::find(device.nodes, NodeAccess::Denied, &DeviceNode::access);
    if (denied != device.nodes.end()) {
        facts["path"] = denied->path;
        facts["group"] = denied->group.value_or("");
        findings.push_back({"accelerator-denied", Weight::Blocks, facts});
        return;
    }
    const auto absent = std::ranges::find(device.nodes, NodeAccess::Absent, &DeviceNode::access);
    if (absent != device.nodes.end()) {
        facts["path"] = absent->path;
        findings.push_back({"accelerator-node-absent", Weight::Slows, facts});
    }
}

void checkProcessor(const Cpu &cpu, Findings &findings)
{
    if (cpu.allowed && cpu.online && cpu.allowed->size() < cpu.online->size())
        findings.push_back({"cpus-forbidden",
                            Weight::Slows,
                            {{"allowed", std::to_string(cpu.allowed->size())},
                             {"online", std::to_string(cpu.online->size())}}});
    if (cpu.quotaCpus && (!cpu.allowed || *cpu.quotaCpus < static_cast<double>(cpu.allowed->size())))
        findings.push_back({"cpu-time-limited",
                            Weight::Slows,
                            {{"cpus", fmt::format("{:.2g}", *cpu.quotaCpus)},
                             {"online", cpu.online ? std::to_string(cpu.online->size()) : ""}}});
    std::vector<std::string> hidden;
    if (cpu.microarchitecture)
        std::ranges::copy_if(
            cpu.microarchitecture->missing, std::back_inserter(hidden),
            [](const auto &flag) { return std::ranges::find(fastFlags, flag) != fastFlags.end(); });
    if (!hidden.empty())
        findings.push_back({"instructions-hidden",
                            Weight::Slows,
                            {{"name", cpu.microarchitecture->name},
                             {"flags", joined(hidden)},
                             {"hypervisor", cpu.hypervisor.value_or("")}}});
    else if (cpu.isaLevel == "x86-64-v1" || cpu.isaLevel == "x86-64-v2")
        findings.push_back({"instructions-old", Weight::Slows, {{"level", *cpu.isaLevel}}});
}

void checkMemory(const Memory &memory, Findings &findings)
{
    if (memory.limitBytes && memory.totalBytes && *memory.limitBytes < *memory.totalBytes)
        findings.push_back(
            {"memory-limited",
             Weight::Slows,
             {{"limit", std::to_string(*memory.limitBytes)}, {"total", std::to_string(*memory.totalBytes)}}});
    else if (memory.totalBytes && *memory.totalBytes < smallMemory)
        findings.push_back({"memory-small", Weight::Slows, {{"total", std::to_string(*memory.totalBytes)}}});
}

void checkStorage(const std::vector<Storage> &folders, Findings &findings)
{
    for (const Storage &folder : folders) {
        if (folder.freeBytes && *folder.freeBytes < smallDisk)
            findings.push_back({"disk-small",
                                Weight::Slows,
                                {{"path", folder.path}, {"free", std::to_string(*folder.freeBytes)}}});
    }
}

/// Whether this user may be given limits on memory: without them a demo can take all of it.
bool canLimitMemory(const Engines &engines)
{
    return !engines.rootless
           || std::ranges::find(engines.delegatedControllers, "memory") != engines.delegatedControllers.end();
}

void checkEngines(const Engines &engines, Findings &findings)
{
    if (!engines.podman) {
        findings.push_back({"podman-missing", Weight::Blocks, {}});
        return;
    }
    const auto &runtimes = engines.podman->runtimes;
    const bool noneWorks = !runtimes.empty() && std::ranges::all_of(runtimes, [](const OciRuntime &runtime) {
        return runtime.works == false;
    });
    if (runtimes.empty())
        findings.push_back({"oci-runtime-missing", Weight::Blocks, {}});
    else if (noneWorks)
        findings.push_back({"oci-runtime-broken",
                            Weight::Blocks,
                            {{"runtime", runtimes.front().name}, {"reason", runtimes.front().reason}}});
    else if (runtimes.front().works == false)
        findings.push_back({"oci-runtime-replaced",
                            Weight::Note,
                            {{"runtime", runtimes.front().name}, {"reason", runtimes.front().reason}}});
    if (engines.rootless && engines.subordinateIds == false)
        findings.push_back({"subordinate-ids-missing", Weight::Blocks, {}});
    if (!canLimitMemory(engines))
        findings.push_back({"limits-not-delegated", Weight::Note, {}});
}

void checkVirtualization(const Virtualization &virtualization, const Cpu &cpu, Findings &findings)
{
    const bool isX86 = cpu.architecture == "x86_64";
    if (!virtualization.kvm)
        return;
    const Kvm &kvm = *virtualization.kvm;
    if (kvm.device.access == NodeAccess::Absent) {
        if (isX86 && !virtualization.extension && cpu.flags && !cpu.hypervisor)
            findings.push_back({"kvm-off-in-firmware", Weight::Note, {}});
        else if (cpu.hypervisor)
            findings.push_back({"kvm-not-nested", Weight::Note, {{"hypervisor", *cpu.hypervisor}}});
        else
            findings.push_back({"kvm-not-loaded", Weight::Note, {}});
    } else if (kvm.device.access == NodeAccess::Denied) {
        findings.push_back({"kvm-denied", Weight::Note, {{"group", kvm.device.group.value_or("")}}});
    } else if (kvm.works == false) {
        findings.push_back({"kvm-broken",
                            Weight::Note,
                            {{"reason", kvm.reason}, {"hypervisor", cpu.hypervisor.value_or("")}}});
    }
}

} // namespace

std::string shownName(const Accelerator &device)
{
    if (device.name)
        return *device.name;
    const std::string ids = device.deviceId.empty() ? "" : " " + device.vendorId + ":" + device.deviceId;
    return device.vendor + " " + device.kind + ids;
}

std::vector<Finding> findingsAbout(const Machine &machine)
{
    Findings findings;
    for (const Accelerator &device : machine.accelerators.value_or(std::vector<Accelerator>()))
        checkAccelerator(device, findings);
    if (machine.engines)
        checkEngines(*machine.engines, findings);
    checkProcessor(machine.cpu, findings);
    checkMemory(machine.memory, findings);
    checkStorage(machine.storage, findings);
    if (machine.onBattery == true)
        findings.push_back({"on-battery", Weight::Slows, {}});
    if (machine.virtualization)
        checkVirtualization(*machine.virtualization, machine.cpu, findings);
    std::ranges::stable_sort(findings, {}, &Finding::weight);
    return findings;
}

} // namespace firstlight
