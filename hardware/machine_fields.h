#pragma once

#include "hardware/machine.h"

namespace firstlight {

/// The fields of each value under their names in a profile: named once, used for writing and for reading.

template <typename Visitor> void describeFields(Visitor &visit, Cpu &cpu)
{
    visit("architecture", cpu.architecture);
    visit("vendor", cpu.vendor);
    visit("model", cpu.model);
    visit("family", cpu.family);
    visit("modelNumber", cpu.modelNumber);
    visit("stepping", cpu.stepping);
    visit("flags", cpu.flags);
    visit("isaLevel", cpu.isaLevel);
    visit("online", cpu.online);
    visit("allowed", cpu.allowed);
    visit("cores", cpu.cores);
    visit("quotaCpus", cpu.quotaCpus);
    visit("hypervisor", cpu.hypervisor);
}

template <typename Visitor> void describeFields(Visitor &visit, Memory &memory)
{
    visit("totalBytes", memory.totalBytes);
    visit("availableBytes", memory.availableBytes);
    visit("limitBytes", memory.limitBytes);
    visit("swapBytes", memory.swapBytes);
}

template <typename Visitor> void describeFields(Visitor &visit, DeviceNode &node)
{
    visit("path", node.path);
    visit("access", node.access);
}

template <typename Visitor> void describeFields(Visitor &visit, Accelerator &accelerator)
{
    visit("address", accelerator.address);
    visit("kind", accelerator.kind);
    visit("vendor", accelerator.vendor);
    visit("vendorId", accelerator.vendorId);
    visit("deviceId", accelerator.deviceId);
    visit("name", accelerator.name);
    visit("driver", accelerator.driver);
    visit("driverVersion", accelerator.driverVersion);
    visit("memoryBytes", accelerator.memoryBytes);
    visit("integrated", accelerator.integrated);
    visit("compute", accelerator.compute);
    visit("nodes", accelerator.nodes);
}

template <typename Visitor> void describeFields(Visitor &visit, OciRuntime &runtime)
{
    visit("name", runtime.name);
    visit("path", runtime.path);
    visit("works", runtime.works);
    visit("reason", runtime.reason);
}

template <typename Visitor> void describeFields(Visitor &visit, Podman &podman)
{
    visit("path", podman.path);
    visit("version", podman.version);
    visit("runtimes", podman.runtimes);
    visit("networkBackend", podman.networkBackend);
}

template <typename Visitor> void describeFields(Visitor &visit, Engines &engines)
{
    visit("podman", engines.podman);
    visit("rootless", engines.rootless);
    visit("cgroups", engines.cgroups);
    visit("delegatedControllers", engines.delegatedControllers);
    visit("systemd", engines.systemd);
    visit("selinuxEnforcing", engines.selinuxEnforcing);
    visit("cdiKinds", engines.cdiKinds);
    visit("subordinateIds", engines.subordinateIds);
    visit("openFilesLimit", engines.openFilesLimit);
    visit("processesLimit", engines.processesLimit);
}

template <typename Visitor> void describeFields(Visitor &visit, Storage &storage)
{
    visit("path", storage.path);
    visit("freeBytes", storage.freeBytes);
}

template <typename Visitor> void describeFields(Visitor &visit, Machine &machine)
{
    visit("schema", machine.schema);
    visit("kernel", machine.kernel);
    visit("osId", machine.osId);
    visit("osVersion", machine.osVersion);
    visit("osName", machine.osName);
    visit("cpu", machine.cpu);
    visit("memory", machine.memory);
    visit("accelerators", machine.accelerators);
    visit("engines", machine.engines);
    visit("storage", machine.storage);
}

} // namespace firstlight
