#pragma once

#include "hardware/cpu_list.h"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace firstlight {

/// What this computer is: the value that `probe()` makes and everything else reads. An unknown is nullopt,
/// never 0 or false. Sizes are in bytes. Serialises to JSON with sorted keys (hardware/machine_json.h).

/// The name of a processor's design, for display only: what an image needs is asked of `flags`.
struct Microarchitecture {
    std::string name;                      ///< archspec's spelling: zen4, sapphirerapids, neoverse_v2, la664
    std::optional<std::string> compatible; ///< the newest design whose every feature is here; nullopt: none
    std::set<std::string>
        missing; ///< features of `name` that are not visible here: why it is not `compatible`

    bool operator==(const Microarchitecture &) const = default;
};

/// Processors of one kind, in a computer with several kinds of cores or only one.
struct CoreType {
    std::string kind; ///< performance, efficiency, low-power; "uniform" if all are of one kind
    CpuList cpus;
    std::optional<std::string> name; ///< of the core's design: Cortex-X3
    std::optional<std::uint64_t> maximumHz;
    std::optional<int> capacity; ///< the kernel's cpu_capacity, 1024 for the fastest

    bool operator==(const CoreType &) const = default;
};

/// All caches of one level, kind and size.
struct Cache {
    int level = 0;
    std::string kind;                       ///< data, instruction, unified
    std::optional<std::uint64_t> sizeBytes; ///< of each
    std::optional<int> lineBytes;
    std::optional<int> ways;
    std::vector<CpuList> sharedBy; ///< one list of online CPUs for each such cache

    bool operator==(const Cache &) const = default;
};

struct Cpu {
    std::string
        architecture; ///< as `uname -m` spells it: x86_64, aarch64, riscv64, loongarch64, ppc64le, s390x
    std::optional<std::string>
        vendor; ///< GenuineIntel, AuthenticAMD, ARM, Loongson, … (decoded Arm implementer)
    std::optional<std::string> model; ///< the marketing name, for display only
    std::optional<int> family;
    std::optional<int> modelNumber;
    std::optional<int> stepping;
    std::optional<std::set<std::string>> flags; ///< kernel spellings; the intersection over all online CPUs
    std::optional<std::string> isaLevel; ///< x86-64-v1…v4, armv8.0-a, armv8.2-a, armv8.6-a, armv9-a, rva20,
                                         ///< rva22, rva23, la64-lsx, la64-lasx, power7…11, z13…z17
    std::optional<std::string> nextIsaLevel;      ///< the level above; nullopt: none that we know
    std::set<std::string> missingForNextIsaLevel; ///< flags that the level above needs and are not here
    std::optional<Microarchitecture> microarchitecture;
    std::optional<CpuList> online;
    std::optional<CpuList> allowed; ///< online ∩ this process's affinity ∩ cgroup cpuset
    std::optional<std::vector<CpuList>>
        cores; ///< one list of SMT siblings a physical core, online CPUs only, by first CPU
    std::optional<std::vector<CpuList>> packages;   ///< online CPUs of each socket, by first CPU
    std::optional<std::vector<CpuList>> dies;       ///< online CPUs of each die, by first CPU
    std::optional<std::vector<CoreType>> coreTypes; ///< fastest first
    std::optional<std::vector<Cache>> caches;       ///< by level, then data, instruction, unified, then size
    std::optional<std::string> governor;            ///< of CPU frequency; several are joined by "+"
    std::optional<double>
        quotaCpus; ///< CPU time allowed by the tightest cgroup up the tree, in CPUs; nullopt: no quota
    std::optional<std::string>
        hypervisor; ///< kvm, xen, microsoft, vmware, … "unknown" if nothing names it; nullopt: none seen

    bool operator==(const Cpu &) const = default;
};

/// Reading speed of main memory, measured.
struct MemoryBandwidth {
    std::uint64_t oneThreadBytesPerSecond = 0;
    std::uint64_t allThreadsBytesPerSecond = 0; ///< one thread an allowed physical core

    bool operator==(const MemoryBandwidth &) const = default;
};

struct NumaNode {
    int number = 0;
    CpuList cpus; ///< online ones; empty for a node of memory alone
    std::optional<std::uint64_t> memoryBytes;
    std::optional<std::vector<std::uint64_t>>
        distances; ///< to each node in the order of this list; 10 is local (a vector of int is a CpuList)
    std::optional<MemoryBandwidth> bandwidth; ///< of its memory read by its own CPUs

