#include "hardware/cpu/arm_cores.h"
#include "hardware/cpu/families.h"
#include "hardware/text.h"

#include <algorithm>

namespace firstlight {

namespace {

std::optional<std::string> recognise(const CpuInfo &info)
{
    const auto features = commonFlags(info, "Features");
    if (!features || !info.first("CPU implementer"))
        return std::nullopt;
    return features->contains("asimd") ? "aarch64" : "armv7l";
}

bool isArchitecture(std::string_view name)
{
    return name == "aarch64" || name.starts_with("arm");
}

// What compilers may use at -march=armv8.2-a, 8.6-a and 9-a and the kernel shows as a hwcap. Pointer
// authentication, branch targets and DIT are left out: kernels and hypervisors hide them, and code runs
// without. Each level needs the lower ones; every Armv9 core has the 8.6 set as well.
std::optional<std::string> isaLevel(const std::set<std::string> &flags)
{
    if (!hasAll(flags, {"fp", "asimd"}))
        return std::nullopt;
    if (!hasAll(flags, {"atomics", "crc32", "asimdrdm", "dcpop"}))
        return "armv8.0-a";
    if (!hasAll(flags, {"jscvt", "fcma", "lrcpc", "asimddp", "ilrcpc", "uscat", "flagm", "sb", "frint",
                        "i8mm", "bf16"}))
        return "armv8.2-a";
    return hasAll(flags, {"sve", "sve2"}) ? "armv9-a" : "armv8.6-a";
}

std::optional<int> numberOf(const CpuInfo &info, const CpuInfo::Fields &fields, std::string_view key)
{
    auto text = CpuInfo::find(fields, key);
    if (!text)
        text = CpuInfo::find(info.common, key);
    return text ? parseInt(*text) : std::nullopt;
}

// Different cores in one computer are all named, in the order of their CPUs: "Cortex-A510 + Cortex-X3".
std::optional<std::string> coreNames(const CpuInfo &info)
{
    std::vector<std::string_view> names;
    for (const CpuInfo::Processor &processor : info.processors) {
        const auto implementer = numberOf(info, processor.fields, "CPU implementer");
        const auto part = numberOf(info, processor.fields, "CPU part");
        const auto name = implementer && part ? armCore(*implementer, *part) : std::nullopt;
        if (name && std::ranges::find(names, *name) == names.end())
            names.push_back(*name);
    }
    std::string joined;
    for (const std::string_view name : names)
        joined.append(joined.empty() ? "" : " + ").append(name);
    return joined.empty() ? std::nullopt : std::optional(joined);
}

void describe(const CpuInfo &info, Cpu &cpu)
{
    if (const auto implementer = info.first("CPU implementer")) {
        const auto number = parseInt(*implementer);
        const auto name = number ? armImplementer(*number) : std::nullopt;
        cpu.vendor = name ? *name : *implementer;
    }
    cpu.model = coreNames(info);
    cpu.flags = commonFlags(info, "Features");
    if (cpu.flags && cpu.architecture == "aarch64")
        cpu.isaLevel = isaLevel(*cpu.flags);
}

} // namespace

const CpuFamily armFamily{recognise, isArchitecture, describe};

} // namespace firstlight
