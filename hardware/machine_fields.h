#pragma once

#include "hardware/machine.h"

namespace firstlight {

/// The fields of each value under their names in a profile: named once, used for writing, for reading and for
/// the published schema.

template <typename Visitor> void describeFields(Visitor &visit, Microarchitecture &design)
{
    visit("name", design.name);
    visit("compatible", design.compatible);
    visit("missing", design.missing);
}

template <typename Visitor> void describeFields(Visitor &visit, CoreType &type)
{
    visit("kind", type.kind);
    visit("cpus", type.cpus);
    visit("name", type.name);
    visit("maximumHz", type.maximumHz);
    visit("capacity", type.capacity);
}

template <typename Visitor> void describeFields(Visitor &visit, Cache &cache)
{
    visit("level", cache.level);
    visit("kind", cache.kind);
    visit("sizeBytes", cache.sizeBytes);
    visit("lineBytes", cache.lineBytes);
    visit("ways", cache.ways);
    visit("sharedBy", cache.sharedBy);
}

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
    visit("nextIsaLevel", cpu.nextIsaLevel);
    visit("missingForNextIsaLevel", cpu.missingForNextIsaLevel);
    visit("microarchitecture", cpu.microarchitecture);
    visit("online", cpu.online);
    visit("allowed", cpu.allowed);
    visit("cores", cpu.cores);
    visit("packages", cpu.packages);
    visit("dies", cpu.dies);
    visit("coreTypes", cpu.coreTypes);
    visit("caches", cpu.caches);
    visit("governor", cpu.governor);
    visit("quotaCpus", cpu.quotaCpus);
    visit("hypervisor", cpu.hypervisor);
}

template <typename Visitor> void describeFields(Visitor &visit, MemoryBandwidth &bandwidth)
{
    visit("oneThreadBytesPerSecond", bandwidth.oneThreadBytesPerSecond);
    visit("allThreadsBytesPerSecond", bandwidth.allThreadsBytesPerSecond);
}

template <typename Visitor> void describeFields(Visitor &visit, NumaNode &node)
{
    visit("number", node.number);
    visit("cpus", node.cpus);
    visit("memoryBytes", node.memoryBytes);
    visit("distances", node.distances);
    visit("bandwidth", node.bandwidth);
}

template <typename Visitor> void describeFields(Visitor &visit, HugePages &pages)
{
    visit("pageBytes", pages.pageBytes);
    visit("total", pages.total);
    visit("free", pages.free);
}

template <typename Visitor> void describeFields(Visitor &visit, Memory &memory)
{
    visit("totalBytes", memory.totalBytes);
    visit("availableBytes", memory.availableBytes);
    visit("limitBytes", memory.limitBytes);
    visit("swapBytes", memory.swapBytes);
    visit("numaNodes", memory.numaNodes);
    visit("hugePages", memory.hugePages);
    visit("transparentHugePages", memory.transparentHugePages);
    visit("bandwidth", memory.bandwidth);
}

template <typename Visitor> void describeFields(Visitor &visit, DeviceNode &node)
{
    visit("path", node.path);
    visit("access", node.access);
    visit("group", node.group);
}

template <typename Visitor> void describeFields(Visitor &visit, Accelerator &accelerator)
{
    visit("address", accelerator.address);
    visit("kind", accelerator.kind);
    visit("vendor", accelerator.vendor);
    visit("vendorId", accelerator.vendorId);
    visit("deviceId", accelerator.deviceId);
    visit("name", accelerator.name);
    visit("driverBound", accelerator.driverBound);
    visit("driver", accelerator.driver);
    visit("driverVersion", accelerator.driverVersion);
    visit("openModule", accelerator.openModule);
    visit("cudaVersion", accelerator.cudaVersion);
    visit("memoryBytes", accelerator.memoryBytes);
    visit("memoryKind", accelerator.memoryKind);
    visit("memoryBytesPerSecond", accelerator.memoryBytesPerSecond);
    visit("integrated", accelerator.integrated);
    visit("compute", accelerator.compute);
    visit("computeUnits", accelerator.computeUnits);
    visit("numaNode", accelerator.numaNode);
    visit("iommuGroup", accelerator.iommuGroup);
    visit("sleeping", accelerator.sleeping);
    visit("linkedTo", accelerator.linkedTo);
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
    visit("storageDriver", podman.storageDriver);
    visit("cgroupManager", podman.cgroupManager);
}

