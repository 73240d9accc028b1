#include "text/finding_text.h"

#include "text/quantities.h"
#include "text/template.h"

#include <algorithm>
#include <fmt/format.h>
#include <span>

namespace firstlight {

namespace {

// Sorted by code.
constexpr ErrorText findingTexts[] = {
    {"accelerator-denied",
     {"{device} is here, but you may not use it: {path} belongs to others.", "{device} 在这台电脑上，但您无权使用：{path} 属于其他用户。"},
     {"[Add yourself to the group “{group}”: sudo usermod -aG {group} \"$USER\". Then log in again.]", "[请把自己加入用户组“{group}”：sudo usermod -aG {group} \"$USER\"，然后重新登录。]"}},
    {"accelerator-driver-unfit",
     {"{device} uses the driver {driver}, which cannot run AI.", "{device} 使用的驱动程序 {driver} 无法运行 AI。"},
     {"Install NVIDIA's own driver with your system's driver tool or package manager, then restart.", "请用系统的驱动管理工具或软件包管理器安装 NVIDIA 官方驱动程序，然后重启。"}},
    {"accelerator-node-absent",
     {"{device} has a driver, but {path} is not there.", "{device} 已有驱动程序，但缺少 {path}。"},
     {"Start the vendor's own tool once (for NVIDIA: sudo nvidia-modprobe -u -c=0), or restart.", "请运行一次厂商的工具（NVIDIA：sudo nvidia-modprobe -u -c=0），或者重启。"}},
    {"accelerator-without-driver",
     {"{device} has no driver, so it cannot help.", "{device} 没有驱动程序，无法使用。"},
     {"Install the driver of {vendor} with your system's driver tool or package manager, then restart.", "请用系统的驱动管理工具或软件包管理器安装 {vendor} 的驱动程序，然后重启。"}},
    {"cpu-time-limited",
     {"This program may use the time of {cpus} processors only[, of {online}].", "此程序只能使用 {cpus} 个处理器的时间[（共 {online} 个）]。"},
     {"Whoever started it in this container or service can raise the limit (for podman: --cpus).", "请让创建此容器或服务的人提高限制（podman：--cpus）。"}},
    {"cpus-forbidden",
     {"This program may use {allowed} of {online} processors.", "此程序只能使用 {online} 个处理器中的 {allowed} 个。"},
     {"Start it without taskset, or from a terminal outside of this container or service.", "请不要用 taskset 启动，或者在此容器或服务之外的终端中启动。"}},
    {"disk-small",
     {"Only {free:bytes} of disk are free in {path}.", "{path} 所在磁盘只剩 {free:bytes} 可用。"},
     {"Free some space, or keep models on another disk: set FIRSTLIGHT_HOME to a folder there.", "请清理磁盘，或把模型放到另一块磁盘：将 FIRSTLIGHT_HOME 设为那里的文件夹。"}},
    {"instructions-hidden",
     {"This {name} processor does not show {flags}[: the virtual machine ({hypervisor}) hides it].", "这颗 {name} 处理器没有显示 {flags}[：被虚拟机（{hypervisor}）隐藏]。"},
     {"[In the settings of the virtual machine ({hypervisor}), choose the CPU type “host”.]", "[请在虚拟机（{hypervisor}）设置中将 CPU 类型选为“host”。]"}},
    {"instructions-old",
     {"This processor is of an older generation ({level}): AI runs several times slower than on one with AVX2.", "这颗处理器属于较早的一代（{level}）：AI 的速度比支持 AVX2 的处理器慢数倍。"},
     {}},
    {"kvm-broken",
     {"Virtual machines cannot be accelerated here: KVM is present but could not run a test guest ({reason}).", "这里的虚拟机无法加速：KVM 存在，但无法运行测试用的虚拟机（{reason}）。"},
     {"[This computer is itself a virtual machine ({hypervisor}): switch on nested virtualization where it is set up.] Demos in containers are not slowed.", "[这台电脑本身是虚拟机（{hypervisor}）：请在其设置中启用嵌套虚拟化。]容器中的演示不受影响。"}},
    {"kvm-denied",
     {"Virtual machines would be slow: you may not use /dev/kvm.", "虚拟机会很慢：您无权使用 /dev/kvm。"},
     {"[Add yourself to the group “{group}”: sudo usermod -aG {group} \"$USER\". Then log in again.]", "[请把自己加入用户组“{group}”：sudo usermod -aG {group} \"$USER\"，然后重新登录。]"}},
    {"kvm-not-loaded",
     {"Virtual machines would be slow: the kernel's KVM is not loaded.", "虚拟机会很慢：内核的 KVM 未加载。"},
     {"sudo modprobe kvm_intel || sudo modprobe kvm_amd", "sudo modprobe kvm_intel || sudo modprobe kvm_amd"}},
    {"kvm-not-nested",
     {"Virtual machines would be slow: this computer is itself one ({hypervisor}) and may not start accelerated ones.", "虚拟机会很慢：这台电脑本身是虚拟机（{hypervisor}），不能启动加速的虚拟机。"},
     {"Switch on nested virtualization where this virtual machine is set up. Demos in containers are not slowed.", "请在此虚拟机的设置中启用嵌套虚拟化。容器中的演示不受影响。"}},
    {"kvm-off-in-firmware",
     {"Virtual machines would be slow: virtualization is switched off in the firmware.", "虚拟机会很慢：固件（BIOS）中关闭了虚拟化。"},
     {"Restart, enter the firmware (BIOS) settings and switch on VT-x or AMD-V (SVM).", "请重启并进入固件（BIOS）设置，启用 VT-x 或 AMD-V（SVM）。"}},
    {"limits-not-delegated",
     {"You cannot hold a demo to a limit of memory here without root.", "在这里，非 root 用户无法限制演示使用的内存。"},
     {"Systems with systemd and cgroup v2 allow it by themselves.", "使用 systemd 和 cgroup v2 的系统会自动允许。"}},
    {"memory-limited",
     {"This program may use {limit:bytes} of the computer's {total:bytes} of memory.", "此程序只能使用电脑 {total:bytes} 内存中的 {limit:bytes}。"},
     {"Whoever started it in this container or service can raise the limit (for podman: --memory).", "请让创建此容器或服务的人提高限制（podman：--memory）。"}},
    {"memory-small",
     {"This computer has {total:bytes} of memory: only small models fit.", "这台电脑只有 {total:bytes} 内存：只能运行小模型。"},
     {"More memory helps more than anything else here.", "增加内存是最有效的改进。"}},
    {"oci-runtime-broken",
     {"Containers cannot start here[: {runtime} says “{reason}”].", "这里无法启动容器[：{runtime} 报告“{reason}”]。"},
     {"Install another one (sudo apt install crun runc), or restart the computer after a system update.", "请安装另一个运行时（sudo apt install crun runc），或在系统更新后重启电脑。"}},
    {"oci-runtime-missing",
     {"Podman is here, but no program that starts containers (crun or runc).", "已安装 podman，但缺少启动容器的程序（crun 或 runc）。"},
     {"Install one: sudo apt install crun", "请安装：sudo apt install crun"}},
    {"oci-runtime-replaced",
     {"{runtime} cannot start containers here, so another one is used[ (it says “{reason}”)].", "{runtime} 在这里无法启动容器，因此使用另一个[（它报告“{reason}”）]。"},
     {}},
    {"on-battery",
     {"This computer runs on its battery: it is slower, and speeds are not measured.", "这台电脑正在使用电池：速度较慢，且不会测量速度。"},
     {"Plug it in.", "请接通电源。"}},
    {"podman-missing",
     {"Podman is not installed; it is what runs the demos.", "未安装 podman，而演示需要用它来运行。"},
     {"Install it: sudo apt install podman (or your system's way).", "请安装：sudo apt install podman（或使用您的系统的方式）。"}},
    {"subordinate-ids-missing",
     {"You have no range of subordinate ids, which containers without root need.", "您没有从属 ID 范围，而非 root 容器需要它。"},
     {"Give yourself one: sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 \"$USER\"", "请添加：sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 \"$USER\""}},
};

/// One digit behind the point below ten, unless it is none: "8", "1.7", "0.6".
std::string number(double value)
{
    if (value >= 9.95)
        return fmt::format("{:.0f}", value);
    std::string text = fmt::format("{:.1f}", std::max(value, 0.1));
    return text.ends_with(".0") ? text.substr(0, text.size() - 2) : text;
}

/// A word of English is about 0.75 tokens' worth (OpenAI's rule of thumb); a Chinese character about one token.
std::string speed(const SpeedRange &range, Language language)
{
    const bool chinese = language == Language::Chinese;
    const double perToken = chinese ? 1.0 : 0.75;
    return fmt::format(fmt::runtime(Phrase{"about {} to {} words a second", "每秒约 {} 到 {} 个字"}.in(language)),
                       number(range.least * perToken), number(range.most * perToken));
}

std::string oneModel(const LanguageModelOutlook &model, Language language)
{
    const std::string size = fmt::format(
        fmt::runtime(Phrase{"{} billion parameters", "{} 亿参数"}.in(language)),
        language == Language::Chinese ? number(model.billionParameters * 10) : number(model.billionParameters));
    const std::string where = model.device.empty() ? std::string()
                                                   : std::string(Phrase{", on the graphics card", "，使用显卡"}.in(language));
    const std::string fast = model.speed ? (language == Language::Chinese ? "：" : ": ") + speed(*model.speed, language) : "";
    return size + where + fast;
}

} // namespace

std::span<const ErrorText> findingSentences()
{
    return findingTexts;
}

Explanation explain(const Finding &finding, Language language)
{
    const auto sentences = findingSentences();
    const auto found = std::find_if(sentences.begin(), sentences.end(), [&](const ErrorText &text) { return text.code == finding.code; });
    if (found == sentences.end())
        return {finding.code, {}};
    return {fill(found->sentence.in(language), finding.facts), fill(found->remedy.in(language), finding.facts)};
}

std::vector<std::string> describe(const std::vector<LanguageModelOutlook> &outlook, Language language)
{
    if (outlook.empty())
        return {std::string(Phrase{"no language model fits in the free memory", "可用内存放不下任何语言模型"}.in(language))};
    std::vector<std::string> lines;
    // The largest that is pleasant to talk with (people read about 4 words a second), and the largest at all.
    const auto pleasant = std::find_if(outlook.rbegin(), outlook.rend(), [](const LanguageModelOutlook &model) {
        return model.speed && model.speed->least * 0.75 >= 4;
    });
    if (pleasant != outlook.rend() && pleasant != outlook.rbegin())
        lines.push_back(oneModel(*pleasant, language));
    lines.push_back(oneModel(outlook.back(), language) + std::string(Phrase{" (the largest that fits)", "（能容纳的最大规模）"}.in(language)));
    return lines;
}

} // namespace firstlight
