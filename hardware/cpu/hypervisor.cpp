#include "hardware/cpu/hypervisor.h"

#include "hardware/text.h"

#include <array>
#include <cstring>

#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>
#endif

namespace firstlight {

namespace {

struct Signature {
    std::string_view text;
    std::string_view name;
};

#if defined(__x86_64__) || defined(__i386__)

constexpr std::array signatures{
    Signature{"KVMKVMKVM", "kvm"},          Signature{"Linux KVM Hv", "kvm"},
    Signature{"XenVMMXenVMM", "xen"},       Signature{"VMwareVMware", "vmware"},
    Signature{"TCGTCGTCGTCG", "qemu"},      Signature{"bhyve bhyve ", "bhyve"},
    Signature{"ACRNACRNACRN", "acrn"},      Signature{" lrpepyh  vr", "parallels"},
    Signature{"prl hyperv  ", "parallels"}, Signature{"Microsoft Hv", "microsoft"},
};

std::optional<std::string> signatureAt(unsigned leaf)
{
    unsigned eax = 0;
    std::array<unsigned, 3> registers{};
    __cpuid(leaf, eax, registers[0], registers[1], registers[2]);
    std::array<char, 12> bytes;
    std::memcpy(bytes.data(), registers.data(), bytes.size());
    const std::string_view text(bytes.data(), bytes.size());
    for (const Signature &signature : signatures) {
        if (text.starts_with(signature.text))
            return std::string(signature.name);
    }
    return std::nullopt;
}

std::optional<std::string> fromProcessor()
{
    const auto first = signatureAt(0x40000000);
    // KVM and Xen that pretend to be Hyper-V for Windows guests keep their own name one step further.
    const auto second = first == "microsoft" ? signatureAt(0x40000100) : std::nullopt;
    return second ? second : first;
}

#else

std::optional<std::string> fromProcessor()
{
    return std::nullopt;
}

#endif

std::optional<std::string> fromDmi(const Root &root)
{
    static constexpr std::array vendors{
        Signature{"QEMU", "kvm"},
        Signature{"KVM", "kvm"},
        Signature{"Amazon EC2", "kvm"},
        Signature{"Google", "kvm"},
        Signature{"OpenStack", "kvm"},
        Signature{"VMware", "vmware"},
        Signature{"innotek", "oracle"},
        Signature{"Xen", "xen"},
        Signature{"Microsoft Corporation", "microsoft"},
        Signature{"Parallels", "parallels"},
        Signature{"BHYVE", "bhyve"},
        Signature{"Apple Virtualization", "apple"},
    };
    for (const char *file : {"product_name", "sys_vendor"}) {
        const auto text = root.readTrimmed(std::string("sys/class/dmi/id/") + file);
        for (const Signature &vendor : vendors) {
            if (text && startsWithIgnoringCase(*text, vendor.text))
                return std::string(vendor.name);
        }
    }
    return std::nullopt;
}

// Full virtualization of old (VirtualBox on Windows) hides itself from CPUID, but has devices of its own.
std::optional<std::string> fromDevices(const Root &root)
{
    static constexpr std::array devices{Signature{"80eecafe", "oracle"}, Signature{"15ad0740", "vmware"},
                                        Signature{"58530001", "xen"}};
    const std::string text = root.read("proc/bus/pci/devices", 1u << 20).value_or("");
    std::optional<std::string> name;
    forEachLine(text, [&](std::string_view line) { // "0020  80eecafe  14 …"
        const auto fields = words(line);
        for (const Signature &device : devices) {
            if (!name && fields.size() > 1 && fields[1] == device.text)
                name = device.name;
        }
    });
    return name;
}

std::optional<std::string> fromSysinfo(const Root &root)
{
    const std::string text = root.read("proc/sysinfo").value_or("");
    std::optional<std::string> name;
    forEachLine(text, [&](std::string_view line) {
        const auto pair = splitPair(line, ':');
        if (!pair || !pair->first.starts_with("VM") || !pair->first.ends_with("Control Program") || name)
            return;
        if (pair->second.starts_with("KVM"))
            name = "kvm";
        else if (pair->second.starts_with("z/VM"))
            name = "zvm";
    });
    return name;
}

std::optional<std::string> fromDeviceTree(const Root &root)
{
    const auto compatible = root.readTrimmed("proc/device-tree/hypervisor/compatible");
    if (!compatible)
        return root.exists("proc/device-tree/ibm,partition-name") ? std::optional<std::string>("phyp")
                                                                  : std::nullopt;
    if (compatible->find("xen") != std::string::npos)
        return "xen";
    return compatible->find("kvm") != std::string::npos ? "kvm" : "unknown";
}

bool isX86(const Cpu &cpu)
{
    return cpu.architecture == "x86_64" || cpu.architecture.ends_with("86");
}

} // namespace

std::optional<std::string> hypervisor(const Root &root, const Cpu &cpu)
{
    if (cpu.architecture.starts_with("s390"))
        return fromSysinfo(root);
    const bool processorSaysSo = cpu.flags && cpu.flags->contains("hypervisor");
    if (const auto type = root.readTrimmed("sys/hypervisor/type"))
        return type;
    if (isX86(cpu) && !processorSaysSo)
        return fromDevices(root); // or bare metal; a server of a cloud vendor has its name in DMI as well
    if (auto name = processorSaysSo ? root.answer("hypervisor", fromProcessor) : std::nullopt)
        return name;
    if (!isX86(cpu)) {
        if (auto name = fromDeviceTree(root))
            return name;
    }
    if (auto name = fromDmi(root); name && (processorSaysSo || *name != "microsoft"))
        return name;
    return processorSaysSo ? std::optional<std::string>("unknown") : std::nullopt;
}

} // namespace firstlight
