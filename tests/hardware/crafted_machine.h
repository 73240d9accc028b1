#pragma once

#include "recordings.h"

/// A recorded workstation that holds at least one of each thing that a probe looks for: two packages of two
/// cores with SMT, two NUMA nodes, limits by cgroups, GPUs of three makers, an NPU, answers.
inline void craftMachine(CraftedRoot &root)
{
    std::string cpuinfo;
    for (int cpu = 0; cpu < 8; ++cpu) {
        cpuinfo
            += "processor\t: " + std::to_string(cpu)
               + "\nvendor_id\t: AuthenticAMD\ncpu family\t: 25\nmodel\t\t: 1\nmodel name\t: AMD EPYC 7313\n"
                 "stepping\t: 1\nphysical id\t: "
               + std::to_string(cpu / 2 % 2) + "\nsiblings\t: 4\ncore id\t\t: " + std::to_string(cpu % 2)
               + "\ncpu cores\t: 2\nflags\t\t: fpu cx8 cmov fxsr mmx sse sse2 syscall lm tsc pni ssse3 cx16 "
                 "sse4_1 "
                 "sse4_2 popcnt lahf_lm avx avx2 bmi1 bmi2 f16c fma abm movbe xsave svm "
                 "hypervisor\nbugs\t\t:\n"
                 "address sizes\t: 48 bits physical\n\n";
        const std::string folder = "sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/";
        const std::string core = std::to_string(cpu % 4) + "," + std::to_string(cpu % 4 + 4) + "\n";
        const std::string package = cpu / 2 % 2 == 0 ? "0-1,4-5\n" : "2-3,6-7\n";
        root.file(folder + "topology/thread_siblings_list", core)
            .file(folder + "topology/core_cpus_list", core)
            .file(folder + "topology/physical_package_id", std::to_string(cpu / 2 % 2) + "\n")
            .file(folder + "topology/package_cpus_list", package)
            .file(folder + "topology/core_siblings_list", package)
            .file(folder + "topology/die_id", "0\n")
            .file(folder + "topology/die_cpus_list", package)
            .file(folder + "cpu_capacity", "1024\n")
            .file(folder + "cpufreq/cpuinfo_max_freq", "3729000\n")
            .file(folder + "cpufreq/scaling_governor", "schedutil\n")
            .file(folder + "cpufreq/related_cpus", std::to_string(cpu) + "\n");
        for (int cache = 0; cache < 4; ++cache) {
            const std::string index = folder + "cache/index" + std::to_string(cache) + "/";
            root.file(index + "level", cache < 2 ? "1\n" : std::to_string(cache) + "\n")
                .file(index + "type", cache == 0   ? "Data\n"
                                      : cache == 1 ? "Instruction\n"
                                                   : "Unified\n")
                .file(index + "size", cache < 2    ? "32K\n"
                                      : cache == 2 ? "512K\n"
                                                   : "131072K\n")
                .file(index + "coherency_line_size", "64\n")
                .file(index + "ways_of_associativity", cache == 3 ? "16\n" : "8\n")
                .file(index + "shared_cpu_list", cache == 3 ? package : core);
        }
    }
    root.file("proc/cpuinfo", cpuinfo)
        .file("proc/meminfo",
              "MemTotal:       65441896 kB\nMemFree:        4096 kB\nMemAvailable:   60000000 kB\n"
              "SwapTotal:       8388604 kB\nHugePages_Total:       4\nHugepagesize:       2048 kB\n")
        .file("proc/sys/kernel/osrelease", "6.1.0-18-amd64\n")
        .file("proc/sys/kernel/arch", "x86_64\n")
        .file("proc/version", "Linux version 6.1.0-18-amd64\n")
        .file("proc/self/status", "Name:\tx\nCpus_allowed_list:\t0-6\nMems_allowed_list:\t0-1\n")
        .file("proc/self/cgroup", "0::/user.slice/job.scope\n")
        .file("proc/self/mountinfo", "22 1 0:20 / /proc rw - proc proc rw\n"
                                     "30 24 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw\n")
        .file("proc/1/environ", "container=podman")
        .file("etc/os-release", "ID=debian\nVERSION_ID=\"12\"\nPRETTY_NAME=\"Debian GNU/Linux 12\"\n")
        .file("etc/cdi/nvidia.yaml",
              "cdiVersion: 0.5.0\nkind: nvidia.com/gpu\ndevices:\n- name: \"0\"\n- name: all\n")
        .file("var/run/cdi/intel.json",
              R"({"cdiVersion":"0.6.0","kind":"intel.com/gpu","devices":[{"name":"card0"}]})")
        .file("sys/fs/cgroup/cgroup.controllers", "cpuset cpu io memory pids\n")
        .file("sys/fs/cgroup/user.slice/cpu.max", "max 100000\n")
        .file("sys/fs/cgroup/user.slice/memory.max", "max\n")
        .file("sys/fs/cgroup/user.slice/job.scope/cpu.max", "250000 100000\n")
        .file("sys/fs/cgroup/user.slice/job.scope/memory.max", "17179869184\n")
        .file("sys/fs/cgroup/user.slice/job.scope/memory.current", "1073741824\n")
        .file("sys/fs/cgroup/user.slice/job.scope/memory.stat", "anon 4096\ninactive_file 536870912\n")
        .file("sys/fs/cgroup/user.slice/job.scope/cpuset.cpus.effective", "0-5\n")
        .file("sys/devices/system/cpu/online", "0-7\n")
        .file("sys/devices/system/cpu/possible", "0-7\n")
        .file("sys/devices/system/cpu/present", "0-7\n")
        .file("sys/devices/system/cpu/smt/active", "1\n")
        .file("sys/devices/system/node/online", "0-1\n")
        .file("sys/devices/system/node/possible", "0-1\n")
        .file("sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never\n")
        .file("sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages", "4\n")
        .file("sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages", "3\n")
        .file("sys/class/dmi/id/sys_vendor", "Maker\n")
        .file("sys/class/dmi/id/product_name", "Workstation\n")
        .file("sys/class/dmi/id/board_vendor", "Maker\n")
        .file("sys/class/dmi/id/board_name", "Board\n")
        .file("sys/class/power_supply/AC/type", "Mains\n")
        .file("sys/class/power_supply/AC/online", "0\n")
        .file("sys/class/power_supply/BAT0/type", "Battery\n")
        .file("sys/class/power_supply/BAT0/status", "Discharging\n")
        .file("sys/module/kvm_amd/parameters/nested", "1\n")
        .file("sys/module/amdgpu/version", "6.3.6\n");
    for (int node = 0; node < 2; ++node) {
        const std::string name = std::to_string(node);
        const std::string folder = "sys/devices/system/node/node" + name + "/";
        root.file(folder + "cpulist", node == 0 ? "0-1,4-5\n" : "2-3,6-7\n")
            .file(folder + "distance", node == 0 ? "10 32\n" : "32 10\n")
            .file(folder + "meminfo",
                  "Node " + name + " MemTotal:       32720948 kB\nNode " + name + " MemFree: 9 kB\n")
            .file(folder + "hugepages/hugepages-2048kB/nr_hugepages", "2\n");
    }
    const std::string pci = "sys/bus/pci/devices/";
    root.pci("0000:00:02.0", "0x030000", "0x8086", "0x7d55", "xe")
        .pci("0000:00:0b.0", "0x120000", "0x8086", "0x7d1d", "intel_vpu")
        .file(pci + "0000:00:0b.0/accel/accel0/dev", "261:0\n")
        .pci("0000:03:00.0", "0x030000", "0x8086", "0xe20b", "xe")
        .file(pci + "0000:03:00.0/tile0/physical_vram_size_bytes", "0x2fa000000\n")
        .file(pci + "0000:03:00.0/drm/renderD130/dev", "226:130\n")
        .pci("0000:41:00.0", "0x030200", "0x10de", "0x2684", "nvidia")
        .file("proc/driver/nvidia/version",
              "NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.14  Thu Feb 22\n")
        .file("proc/driver/nvidia/gpus/0000:41:00.0/information",
              "Model: \t\t NVIDIA GeForce RTX 4090\nIRQ:   \t\t 120\nBus Location: \t 0000:41:00.0\nDevice "
              "Minor: \t 0\n")
        .pci("0000:c3:00.0", "0x038000", "0x1002", "0x744c", "amdgpu")
        .file(pci + "0000:c3:00.0/mem_info_vram_total", "25753026560\n")
        .file(pci + "0000:c3:00.0/drm/renderD129/dev", "226:129\n")
        .pci("0000:e1:00.0", "0x030000", "0x1a03", "0x2000", "ast");
    for (const char *address :
         {"0000:00:02.0", "0000:00:0b.0", "0000:03:00.0", "0000:41:00.0", "0000:c3:00.0"}) {
        root.file(pci + address + "/numa_node", "1\n")
            .file(pci + address + "/power/runtime_status", "active\n")
            .file(pci + address + "/power_state", "D0\n")
            .file(pci + address + "/boot_vga", "0\n")
            .link(pci + address + "/iommu_group", "../../../../kernel/iommu_groups/14");
    }
    root.file("sys/kernel/iommu_groups/14/type", "DMA\n");
    const std::string kfd = "sys/class/kfd/kfd/topology/nodes/";
    root.file(kfd + "0/properties", "cpu_cores_count 8\nsimd_count 0\nvendor_id 0\n")
        .file(kfd + "1/name", "plum_bonito\n")
        .file(kfd + "1/properties",
              "cpu_cores_count 0\nsimd_count 192\nsimd_per_cu 2\ngfx_target_version 110000\nvendor_id 4098\n"
              "device_id 29772\nlocation_id 49920\ndomain 0\ndrm_render_minor 129\nunique_id 77\n")
        .file(kfd + "1/mem_banks/0/properties",
              "heap_type 1\nsize_in_bytes 25753026560\nflags 0\nwidth 384\nmem_clk_max 1250\n");
    for (const char *node :
         {"kfd", "dri/renderD129", "dri/renderD130", "accel/accel0", "nvidiactl", "nvidia0", "kvm"})
        root.file(std::string("dev/") + node, "");
    root.file("firstlight.json", R"({"schema":"firstlight-recording/1","answers":{"architecture":"x86_64",)"
                                 R"("hypervisor":"kvm","access /dev/kfd":"denied render"}})");
}