    bool operator==(const NumaNode &) const = default;
};

struct HugePages {
    std::uint64_t pageBytes = 0;
    std::optional<std::uint64_t> total;
    std::optional<std::uint64_t> free;

    bool operator==(const HugePages &) const = default;
};

struct Memory {
    std::optional<std::uint64_t> totalBytes;
    std::optional<std::uint64_t>
        availableBytes; ///< MemAvailable, or what the tightest cgroup leaves, whichever is less
    std::optional<std::uint64_t> limitBytes; ///< of the tightest cgroup up the tree; nullopt: no limit
    std::optional<std::uint64_t> swapBytes;
    std::optional<std::vector<NumaNode>> numaNodes;  ///< by number
    std::optional<std::vector<HugePages>> hugePages; ///< by size
    std::optional<std::string> transparentHugePages; ///< always, madvise, never
    std::optional<MemoryBandwidth> bandwidth;        ///< of all nodes together; nullopt: not measured

    bool operator==(const Memory &) const = default;
};

enum class NodeAccess { Usable, Denied, Absent };

/// A device file that a program must open to use an accelerator.
struct DeviceNode {
    std::string path; ///< /dev/dri/renderD128
    NodeAccess access = NodeAccess::Absent;
    std::optional<std::string> group; ///< when denied: the group whose members may open it

    bool operator==(const DeviceNode &) const = default;
};

/// A GPU or NPU, found on PCI (or the platform bus). What needs a vendor's library stays nullopt.
struct Accelerator {
    std::string address;  ///< 0000:03:00.0
    std::string kind;     ///< gpu, npu, accelerator, dpu
    std::string vendor;   ///< nvidia, amd, intel, ascend, …; "pci:1234" where the id is not known to us
    std::string vendorId; ///< four hexadecimal digits
    std::string deviceId;
    std::optional<std::string> name;
    std::optional<bool> driverBound;   ///< whether a kernel driver has it; nullopt: a recording without links
    std::optional<std::string> driver; ///< name of that driver
    std::optional<std::string> driverVersion;
    std::optional<bool> openModule;           ///< of NVIDIA's driver: whether it is the open kernel module
    std::optional<std::string> cudaVersion;   ///< the newest CUDA that the driver serves
    std::optional<std::uint64_t> memoryBytes; ///< its own; of a unified one what the driver sets aside
    std::optional<std::string> memoryKind;    ///< dedicated, unified (it works in main memory)
    std::optional<std::uint64_t> memoryBytesPerSecond; ///< by width and clock of its memory
    std::optional<bool> integrated;
    std::optional<std::string> compute; ///< CUDA compute capability "8.9", AMD gfx target "gfx1100"
    std::optional<int> computeUnits;    ///< AMD compute units, NVIDIA multiprocessors
    std::optional<int> numaNode;
    std::optional<int> iommuGroup;
    std::optional<bool> sleeping;      ///< the kernel has suspended it; nothing that wakes it was asked
    std::vector<std::string> linkedTo; ///< addresses of those that it reaches by XGMI or NVLink
    std::vector<DeviceNode> nodes;     ///< empty also in a recording without dev/, where nobody knows

    bool operator==(const Accelerator &) const = default;
};

/// One OCI runtime, and whether it can start a container here.
struct OciRuntime {
    std::string name; ///< crun, runc
    std::string path;
    std::optional<bool> works; ///< nullopt: not tried
    std::string reason;        ///< when it does not work: the runtime's own words

    bool operator==(const OciRuntime &) const = default;
};

enum class CgroupLayout { V1, Hybrid, V2 };

struct Podman {
    std::string path;
    std::optional<std::string> version;
    std::vector<OciRuntime> runtimes;          ///< in podman's order of preference
    std::optional<std::string> networkBackend; ///< netavark, cni
    std::optional<std::string> storageDriver;  ///< overlay, vfs, btrfs, zfs
    std::optional<std::string> cgroupManager;  ///< systemd, cgroupfs

    bool operator==(const Podman &) const = default;
};

/// One specification of the Container Device Interface.
struct CdiSpecification {
    std::string kind;                   ///< nvidia.com/gpu
    std::optional<std::string> version; ///< cdiVersion: 0.5.0
    std::vector<std::string> devices;   ///< names: all, 0, GPU-…

    bool operator==(const CdiSpecification &) const = default;
};