template <typename Visitor> void describeFields(Visitor &visit, CdiSpecification &specification)
{
    visit("kind", specification.kind);
    visit("version", specification.version);
    visit("devices", specification.devices);
}

template <typename Visitor> void describeFields(Visitor &visit, Docker &docker)
{
    visit("path", docker.path);
    visit("socket", docker.socket);
}

template <typename Visitor> void describeFields(Visitor &visit, Slurm &slurm)
{
    visit("path", slurm.path);
    visit("clusterName", slurm.clusterName);
}

template <typename Visitor> void describeFields(Visitor &visit, Engines &engines)
{
    visit("podman", engines.podman);
    visit("rootless", engines.rootless);
    visit("cgroups", engines.cgroups);
    visit("delegatedControllers", engines.delegatedControllers);
    visit("systemd", engines.systemd);
    visit("selinuxEnforcing", engines.selinuxEnforcing);
    visit("cdi", engines.cdi);
    visit("subordinateIds", engines.subordinateIds);
    visit("openFilesLimit", engines.openFilesLimit);
    visit("processesLimit", engines.processesLimit);
    visit("docker", engines.docker);
    visit("slurm", engines.slurm);
    visit("kubernetesContexts", engines.kubernetesContexts);
}

template <typename Visitor> void describeFields(Visitor &visit, Kvm &kvm)
{
    visit("device", kvm.device);
    visit("works", kvm.works);
    visit("reason", kvm.reason);
    visit("nested", kvm.nested);
}

template <typename Visitor> void describeFields(Visitor &visit, Qemu &qemu)
{
    visit("path", qemu.path);
    visit("version", qemu.version);
}

template <typename Visitor> void describeFields(Visitor &visit, LibvirtUri &uri)
{
    visit("uri", uri.uri);
    visit("answers", uri.answers);
    visit("reason", uri.reason);
}

template <typename Visitor> void describeFields(Visitor &visit, Libvirt &libvirt)
{
    visit("version", libvirt.version);
    visit("uris", libvirt.uris);
}

template <typename Visitor> void describeFields(Visitor &visit, Virtualization &virtualization)
{
    visit("extension", virtualization.extension);
    visit("kvm", virtualization.kvm);
    visit("iommu", virtualization.iommu);
    visit("qemu", virtualization.qemu);
    visit("libvirt", virtualization.libvirt);
}

template <typename Visitor> void describeFields(Visitor &visit, Storage &storage)
{
    visit("path", storage.path);
    visit("freeBytes", storage.freeBytes);
    visit("fileSystem", storage.fileSystem);
    visit("rotational", storage.rotational);
    visit("readBytesPerSecond", storage.readBytesPerSecond);
}

template <typename Visitor> void describeFields(Visitor &visit, Machine &machine)
{
    visit("schema", machine.schema);
    visit("kernel", machine.kernel);
    visit("osId", machine.osId);
    visit("osVersion", machine.osVersion);
    visit("osName", machine.osName);
    visit("board", machine.board);
    visit("platform", machine.platform);
    visit("container", machine.container);
    visit("onBattery", machine.onBattery);
    visit("cpu", machine.cpu);
    visit("memory", machine.memory);
    visit("accelerators", machine.accelerators);
    visit("virtualization", machine.virtualization);
    visit("engines", machine.engines);
    visit("storage", machine.storage);
}

} // namespace firstlight
