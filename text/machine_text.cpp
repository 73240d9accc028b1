#include "text/machine_text.h"

#include "text/quantities.h"

#include <fmt/format.h>

namespace firstlight {

namespace {

class Lines {
public:
    explicit Lines(Language language)
        : m_language(language)
    {
    }

    std::string say(Phrase phrase) const { return std::string(phrase.in(m_language)); }
    std::string unknown() const { return say({"not known", "未知"}); }
    void add(Phrase heading, std::string value)
    {
        m_lines.emplace_back(say(heading), value.empty() ? unknown() : std::move(value));
    }
    std::vector<std::pair<std::string, std::string>> take() { return std::move(m_lines); }

private:
    Language m_language;
    std::vector<std::pair<std::string, std::string>> m_lines;
};

std::string cores(const Cpu &cpu, const Lines &lines)
{
    if (!cpu.online)
        return {};
    std::string text = cpu.cores
                           ? fmt::format(fmt::runtime(lines.say({"{} cores, {} logical CPUs", "{} 个核心，{} 个逻辑 CPU"})), cpu.cores->size(), cpu.online->size())
                           : fmt::format(fmt::runtime(lines.say({"{} logical CPUs", "{} 个逻辑 CPU"})), cpu.online->size());
    if (cpu.allowed && *cpu.allowed != *cpu.online)
        text += fmt::format(fmt::runtime(lines.say({"; this program may use {}", "；本程序可使用 {}"})), formatCpuList(*cpu.allowed));
    if (cpu.quotaCpus)
        text += fmt::format(fmt::runtime(lines.say({"; limited to the time of {:.2g} CPUs", "；限制为 {:.2g} 个 CPU 的时间"})), *cpu.quotaCpus);
    return text;
}

std::string memory(const Memory &memory, const Lines &lines)
{
    if (!memory.totalBytes)
        return {};
    std::string text = inBytes(*memory.totalBytes);
    if (memory.availableBytes)
        text += fmt::format(fmt::runtime(lines.say({", {} free", "，可用 {}"})), inBytes(*memory.availableBytes));
    if (memory.limitBytes)
        text += fmt::format(fmt::runtime(lines.say({"; limited to {}", "；限制为 {}"})), inBytes(*memory.limitBytes));
    return text;
}

std::string accelerator(const Accelerator &device, const Lines &lines)
{
    std::string text = device.name.value_or(fmt::format("{} {} {}:{}", device.vendor, device.kind, device.vendorId, device.deviceId));
    if (device.compute)
        text += ", " + *device.compute;
    if (device.memoryBytes)
        text += ", " + inBytes(*device.memoryBytes);
    if (!device.driver)
        text += lines.say({", no driver", "，没有驱动程序"});
    for (const DeviceNode &node : device.nodes) {
        if (node.access == NodeAccess::Denied)
            text += fmt::format(fmt::runtime(lines.say({", {} cannot be opened", "，无法打开 {}"})), node.path);
    }
    return text;
}

std::string podman(const Engines &engines, const Lines &lines)
{
    if (!engines.podman)
        return lines.say({"podman is not installed", "未安装 podman"});
    std::string text = "podman " + engines.podman->version.value_or("?") + (engines.rootless ? ", rootless" : ", root");
    for (const OciRuntime &runtime : engines.podman->runtimes) {
        text += ", " + runtime.name;
        if (runtime.works)
            text += *runtime.works ? " ✔" : " ✘";
    }
    if (engines.cgroups)
        text += *engines.cgroups == CgroupLayout::V2 ? ", cgroup v2" : *engines.cgroups == CgroupLayout::V1 ? ", cgroup v1"
                                                                                                            : ", cgroup v1+v2";
    return text;
}

} // namespace

std::vector<std::pair<std::string, std::string>> describe(const Machine &machine, Language language)
{
    Lines lines(language);
    const Cpu &cpu = machine.cpu;
    lines.add({"processor", "处理器"}, cpu.model.value_or(cpu.vendor.value_or("")));
    lines.add({"kind", "架构"}, cpu.architecture + (cpu.isaLevel ? ", " + *cpu.isaLevel : ""));
    lines.add({"cores", "核心"}, cores(cpu, lines));
    lines.add({"memory", "内存"}, memory(machine.memory, lines));
    if (!machine.accelerators) {
        lines.add({"accelerators", "加速器"}, {});
    } else if (machine.accelerators->empty()) {
        lines.add({"accelerators", "加速器"}, lines.say({"none found", "没有找到"}));
    } else {
        for (const Accelerator &device : *machine.accelerators)
            lines.add({"accelerator", "加速器"}, accelerator(device, lines));
    }
    lines.add({"containers", "容器"}, machine.engines ? podman(*machine.engines, lines) : std::string());
    for (const Storage &storage : machine.storage) {
        const std::string free = storage.freeBytes ? inBytes(*storage.freeBytes) : lines.unknown();
        lines.add({"free disk", "可用磁盘"}, fmt::format("{}  ({})", free, storage.path));
    }
    lines.add({"system", "系统"}, machine.osName.value_or("") + (machine.kernel ? ", Linux " + *machine.kernel : ""));
    return lines.take();
}

} // namespace firstlight
