#pragma once

#include "hardware/machine.h"

/// A machine in which every optional field is known and no list is empty.
inline firstlight::Machine fullMachine()
{
    using namespace firstlight;
    Machine machine;
    machine.kernel = "6.1.0";
    machine.osId = "debian";
    machine.osVersion = "12";
    machine.osName = "Debian";
    machine.board = "Maker Board";
    machine.platform = "wsl2";
    machine.container = "podman";
    machine.onBattery = true;
    const MemoryBandwidth bandwidth{.oneThreadBytesPerSecond = 7, .allThreadsBytesPerSecond = 9};
    machine.cpu = {.architecture = "x86_64",
                   .vendor = "GenuineIntel",
                   .model = "Test",
                   .family = 6,
                   .modelNumber = 151,
                   .stepping = 0,
                   .flags = {{"avx2", "fma"}},
                   .isaLevel = "x86-64-v3",
                   .nextIsaLevel = "x86-64-v4",
                   .missingForNextIsaLevel = {"avx512f"},
                   .microarchitecture = {{"alderlake", "haswell", {"pku"}}},
                   .online = {{0, 1, 2, 3}},
                   .allowed = {{1, 3}},
                   .cores = {{{0, 2}, {1, 3}}},
                   .packages = {{{0, 1, 2, 3}}},
                   .dies = {{{0, 1, 2, 3}}},
                   .coreTypes = {{{"performance", {0, 2}, "Golden Cove", 5'000'000'000, 1024},
                                  {"efficiency", {1, 3}, "Gracemont", 3'000'000'000, 600}}},
                   .caches = {{{1, "data", 49152, 64, 12, {{0, 2}}},
                               {1, "data", 32768, 64, 8, {{1, 3}}},
                               {3, "unified", 1u << 24, 64, 16, {{0, 1, 2, 3}}}}},
                   .governor = "powersave",
                   .quotaCpus = 1.5,
                   .hypervisor = "kvm"};
    machine.memory = {.totalBytes = ~0ull,
                      .availableBytes = 1,
                      .limitBytes = 0,
                      .swapBytes = 3,
                      .numaNodes = {{{0, {0, 1}, 5, {{10, 20, 20}}, bandwidth},
                                     {1, {2, 3}, 6, {{20, 10, 20}}, {}},
                                     {8, {}, 7, {{20, 20, 10}}, {}}}},
                      .hugePages = {{{2u << 20, 4, 3}, {1u << 30, 0, 0}}},
                      .transparentHugePages = "madvise",
                      .bandwidth = bandwidth};
    Accelerator gpu;
    gpu.address = "0000:01:00.0";
    gpu.kind = "gpu";
    gpu.vendor = "nvidia";
    gpu.vendorId = "10de";
    gpu.deviceId = "2684";
    gpu.name = "RTX";
    gpu.driverBound = true;
    gpu.driver = "nvidia";
    gpu.driverVersion = "550";
    gpu.openModule = true;
    gpu.cudaVersion = "12.4";
    gpu.memoryBytes = 24ull << 30;
    gpu.memoryKind = "dedicated";
    gpu.memoryBytesPerSecond = 1'008'000'000'000;
    gpu.integrated = false;
    gpu.compute = "8.9";
    gpu.computeUnits = 128;
    gpu.numaNode = 0;
    gpu.iommuGroup = 14;
    gpu.sleeping = false;
    gpu.linkedTo = {"0000:02:00.0"};
    gpu.nodes = {{"/dev/nvidia0", NodeAccess::Denied, "video"},
                 {"/dev/nvidiactl", NodeAccess::Usable, {}},
                 {"/dev/x", NodeAccess::Absent, {}}};
    machine.accelerators = {{gpu, Accelerator()}};
    machine.virtualization = Virtualization{
        .extension = "vmx",
        .kvm = Kvm{.device = {"/dev/kvm", NodeAccess::Denied, "kvm"},
                   .works = false,
                   .reason = "run",
                   .nested = true},
        .iommu = true,
        .qemu = Qemu{.path = "/usr/bin/qemu-system-x86_64", .version = "7.2.0"},
        .libvirt = Libvirt{.version = "9.0.0",
                           .uris = {{"qemu:///session", true, {}}, {"qemu:///system", false, "refused"}}}};
    Engines engines;
    engines.podman
        = Podman{.path = "/usr/bin/podman",
                 .version = "4.3.1",
                 .runtimes = {{"crun", "/usr/bin/crun", false, "hybrid"}, {"runc", "/usr/sbin/runc", {}, {}}},
                 .networkBackend = "netavark",
                 .storageDriver = "overlay",
                 .cgroupManager = "systemd"};
    engines.cgroups = CgroupLayout::Hybrid;
    engines.delegatedControllers = {"cpu", "pids"};
    engines.systemd = true;
    engines.selinuxEnforcing = true;
    engines.cdi = {{.kind = "nvidia.com/gpu", .version = "0.5.0", .devices = {"0", "all"}}};
    engines.subordinateIds = false;
    engines.openFilesLimit = 20000;
    engines.processesLimit = 32768;
    engines.docker = Docker{.path = "/usr/bin/docker", .socket = NodeAccess::Denied};
    engines.slurm = Slurm{.path = "/usr/bin/sbatch", .clusterName = "lab"};
    engines.kubernetesContexts = {"here", "there"};
    machine.engines = engines;
    machine.storage = {{"/a", 5, "ext4", false, 500'000'000}, {"/b", {}, {}, {}, {}}};
    return machine;
}
