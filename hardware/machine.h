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
    std::optional<CpuList> online;
    std::optional<CpuList> allowed; ///< online ∩ this process's affinity ∩ cgroup cpuset
    std::optional<std::vector<CpuList>>
        cores; ///< one list of SMT siblings a physical core, online CPUs only, by first CPU
    std::optional<double>
        quotaCpus; ///< CPU time allowed by the tightest cgroup up the tree, in CPUs; nullopt: no quota
    std::optional<std::string>
        hypervisor; ///< kvm, xen, microsoft, vmware, … "unknown" if nothing names it; nullopt: none seen

    bool operator==(const Cpu &) const = default;
};

struct Memory {
    std::optional<std::uint64_t> totalBytes;
    std::optional<std::uint64_t>
        availableBytes; ///< MemAvailable, or what the tightest cgroup leaves, whichever is less
    std::optional<std::uint64_t> limitBytes; ///< of the tightest cgroup up the tree; nullopt: no limit
    std::optional<std::uint64_t> swapBytes;

    bool operator==(const Memory &) const = default;
};

enum class NodeAccess { Usable, Denied, Absent };

/// A device file that a program must open to use an accelerator.
struct DeviceNode {
    std::string path; ///< /dev/dri/renderD128
    NodeAccess access = NodeAccess::Absent;

    bool operator==(const DeviceNode &) const = default;
};

/// A GPU or NPU, found on PCI (or the platform bus). What needs a vendor's library stays nullopt.
struct Accelerator {
    std::string address;  ///< 0000:03:00.0
    std::string kind;     ///< gpu, npu, accelerator
    std::string vendor;   ///< nvidia, amd, intel, ascend, …; "pci:1234" where the id is not known to us
    std::string vendorId; ///< four hexadecimal digits
    std::string deviceId;
    std::optional<std::string> name;
    std::optional<std::string> driver; ///< kernel driver bound to it; nullopt: none
    std::optional<std::string> driverVersion;
    std::optional<std::uint64_t> memoryBytes;
    std::optional<bool> integrated;
    std::optional<std::string> compute; ///< CUDA compute capability "8.9", AMD gfx target "gfx1100"
    std::vector<DeviceNode> nodes;      ///< empty also in a recording without dev/, where nobody knows

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
    std::vector<OciRuntime> runtimes; ///< in podman's order of preference
    std::optional<std::string> networkBackend;

    bool operator==(const Podman &) const = default;
};

/// What the engines below this user can do.
struct Engines {
    std::optional<Podman> podman; ///< nullopt: not installed
    bool rootless = true;         ///< this user is not root
    std::optional<CgroupLayout> cgroups;
    std::vector<std::string> delegatedControllers; ///< cgroup controllers that this user may set limits with
    bool systemd = false;                          ///< systemd runs as init
    bool selinuxEnforcing = false;
    std::vector<std::string> cdiKinds; ///< nvidia.com/gpu, …
    std::optional<bool>
        subordinateIds; ///< /etc/subuid and /etc/subgid name this user; nullopt: root, or not readable
    std::optional<std::uint64_t> openFilesLimit; ///< hard RLIMIT_NOFILE
    std::optional<std::uint64_t> processesLimit; ///< hard RLIMIT_NPROC, capped by kernel.pid_max

    bool operator==(const Engines &) const = default;
};

struct Storage {
    std::string path; ///< a folder that Firstlight writes to
    std::optional<std::uint64_t> freeBytes;

    bool operator==(const Storage &) const = default;
};

struct Machine {
    std::string schema = "firstlight-machine/1";
    std::optional<std::string> kernel;    ///< release
    std::optional<std::string> osId;      ///< ID of os-release
    std::optional<std::string> osVersion; ///< VERSION_ID of os-release
    std::optional<std::string> osName;    ///< PRETTY_NAME of os-release
    Cpu cpu;
    Memory memory;
    std::optional<std::vector<Accelerator>>
        accelerators;               ///< nullopt: could not look (no sysfs in a recording)
    std::optional<Engines> engines; ///< nullopt: a recording that does not tell
    std::vector<Storage> storage;

    bool operator==(const Machine &) const = default;
};

} // namespace firstlight
