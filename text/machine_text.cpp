#include "text/machine_text.h"

#include "assistant/findings.h"
#include "text/quantities.h"

#include <algorithm>
#include <fmt/format.h>
#include <iterator>

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

std::string computer(const Machine &machine, const Lines &lines)
{
    std::string text = machine.board.value_or("");
    const auto add = [&](const std::string &part) { text += (text.empty() ? "" : ", ") + part; };
    if (machine.platform == "wsl2" || machine.platform == "wsl1")
        add(lines.say({"Linux inside Windows (WSL)", "Windows 中的 Linux（WSL）"}));
    else if (machine.cpu.hypervisor)
        add(fmt::format(fmt::runtime(lines.say({"a virtual machine ({})", "虚拟机（{}）"})), *machine.cpu.hypervisor));
    if (machine.platform == "asahi")
        add("Asahi Linux");
    if (machine.container && *machine.container != "wsl")
        add(fmt::format(fmt::runtime(lines.say({"inside a container ({})", "在容器中（{}）"})), *machine.container));
    return text;
}

std::string processor(const Cpu &cpu)
{
    std::string text = cpu.model.value_or(cpu.vendor.value_or(""));
    if (cpu.microarchitecture && !text.empty())
        text += " (" + cpu.microarchitecture->name + ")";
    else if (cpu.microarchitecture)
        text = cpu.microarchitecture->name;
    return text;
}

/// "x86_64, x86-64-v3; x86-64-v4 needs avx512bw, avx512cd, …"
std::string instructions(const Cpu &cpu, const Lines &lines)
{
    std::string text = cpu.architecture;
    if (cpu.isaLevel)
        text += ", " + *cpu.isaLevel;
    if (!cpu.nextIsaLevel || cpu.missingForNextIsaLevel.empty())
        return text;
    constexpr std::size_t shown = 3;
    std::string missing;
    std::size_t count = 0;
    for (const std::string &flag : cpu.missingForNextIsaLevel) {
        if (++count > shown)
            break;
        missing += (missing.empty() ? "" : ", ") + flag;
    }
    if (count > shown)
        missing += ", …";
    return text + fmt::format(fmt::runtime(lines.say({"; {} would need {}", "；{} 还需要 {}"})), *cpu.nextIsaLevel, missing);
}

/// "6 performance + 8 efficiency + 2 low-power"
std::string coreTypes(const Cpu &cpu, const Lines &lines)
{
    struct KindName {
        std::string_view kind;
        Phrase name;
    };
    static constexpr KindName names[]{{"performance", {"performance", "性能核"}}, {"efficiency", {"efficiency", "能效核"}}, {"low-power", {"low-power", "低功耗核"}}};
    std::string text;
    if (!cpu.coreTypes || !cpu.cores || cpu.coreTypes->size() < 2)
        return text;
    for (const CoreType &type : *cpu.coreTypes) {
        const auto count = std::count_if(cpu.cores->begin(), cpu.cores->end(), [&](const CpuList &core) {
            return !intersection(core, type.cpus).empty();
        });
        const auto *name = std::find_if(std::begin(names), std::end(names), [&](const KindName &each) { return each.kind == type.kind; });
        text += (text.empty() ? "" : " + ") + std::to_string(count) + " " + (name == std::end(names) ? type.kind : lines.say(name->name));
    }
    return text;
}

std::string cores(const Cpu &cpu, const Lines &lines)
{
    if (!cpu.online)
        return {};
    std::string text = cpu.cores
                           ? fmt::format(fmt::runtime(lines.say({"{} cores, {} logical CPUs", "{} 个核心，{} 个逻辑 CPU"})), cpu.cores->size(), cpu.online->size())
                           : fmt::format(fmt::runtime(lines.say({"{} logical CPUs", "{} 个逻辑 CPU"})), cpu.online->size());
    if (const std::string types = coreTypes(cpu, lines); !types.empty())
        text += " (" + types + ")";
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
    if (memory.bandwidth)
        text += fmt::format(fmt::runtime(lines.say({", reads {} a second", "，每秒读取 {}"})), inBytes(memory.bandwidth->allThreadsBytesPerSecond));
    if (memory.limitBytes)
        text += fmt::format(fmt::runtime(lines.say({"; limited to {}", "；限制为 {}"})), inBytes(*memory.limitBytes));
    return text;
}

