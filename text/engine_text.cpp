#include "text/engine_text.h"

#include "runners/podman/container_settings.h"
#include "text/quantities.h"
#include "text/template.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <fmt/format.h>
#include <iterator>
#include <optional>
#include <string_view>
#include <vector>

namespace firstlight {

namespace {

struct WorkaroundText {
    std::string_view code;
    Phrase sentence;
};

constexpr WorkaroundText workaroundTexts[] = {
    {"cpuset-not-delegated", {"cannot keep a demo to certain CPUs: this system does not let you ({missing} is not handed to you)", "无法让演示只使用指定的 CPU：此系统不允许您这样做（没有把 {missing} 交给您）"}},
    {"limits-ignored", {"cannot limit the memory and CPU time of a demo: this system does not let you without root (cgroup {cgroups}, {missing})", "无法限制演示的内存和 CPU 时间：此系统不允许非 root 用户这样做（cgroup {cgroups}，{missing}）"}},
    {"no-systemd", {"does without systemd, which does not run here (control groups: {cgroup-manager}, events: {events}, logs: {logs})", "不依赖 systemd，因为它没有在这里运行（控制组：{cgroup-manager}，事件：{events}，日志：{logs}）"}},
    {"oci-runtime", {"starts containers with {runtime} instead of {instead-of}[, which cannot run here: {found}]", "用 {runtime} 代替 {instead-of} 启动容器[，因为后者在这里无法运行：{found}]"}},
    {"private-storage", {"keeps images and containers in {path}, because FIRSTLIGHT_HOME is set", "把镜像和容器保存在 {path}，因为设置了 FIRSTLIGHT_HOME"}},
    {"resource-limits", {"lets a container open {nofile} files and start {nproc} processes at most: this system allows no more", "容器最多可打开 {nofile} 个文件、启动 {nproc} 个进程：此系统不允许更多"}},
    {"runtime-directory", {"keeps podman's short-lived files in {path}, because XDG_RUNTIME_DIR does not name a folder of yours", "把 podman 的临时文件放在 {path}，因为 XDG_RUNTIME_DIR 没有指向属于您的文件夹"}},
    {"storage-overlay", {"stores images with {driver}: {instead-of}, podman's own choice, would copy the whole image for each container", "用 {driver} 保存镜像：podman 默认的 {instead-of} 会为每个容器复制整个镜像"}},
    {"storage-vfs", {"keeps its images in {path}: your own podman store (vfs) would copy the whole image for each container", "把镜像保存在 {path}：您自己的 podman 存储（vfs）会为每个容器复制整个镜像"}},
};

/// Of one kind of proof. `{found}` and `{expected}` are made readable before they are filled in.
struct ProofText {
    std::string_view what;
    Phrase kept;
    Phrase broken; ///< what was promised, what is there instead, and what to do
    Phrase silent; ///< kept as far as is known, but nothing was found; empty where that cannot be
};

constexpr ProofText proofTexts[] = {
    {"capabilities",
     {"has none of root's special rights", "没有任何 root 特权"},
     {"still HAS special rights of root, which it was to lose (found {found}). Stop it if you do not trust it.",
      "【未兑现】本应没有 root 特权，却仍然拥有（实际为 {found}）。如果您不信任它，请将其停止。"},
     {}},
    {"cpu-build",
     {"runs the CPU build for {found}", "运行的是针对 {found} 的 CPU 版本"},
     {"does NOT run the CPU build that was promised: {expected}[; it runs the one for {found}]. It may be slow; try another variant of it.",
      "【未兑现】应运行针对 {expected} 的 CPU 版本[，实际是 {found}]。速度可能较慢；请换一个版本再试。"},
     {"does not tell in its log which CPU build it runs", "日志没有说明运行的是哪个 CPU 版本"}},
    {"cpu-limit",
     {"may use the time of {found} CPUs at most", "最多可使用 {found} 个 CPU 的时间"},
     {"is NOT held to the time of {expected} CPUs[; its limit is {found}]. If other programs become slow, stop it.",
      "【未兑现】应限制为 {expected} 个 CPU 的时间[，实际为 {found}]。如果其他程序变慢，请将其停止。"},
     {}},
    {"cpuset",
     {"runs on the CPUs {found} only", "只在 CPU {found} 上运行"},
     {"is NOT kept to the CPUs {expected}[; it may use {found}]. If other programs become slow, stop it.",
      "【未兑现】应只使用 CPU {expected}[，实际可用 {found}]。如果其他程序变慢，请将其停止。"},
     {}},
    {"gpu",
     {"computes {found} layers of the model on the GPU", "模型有 {found} 层在 GPU 上计算"},
     {"does NOT use the GPU, though that was promised[ (layers on it: {found})]. It answers, but slowly; see what is found of the GPU: firstlight machine",
      "【未兑现】本应使用 GPU，却没有使用[（GPU 上的层数：{found}）]。它可以回答，但很慢；查看 GPU 的检测结果：firstlight machine"},
     {"does not tell in its log whether it uses the GPU", "日志没有说明是否使用了 GPU"}},
    {"memory-limit",
     {"may use {found} of memory at most", "最多可使用 {found} 内存"},
     {"is NOT held to {expected} of memory[; its limit is {found}]. If memory becomes scarce, stop it.",
      "【未兑现】内存应限制为 {expected}[，实际为 {found}]。如果内存不足，请将其停止。"},
     {}},
    {"network",
     {"has no network", "没有网络"},
     {"HAS a network, which it was not to have[ (found {found})]. What you give it could leave this computer; stop it.",
      "【未兑现】本应没有网络，却有网络[（实际为 {found}）]。您给它的内容可能会离开这台电脑；请将其停止。"},
     {}},
    {"no-new-privileges",
     {"cannot gain rights that it was not given", "无法获得未授予的权限"},
     {"CAN gain rights that it was not given, which was to be ruled out. Stop it if you do not trust it.",
      "【未兑现】本应无法获得新的权限，实际却可以。如果您不信任它，请将其停止。"},
     {}},
    {"process-limit",
     {"may start {found} processes at most", "最多可启动 {found} 个进程"},
     {"is NOT held to {expected} processes[; its limit is {found}]. If the computer becomes slow, stop it.",
      "【未兑现】应限制为 {expected} 个进程[，实际为 {found}]。如果电脑变慢，请将其停止。"},
     {}},
    {"read-only-root",
     {"cannot change its own program files", "无法修改自己的程序文件"},
     {"CAN change its own program files, which was to be ruled out. Stop it if you do not trust it.",
      "【未兑现】本应无法修改自己的程序文件，实际却可以。如果您不信任它，请将其停止。"},
     {}},
    {"threads",
     {"threads that compute: {found}", "使用 {found} 个线程计算"},
     {"does NOT compute with {expected} threads as planned[, but with {found}]. It may be slow; stop it and start it again.",
      "【未兑现】应使用 {expected} 个线程计算[，实际为 {found}]。速度可能较慢；请停止后重新启动。"},
     {"does not tell in its log with how many threads it computes", "日志没有说明使用多少个线程计算"}},
};

constexpr Phrase unknownKept{"{what}: {found}", "{what}：{found}"};
constexpr Phrase unknownSilent{"{what}: its log does not tell", "{what}：日志没有说明"};
constexpr Phrase unknownBroken{"{what}: {expected} was promised, but NOT kept[; found: {found}]. Its log may tell why.",
                               "【未兑现】{what}：应为 {expected}[，实际为 {found}]。原因可能在它的日志中。"};

/// The instructions that make a build fast, the newest first.
constexpr std::string_view advancedInstructions[] = {
    "AMX_INT8", "AVX512_BF16", "AVX512_VNNI", "AVX512", "AVX_VNNI", "AVX2", "AVX", "SSE42", "MATMUL_INT8", "SVE", "DOTPROD", "NEON"};
constexpr std::size_t mostInstructions = 3;
/// In the same list, but about how it was built and not for which processor.
constexpr std::string_view notInstructions[] = {"LLAMAFILE", "OPENMP", "REPACK"};

/// The names in "SSE3 = 1 | AVX = 1 | AVX2 = 1"; empty if it is something else.
std::vector<std::string_view> namesOfBuild(std::string_view found)
{
    constexpr std::string_view separator = " | ", set = " = 1";
    std::vector<std::string_view> names;
    while (!found.empty()) {
        const std::string_view part = found.substr(0, found.find(separator));
        if (!part.ends_with(set))
            return {};
        names.push_back(part.substr(0, part.size() - set.size()));
        found.remove_prefix(std::min(found.size(), part.size() + separator.size()));
    }
    return names;
}

std::string shortBuild(const std::string &found, Language language)
{
    const std::vector<std::string_view> names = namesOfBuild(found);
    if (names.empty())
        return found;
    std::vector<std::string_view> shown;
    for (const std::string_view advanced : advancedInstructions) {
        if (shown.size() < mostInstructions && std::find(names.begin(), names.end(), advanced) != names.end())
            shown.push_back(advanced);
    }
    if (shown.empty()) {
        for (const std::string_view name : names) {
            const bool instruction = std::find(std::begin(notInstructions), std::end(notInstructions), name) == std::end(notInstructions);
            if (shown.size() < mostInstructions && instruction)
                shown.push_back(name);
        }
    }
    if (shown.empty())
        return found;
    return fmt::format("{}", fmt::join(shown, language == Language::Chinese ? "、" : ", "));
}

std::optional<std::uint64_t> wholeNumber(const std::string &text)
{
    std::uint64_t number = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool whole = parsed.ec == std::errc() && parsed.ptr == text.data() + text.size();
    return whole ? std::optional(number) : std::nullopt;
}

std::string readable(const std::string &what, const std::string &value, Language language)
{
    if (what == "cpu-build")
        return shortBuild(value, language);
    const auto number = wholeNumber(value);
    if (what == "memory-limit" && number)
        return inBytes(*number);
    if (what == "cpu-limit" && number)
        return fmt::format("{:.3g}", static_cast<double>(*number) / static_cast<double>(cpuPeriod));
    return value;
}

ProofText textOf(const std::string &what)
{
    for (const ProofText &text : proofTexts) {
        if (text.what == what)
            return text;
    }
    return {what, unknownKept, unknownBroken, unknownSilent};
}

} // namespace

std::string describe(const Workaround &workaround, Language language)
{
    for (const WorkaroundText &text : workaroundTexts) {
        if (text.code == workaround.code)
            return fill(text.sentence.in(language), workaround.facts);
    }
    std::string text = workaround.code;
    for (const auto &[name, value] : workaround.facts)
        text += fmt::format(" {}={}", name, value);
    return text;
}

std::string describe(const ProofResult &proof, Language language)
{
    const ProofText text = textOf(proof.what);
    const Phrase silent = text.silent.en.empty() ? unknownSilent : text.silent;
    const Phrase sentence = !proof.kept ? text.broken : proof.found.empty() ? silent
                                                                            : text.kept;
    return fill(sentence.in(language), {{"what", proof.what},
                                        {"found", readable(proof.what, proof.found, language)},
                                        {"expected", readable(proof.what, proof.expected, language)}});
}

} // namespace firstlight