struct Docker {
    std::string path;                       ///< of the command
    NodeAccess socket = NodeAccess::Absent; ///< of its service

    bool operator==(const Docker &) const = default;
};

struct Slurm {
    std::string path;                       ///< of sbatch
    std::optional<std::string> clusterName; ///< of slurm.conf

    bool operator==(const Slurm &) const = default;
};

/// What the engines below this user can do.
struct Engines {
    std::optional<Podman> podman; ///< nullopt: not installed
    bool rootless = true;         ///< this user is not root
    std::optional<CgroupLayout> cgroups;
    std::vector<std::string> delegatedControllers; ///< cgroup controllers that this user may set limits with
    bool systemd = false;                          ///< systemd runs as init
    bool selinuxEnforcing = false;
    std::vector<CdiSpecification> cdi; ///< by kind
    std::optional<bool>
        subordinateIds; ///< /etc/subuid and /etc/subgid name this user; nullopt: root, or not readable
    std::optional<std::uint64_t> openFilesLimit; ///< hard RLIMIT_NOFILE
    std::optional<std::uint64_t> processesLimit; ///< hard RLIMIT_NPROC, capped by kernel.pid_max
    std::optional<Docker> docker;                ///< nullopt: not installed
    std::optional<Slurm> slurm;                  ///< nullopt: no sbatch here
    std::vector<std::string> kubernetesContexts; ///< of this user's kubeconfig; none was contacted

    bool operator==(const Engines &) const = default;
};

/// The kernel's virtual machine monitor.
struct Kvm {
    DeviceNode device;         ///< /dev/kvm
    std::optional<bool> works; ///< a tiny guest has run; nullopt: not tried
    std::string reason;        ///< when it does not work: the step that failed ("KVM_RUN timeout")
    std::optional<bool> nested;

    bool operator==(const Kvm &) const = default;
};

struct Qemu {
    std::string path;
    std::optional<std::string> version;

    bool operator==(const Qemu &) const = default;
};

struct LibvirtUri {
    std::string uri;             ///< qemu:///session, qemu:///system
    std::optional<bool> answers; ///< nullopt: not tried
    std::string reason;          ///< when it does not answer, a code (hardware/virtualization/libvirt.h)

    bool operator==(const LibvirtUri &) const = default;
};

struct Libvirt {
    std::optional<std::string> version;
    std::vector<LibvirtUri> uris;

    bool operator==(const Libvirt &) const = default;
};

/// What virtual machines can be here.
struct Virtualization {
    std::optional<std::string> extension; ///< of the processor: vmx, svm, …
    std::optional<Kvm> kvm;
    std::optional<bool> iommu;      ///< groups exist, so that devices can be passed on
    std::optional<Qemu> qemu;       ///< nullopt: not installed, or a recording that does not tell
    std::optional<Libvirt> libvirt; ///< the same

    bool operator==(const Virtualization &) const = default;
};

struct Storage {
    std::string path; ///< a folder that Firstlight writes to
    std::optional<std::uint64_t> freeBytes;
    std::optional<std::string> fileSystem;           ///< ext4, btrfs, overlay, …
    std::optional<bool> rotational;                  ///< a spinning disk
    std::optional<std::uint64_t> readBytesPerSecond; ///< measured, past the page cache

    bool operator==(const Storage &) const = default;
};

struct Machine {
    std::string schema = "firstlight-machine/1";
    std::optional<std::string> kernel;    ///< release
    std::optional<std::string> osId;      ///< ID of os-release
    std::optional<std::string> osVersion; ///< VERSION_ID of os-release
    std::optional<std::string> osName;    ///< PRETTY_NAME of os-release
    std::optional<std::string> board;     ///< maker and model of the computer, without its serial number
    std::optional<std::string> platform;  ///< asahi, wsl2, wsl1; nullopt: nothing special
    std::optional<std::string> container; ///< podman, docker, lxc, … if we run inside one; nullopt: none seen
    std::optional<bool> onBattery;
    Cpu cpu;
    Memory memory;
    std::optional<std::vector<Accelerator>>
        accelerators; ///< nullopt: could not look (no sysfs in a recording)
    std::optional<Virtualization> virtualization;
    std::optional<Engines> engines; ///< nullopt: a recording that does not tell
    std::vector<Storage> storage;

    bool operator==(const Machine &) const = default;
};

} // namespace firstlight