std::string accelerator(const Accelerator &device, const Lines &lines)
{
    std::string text = shownName(device);
    if (device.compute)
        text += ", " + *device.compute;
    if (device.memoryBytes)
        text += ", " + inBytes(*device.memoryBytes);
    if (device.driverBound == false)
        text += lines.say({", no driver", "，没有驱动程序"});
    for (const DeviceNode &node : device.nodes) {
        if (node.access == NodeAccess::Denied)
            text += node.group ? fmt::format(fmt::runtime(lines.say({", {} can be opened by the group {} only", "，只有 {1} 用户组能打开 {0}"})), node.path, *node.group)
                               : fmt::format(fmt::runtime(lines.say({", {} cannot be opened", "，无法打开 {}"})), node.path);
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

std::string virtualMachines(const Virtualization &virtualization, const Lines &lines)
{
    const auto &kvm = virtualization.kvm;
    std::string text;
    if (kvm && kvm->works == true)
        text = lines.say({"KVM works", "KVM 可用"});
    else if (kvm && kvm->device.access == NodeAccess::Usable && !kvm->works)
        text = lines.say({"KVM, not tried", "KVM（未测试）"});
    else if (kvm)
        text = lines.say({"without KVM, slow", "没有 KVM，速度慢"});
    if (virtualization.qemu)
        text += (text.empty() ? "QEMU " : ", QEMU ") + virtualization.qemu->version.value_or("");
    if (virtualization.libvirt)
        text += (text.empty() ? "libvirt " : ", libvirt ") + virtualization.libvirt->version.value_or("");
    return text;
}

} // namespace

std::vector<std::pair<std::string, std::string>> describe(const Machine &machine, Language language)
{
    Lines lines(language);
    const Cpu &cpu = machine.cpu;
    if (const std::string text = computer(machine, lines); !text.empty())
        lines.add({"computer", "电脑"}, text);
    lines.add({"processor", "处理器"}, processor(cpu));
    lines.add({"instructions", "指令集"}, instructions(cpu, lines));
    lines.add({"cores", "核心"}, cores(cpu, lines));
    lines.add({"memory", "内存"}, memory(machine.memory, lines));
    if (!machine.accelerators) {
        lines.add({"accelerators", "加速器"}, {});
    } else if (machine.accelerators->empty()) {
        lines.add({"accelerators", "加速器"}, lines.say({"none found", "没有找到"}));
    } else {
        // Equal ones stand on one line: "8 × …".
        std::vector<std::pair<std::string, int>> devices;
        for (const Accelerator &device : *machine.accelerators) {
            std::string text = accelerator(device, lines);
            if (!devices.empty() && devices.back().first == text)
                ++devices.back().second;
            else
                devices.emplace_back(std::move(text), 1);
        }
        for (const auto &[text, count] : devices)
            lines.add({"accelerator", "加速器"}, count > 1 ? fmt::format("{} × {}", count, text) : text);
    }
    lines.add({"containers", "容器"}, machine.engines ? podman(*machine.engines, lines) : std::string());
    if (machine.virtualization)
        lines.add({"virtual machines", "虚拟机"}, virtualMachines(*machine.virtualization, lines));
    for (const Storage &storage : machine.storage) {
        std::string text = storage.freeBytes ? inBytes(*storage.freeBytes) : lines.unknown();
        if (storage.readBytesPerSecond)
            text += fmt::format(fmt::runtime(lines.say({", reads {} a second", "，每秒读取 {}"})), inBytes(*storage.readBytesPerSecond));
        lines.add({"free disk", "可用磁盘"}, fmt::format("{}  ({})", text, storage.path));
    }
    lines.add({"system", "系统"}, machine.osName.value_or("") + (machine.kernel ? ", Linux " + *machine.kernel : ""));
    return lines.take();
}

} // namespace firstlight
