#pragma once

#include "hardware/machine.h"
#include "hardware/root.h"

#include <optional>
#include <string>

namespace firstlight {

/// Below which hypervisor this computer runs: kvm, qemu, xen, microsoft, vmware, oracle, parallels, acrn,
/// bhyve, zvm, phyp; "unknown" if the processor says that there is one but nothing names it; nullopt: none
/// seen. Sources: CPUID leaves 0x40000000 and up (only live, on x86), /sys/hypervisor/type, DMI, PCI devices,
/// the device tree, /proc/sysinfo.
std::optional<std::string> hypervisor(const Root &root, const Cpu &cpu);

} // namespace firstlight
