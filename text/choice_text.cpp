#include "text/choice_text.h"

#include "text/quantities.h"
#include "text/template.h"

#include <fmt/format.h>

namespace firstlight {

namespace {

struct ObstacleText {
    Phrase sentence;
    Phrase remedy;
};

/// In the order of ObstacleKind.
constexpr ObstacleText obstacleTexts[] = {
    {{"made for {needed} processors[; this one is {found}]", "为 {needed} 处理器制作[；这台电脑是 {found}]"}, {"", ""}},
    {{"needs a newer processor ({needed})[; this one has {found}]", "需要更新的处理器（{needed}）[；这台电脑是 {found}]"}, {"", ""}},
    {{"needs the processor instructions {needed}[; missing: {subject}]", "需要处理器指令 {needed}[；缺少：{subject}]"}, {"", ""}},
    {{"made for computers of another kind ({needed})", "为另一类电脑（{needed}）制作"}, {"", ""}},
    {{"needs {needed:bytes} of free memory[; {found:bytes} are free]", "需要 {needed:bytes} 可用内存[；目前可用 {found:bytes}]"},
     {"Close some programs, then try again.", "请关闭一些程序，然后再试。"}},
    {{"needs {needed:bytes} of memory[; this computer has {found:bytes}]", "需要 {needed:bytes} 内存[；这台电脑有 {found:bytes}]"}, {"", ""}},
    {{"needs {needed:bytes} of free disk[; {found:bytes} are free]", "需要 {needed:bytes} 可用磁盘空间[；目前可用 {found:bytes}]"},
     {"Free some disk space, then try again.", "请腾出一些磁盘空间，然后再试。"}},
    {{"made for {subject} {needed}s; none found", "为 {subject} {needed} 制作；没有找到"}, {"", ""}},
    {{"{subject} must be {needed}[, but is {found}]", "{subject} 须为 {needed}[，实际为 {found}]"}, {"", ""}},
    {{"needs the driver {needed} for the {subject} device[, but {found} is loaded]", "{subject} 设备需要驱动程序 {needed}[，但加载的是 {found}]"},
     {"Install the {subject} driver from your system's packages and restart.", "请从系统软件源安装 {subject} 驱动程序并重新启动。"}},
    {{"a device was found, but {subject} cannot be opened", "找到了设备，但无法打开 {subject}"},
     {"Add yourself to the group {needed} (sudo usermod -aG {needed} \"$USER\"), then log in again.",
      "请把自己加入用户组 {needed}（sudo usermod -aG {needed} \"$USER\"），然后重新登录。"}},
    {{"podman does not know the GPU yet (no {needed} in its CDI files)", "podman 还不认识这块 GPU（CDI 文件中没有 {needed}）"},
     {"Install the NVIDIA container toolkit, then: sudo nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml",
      "请安装 NVIDIA container toolkit，然后运行：sudo nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml"}},
    {{"needs podman, which is not installed", "需要 podman，但尚未安装"},
     {"Install it: sudo apt install podman (or dnf, zypper, pacman on other systems).",
      "请安装：sudo apt install podman（其他系统用 dnf、zypper 或 pacman）。"}},
    {{"needs podman {needed}[; {found} is installed]", "需要 podman {needed}[；已安装 {found}]"},
     {"Update podman.", "请更新 podman。"}},
    {{"no OCI runtime can start a container here[: {found}]", "这里没有能启动容器的 OCI 运行时[：{found}]"},
     {"Install runc: sudo apt install runc", "请安装 runc：sudo apt install runc"}},
    {{"podman has no user id range for you", "podman 没有分配给您的用户 ID 范围"},
     {"Give yourself one: sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 \"$USER\"",
      "请添加：sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 \"$USER\""}},
    {{"not known: {subject}[ (needed: {needed})]", "未知：{subject}[（需要：{needed}）]"}, {"", ""}},
};

/// A device file that no group may open, or nobody knows which.
constexpr Phrase accessWithoutGroup{"Ask who looks after this computer for the right to open {subject}.", "请向这台电脑的管理员申请打开 {subject} 的权限。"};

const ObstacleText &textOf(ObstacleKind kind)
{
    static_assert(std::size(obstacleTexts) == static_cast<std::size_t>(ObstacleKind::Undescribed) + 1);
    return obstacleTexts[static_cast<std::size_t>(kind)];
}

/// What is short of what is needed of a device, by the subject of DeviceProperty.
struct PropertyText {
    std::string_view subject;
    ObstacleText text;
};

constexpr PropertyText propertyTexts[] = {
    {"compute", {{"made for GPUs of generation {needed}[; this one is {found}]", "为 {needed} 代 GPU 制作[；这台电脑的是 {found}]"}, {"", ""}}},
    {"driver", {{"needs the GPU's driver {needed} or newer[; {found} is installed]", "需要 GPU 驱动程序 {needed} 或更新版本[；已安装 {found}]"}, {"Update the GPU's driver from your system's packages and restart.", "请从系统软件源更新 GPU 驱动程序并重新启动。"}}},
    {"cuda", {{"needs a GPU driver for CUDA {needed} or newer[; the one installed serves {found}]", "需要支持 CUDA {needed} 或更新版本的 GPU 驱动程序[；已安装的支持 {found}]"}, {"Update the GPU's driver from your system's packages and restart.", "请从系统软件源更新 GPU 驱动程序并重新启动。"}}},
    {"memory", {{"needs {needed:bytes} of GPU memory[; this one has {found:bytes}]", "需要 {needed:bytes} 显存[；这台电脑有 {found:bytes}]"}, {"", ""}}},
};

const ObstacleText &textOf(const Obstacle &obstacle)
{
    for (const PropertyText &property : propertyTexts) {
        if (obstacle.kind == ObstacleKind::DeviceProperty && property.subject == obstacle.subject)
            return property.text;
    }
    return textOf(obstacle.kind);
}

struct ProperName {
    std::string_view word;
    std::string_view name;
};

/// Words of the catalog that people write otherwise. What is not here is written as it is.
constexpr ProperName properNames[] = {{"amd", "AMD"}, {"ascend", "Ascend"}, {"gpu", "GPU"}, {"hygon", "Hygon"}, {"intel", "Intel"}, {"moore-threads", "Moore Threads"}, {"npu", "NPU"}, {"nvidia", "NVIDIA"}};

std::string properName(const std::string &word)
{
    for (const ProperName &known : properNames) {
        if (known.word == word)
            return std::string(known.name);
    }
    return word;
}

/// "amd, intel" → "AMD or Intel".
std::string choiceOf(const std::string &list, Language language)
{
    std::vector<std::string> words{""};
    for (std::size_t at = 0; at < list.size(); ++at) {
        const bool separator = list.compare(at, 2, ", ") == 0;
        if (separator)
            words.emplace_back();
        else
            words.back() += list[at];
        at += separator ? 1 : 0;
    }
    std::string text;
    for (std::size_t index = 0; index < words.size(); ++index) {
        const Phrase last = index + 1 == words.size() ? Phrase{" or ", " 或 "} : Phrase{", ", "、"};
        text += (index == 0 ? "" : std::string(last.in(language))) + properName(words[index]);
    }
    return text;
}

Facts factsOf(const Obstacle &obstacle, Language language)
{
    // Instructions are all needed; of everything else one is enough.
    const bool allNeeded = obstacle.kind == ObstacleKind::CpuFlags;
    return {{"subject", choiceOf(obstacle.subject, language)},
            {"needed", allNeeded ? obstacle.needed : choiceOf(obstacle.needed, language)},
            {"found", obstacle.found}};
}

struct ReasonText {
    std::string_view reason;
    Phrase sentence;
};

constexpr ReasonText reasonTexts[] = {
    {"cpu-unknown", {"threads: {value}, since this processor's cores are not known", "{value} 个线程：不清楚处理器的核心数"}},
    {"cpu-allowance", {"threads: {value}, as many as the cores that may be used", "{value} 个线程：与可用的核心数相同"}},
    {"one-a-core", {"threads: {value}, one for each core ({cpus} logical CPUs)", "{value} 个线程：每个核心一个（共 {cpus} 个逻辑 CPU）"}},
    {"cpu-quota", {"threads: {value}, since the CPU time allowed here is that of {quota} CPUs", "{value} 个线程：此处允许的 CPU 时间为 {quota} 个 CPU"}},
    {"largest-that-fits", {"{value} tokens of context: the most that fits", "{value} 个词元的上下文：可容纳的最大值"}},
    {"twice-the-prediction", {"at most {value:bytes} of memory: what is predicted and as much again", "最多 {value:bytes} 内存：预测值的两倍"}},
};

struct PhaseText {
    std::string_view phase;
    Phrase name;
};

constexpr PhaseText phaseTexts[] = {
    {"download", {"downloading", "下载"}},
    {"check", {"checking", "校验"}},
    {"unpack", {"unpacking", "解包"}},
    {"build", {"building", "构建"}},
    {"start", {"starting", "启动"}},
    {"wait", {"waking up", "等待就绪"}},
    {"retry", {"trying again", "重试"}},
    {"queue", {"waiting for another start", "等待另一次启动"}},
};

} // namespace

std::string describe(Verdict verdict, Language language)
{
    switch (verdict) {
    case Verdict::RunsNow:
        return std::string(Phrase{"runs now", "可以运行"}.in(language));
    case Verdict::AfterFix:
        return std::string(Phrase{"after a fix", "修复后可运行"}.in(language));
    case Verdict::Unknown:
        return std::string(Phrase{"not known", "未知"}.in(language));
    case Verdict::Cannot:
        return std::string(Phrase{"cannot", "不能运行"}.in(language));
    }
    return {};
}

std::string describe(const Obstacle &obstacle, Language language)
{
    return fill(textOf(obstacle).sentence.in(language), factsOf(obstacle, language));
}

std::string remedyFor(const Obstacle &obstacle, Language language)
{
    if (!obstacle.fixable)
        return {};
    const bool withoutGroup = obstacle.kind == ObstacleKind::DeviceAccess && obstacle.needed.empty();
    const Phrase &remedy = withoutGroup ? accessWithoutGroup : textOf(obstacle).remedy;
    return fill(remedy.in(language), factsOf(obstacle, language));
}

std::string describe(const TunedSetting &setting, Language language)
{
    Facts facts = setting.facts;
    facts["value"] = setting.value;
    for (const ReasonText &text : reasonTexts) {
        if (text.reason == setting.reason)
            return fill(text.sentence.in(language), facts);
    }
    return setting.name + " " + setting.value;
}

std::string describePermission(const std::string &permission, Language language)
{
    struct PermissionText {
        std::string_view name;
        Phrase sentence;
    };
    static constexpr PermissionText texts[] = {
        {"image-user", {"runs as the user that its image names", "以镜像指定的用户身份运行"}},
        {"network", {"may use the network", "可以使用网络"}},
        {"writable-root", {"may write to its own file system", "可以写入自己的文件系统"}},
    };
    for (const PermissionText &text : texts) {
        if (text.name == permission)
            return std::string(text.sentence.in(language));
    }
    constexpr std::string_view capability = "capability:";
    if (!permission.starts_with(capability))
        return permission;
    return fill(Phrase{"has the right {name} of the kernel", "拥有内核权限 {name}"}.in(language), {{"name", permission.substr(capability.size())}});
}

std::string describe(DemoState state, Language language)
{
    switch (state) {
    case DemoState::Starting:
        return std::string(Phrase{"starting", "正在启动"}.in(language));
    case DemoState::Ready:
        return std::string(Phrase{"ready", "就绪"}.in(language));
    case DemoState::Unreachable:
        return std::string(Phrase{"runs, but cannot be reached", "运行中，但无法访问"}.in(language));
    case DemoState::Stopped:
        return std::string(Phrase{"stopped", "已停止"}.in(language));
    }
    return {};
}

std::string phaseName(const std::string &phase, Language language)
{
    for (const PhaseText &text : phaseTexts) {
        if (text.phase == phase)
            return std::string(text.name.in(language));
    }
    return phase;
}

namespace {

/// "260 MB = 98 MB + 95 MB + 67 MB", each summand with what it is; empty if there is none.
std::string sum(const std::vector<std::pair<Phrase, std::optional<std::uint64_t>>> &parts, const std::optional<std::uint64_t> &total,
                Language language)
{
    std::string text;
    for (const auto &[name, bytes] : parts) {
        if (bytes)
            text += (text.empty() ? "" : " + ") + inBytes(*bytes) + " " + std::string(name.in(language));
    }
    return total && !text.empty() ? inBytes(*total) + " = " + text : text;
}

} // namespace

namespace {

struct UnitText {
    Phrase each;  ///< what one costs: "a token"
    Phrase speed; ///< "{} tokens a second"
};

/// In the order of WorkUnit.
constexpr UnitText unitTexts[] = {
    {{"token", "词元"}, {"{} tokens a second", "每秒 {} 个词元"}},
    {{"second of sound", "秒声音"}, {"{} × real time", "实时的 {} 倍"}},
    {{"picture", "张图片"}, {"{} pictures a second", "每秒 {} 张图片"}},
    {{"second of video", "秒视频"}, {"{} × real time", "实时的 {} 倍"}},
};

/// Two significant digits: an estimate is no measurement.
std::string roughly(double value)
{
    return value >= 100 ? fmt::format("{:.0f}", value) : fmt::format("{:.2g}", value);
}

/// A number of something, with the prefix of its unit behind.
std::string inTera(double number)
{
    if (number >= 1e12)
        return fmt::format("{:.1f} T", number / 1e12);
    return number >= 1e9 ? fmt::format("{:.3g} G", number / 1e9) : fmt::format("{:.3g} M", number / 1e6);
}

std::string say(const Phrase &phrase, Language language)
{
    return std::string(phrase.in(language));
}

std::string costLine(const EstimateParts &parts, const Speed &speed, Language language)
{
    const std::string unit = say(unitTexts[static_cast<std::size_t>(speed.unit)].each, language);
    if (parts.limitedByMemory && parts.readBytesPerUnit && parts.bytesPerSecond) {
        const Phrase source = parts.bandwidthMeasured ? Phrase{"measured", "实测"} : Phrase{"by its data sheet or usual", "按规格或常见值"};
        return fmt::format(fmt::runtime(say({"{:.0f} % of {} a second ({}) ÷ {} a {}", "每秒 {1}（{2}）的 {0:.0f} % ÷ 每{4} {3}"}, language)),
                           parts.memoryShare * 100, inBytes(static_cast<std::uint64_t>(*parts.bytesPerSecond)), say(source, language),
                           inBytes(static_cast<std::uint64_t>(*parts.readBytesPerUnit)), unit);
    }
    const Phrase clock = parts.clockAssumed ? Phrase{", clock assumed", "，主频为假定值"} : Phrase{"", ""};
    if (parts.limitedByClock && parts.cyclesPerUnit && parts.hertz)
        return fmt::format(fmt::runtime(say({"{}Hz (one core{}) ÷ {} cycles a {}", "{0}Hz（单核{1}）÷ 每{3} {2} 周期"}, language)),
                           inTera(*parts.hertz), say(clock, language), inTera(*parts.cyclesPerUnit), unit);
    if (!parts.operationsPerUnit || !parts.operationsPerSecond)
        return {};
    const std::string share = parts.computeShare < 1 ? fmt::format(fmt::runtime(say({"{:.0f} % of ", "{:.0f} % × "}, language)), parts.computeShare * 100) : "";
    return fmt::format(fmt::runtime(say({"{}{}op/s ({}{}) ÷ {}op a {}", "{0}{1}op/s（{2}{3}）÷ 每{5} {4}op"}, language)), share,
                       inTera(*parts.operationsPerSecond), parts.instructions.empty() ? "?" : parts.instructions, say(clock, language),
                       inTera(*parts.operationsPerUnit), unit);
}

} // namespace

std::string describe(const Speed &speed, Language language)
{
    const double value = speed.perSecond;
    const bool slowPicture = speed.unit == WorkUnit::Picture || (speed.unit == WorkUnit::VideoSecond && value < 1);
    if (speed.unit == WorkUnit::Token) // 0.75 English words a token; people count words
        return fmt::format(fmt::runtime(say({"about {} words a second", "每秒约 {} 个词"}, language)), roughly(value * 0.75));
    if (slowPicture) {
        const double seconds = 1 / value;
        const std::string time = seconds < 60 ? fmt::format(fmt::runtime(say({"{} s", "{} 秒"}, language)), roughly(seconds))
                                              : inDuration(std::chrono::seconds(static_cast<long>(seconds)), language);
        return fmt::format(fmt::runtime(speed.unit == WorkUnit::Picture ? say({"about {} a picture", "每张图片约 {}"}, language)
                                                                        : say({"about {} a second of video", "每秒视频约 {}"}, language)),
                           time);
    }
    return fmt::format(fmt::runtime(say({"about {} × real time", "约为实时的 {} 倍"}, language)), roughly(value));
}

std::vector<std::string> describe(const Estimate &estimate, const EstimateParts &parts, Language language)
{
    std::optional<std::uint64_t> context;
    std::string contextName;
    if (parts.contextTokens && parts.kvBytesPerToken) {
        context = static_cast<std::uint64_t>(*parts.contextTokens) * *parts.kvBytesPerToken;
        contextName = fmt::format(fmt::runtime(say({"context ({} tokens × {})", "上下文（{} 词元 × {}）"}, language)),
                                  *parts.contextTokens, inBytes(*parts.kvBytesPerToken));
    }
    const Phrase weights = parts.weightsComputed ? Phrase{"model (parameters × bits)", "模型（参数 × 位数）"} : Phrase{"model", "模型"};
    std::string memory = sum({{weights, parts.weightBytes}, {{contextName, contextName}, context}, {{"engine", "引擎"}, parts.overheadBytes}},
                             estimate.memoryBytes, language);
    const std::string disk = sum({{{"image", "镜像"}, parts.imageBytes},
                                  {weights, parts.weightsOnDisk ? parts.weightBytes : std::nullopt},
                                  {{"while it is built", "构建时"}, parts.buildBytes},
                                  {{"while it runs", "运行时"}, parts.temporaryBytes}},
                                 estimate.diskBytes, language);
    std::vector<std::string> lines;
    if (!memory.empty()) {
        if (estimate.memoryBytes)
            memory += fmt::format(" (± {:.0f} %)", estimate.memorySpread * 100);
        lines.push_back(say({"memory: ", "内存："}, language) + memory);
    }
    if (!disk.empty())
        lines.push_back(say({"disk: ", "磁盘："}, language) + disk);
    if (!estimate.speed)
        return lines;
    const Speed &speed = *estimate.speed;
    std::string line = fmt::format(fmt::runtime(say(unitTexts[static_cast<std::size_t>(speed.unit)].speed, language)), roughly(speed.perSecond));
    line += fmt::format(fmt::runtime(say({" ({} to {})", "（{} 到 {}）"}, language)), roughly(speed.least()), roughly(speed.most()));
    const std::string cost = speed.measuredHere ? say({"measured here in earlier runs", "本机之前运行的实测值"}, language)
                                                : costLine(parts, speed, language);
    lines.push_back(say({"speed: ", "速度："}, language) + line + (cost.empty() ? "" : " = " + cost));
    if (parts.acceleratorShare)
        lines.push_back(fmt::format(fmt::runtime(say({"{:.0f} % of the layers on the accelerator, the rest on the processor", "{:.0f} % 的层在加速器上，其余在处理器上"}, language)),
                                    *parts.acceleratorShare * 100));
    return lines;
}

const std::string &in(const LocalizedText &text, Language language)
{
    return language == Language::Chinese && !text.zhCn.empty() ? text.zhCn : text.en;
}

} // namespace firstlight
