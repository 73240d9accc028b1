#include "hardware/virtualization/virtualization.h"

#include "hardware/virtualization/kvm.h"
#include "hardware/virtualization/libvirt.h"
#include "hardware/virtualization/qemu.h"

#include <array>
#include <string_view>

namespace firstlight {

namespace {

struct Extension {
    std::string_view architecture;
    const char *flag;
};

// Linux: arch/*/kernel (cpuinfo), the RISC-V ISA manual for h.
constexpr std::array extensions{Extension{"x86_64", "vmx"}, Extension{"x86_64", "svm"},
                                Extension{"s390x", "sie"}, Extension{"loongarch64", "lvz"},
                                Extension{"riscv64", "h"}};

/// Arm tells by no flag; that there is a /dev/kvm means that the kernel came up at the hypervisor's level.
std::optional<std::string> extensionOf(const Cpu &cpu, const std::optional<Kvm> &kvm)
{
    if (cpu.architecture == "aarch64" && kvm && kvm->device.access != NodeAccess::Absent)
        return "el2";
    return virtualizationExtension(cpu);
}

std::optional<bool> hasIommu(const Root &root)
{
    constexpr const char *groups = "sys/kernel/iommu_groups";
    return root.exists(groups) ? std::optional(!root.entries(groups).empty()) : std::nullopt;
}

} // namespace

std::optional<std::string> virtualizationExtension(const Cpu &cpu)
{
    for (const Extension &extension : extensions) {
        if (cpu.flags && cpu.architecture == extension.architecture && cpu.flags->contains(extension.flag))
            return extension.flag;
    }
    return std::nullopt;
}

std::optional<Virtualization> readVirtualization(const Root &root, const Cpu &cpu, SlowFacts &facts,
                                                 const ProbeOptions &options, std::stop_token stop)
{
    Virtualization result;
    result.kvm = readKvm(root, facts, options, stop);
    result.extension = extensionOf(cpu, result.kvm);
    result.iommu = hasIommu(root);
    result.qemu = readQemu(root, cpu.architecture, facts);
    result.libvirt = readLibvirt(root, cpu.architecture, options, stop);
    return result == Virtualization() ? std::nullopt : std::optional(result);
}

} // namespace firstlight
