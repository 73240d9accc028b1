#include "runners/podman/demo_end.h"

#include "core/files.h"
#include "runners/podman/container_log.h"
#include "runners/podman/json_fields.h"

#include <chrono>
#include <csignal>
#include <nlohmann/json.hpp>
#include <thread>

namespace firstlight {

namespace {

constexpr std::size_t tailLines = 12;
/// Shells, container runtimes and podman all say "ended by signal N" as 128 + N.
constexpr int signalBase = 128;

struct KeptLog {
    std::string path;
    std::string tail;
};

KeptLog keepLog(const LaunchPlan &plan, const std::string &container, Libpod &podman,
                const Directories &directories)
{
    std::vector<std::string> log;
    std::string text;
    static_cast<void>(readContainerLog(podman, container, false,
                                       [&](const std::string &line) {
                                           log.push_back(line);
                                           text += line + "\n";
                                       },
                                       {}));
    const auto path = directories.state / "logs" / (plan.demo + ".log");
    // A full disk must not hide why the demo ended.
    const bool kept = writeFileAtomically(path, text).has_value();
    return {kept ? path.string() : std::string(), tailOf(log, tailLines)};
}

/// Somebody who stops a demo removes its container right after its process.
bool isRemovedSoon(const std::string &container, Libpod &podman)
{
    for (int attempt = 0; attempt < 12; ++attempt) {
        const auto there = podman.get("/containers/" + container + "/json");
        if (!there && there.error().code == "podman-missing-object")
            return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    return false;
}

/// Podman learns of the end of a process from its monitor a moment later. Its own way to wait for that
/// (…/wait) takes 20 s where the first process of the computer does not reap the monitor, as in many
/// containers.
Result<int> exitCodeOf(const std::string &container, Libpod &podman)
{
    using Clock = std::chrono::steady_clock;
    const auto deadline = Clock::now() + std::chrono::seconds(10);
    while (true) {
        const auto inspected = podman.get("/containers/" + container + "/json");
        if (!inspected)
            return fail(inspected.error());
        const std::string status = textAt(*inspected, "/State/Status");
        const bool ended = status == "exited" || status == "stopped";
        if (ended || Clock::now() >= deadline)
            return static_cast<int>(numberAt(*inspected, "/State/ExitCode").value_or(-1));
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
}

Error stopped(const LaunchPlan &plan)
{
    return {.code = "demo-stopped", .facts = {{"demo", plan.demo}}};
}

} // namespace

Error whyItEnded(const LaunchPlan &plan, const std::string &container, Libpod &podman,
                 const Directories &directories)
{
    const auto ended = exitCodeOf(container, podman);
    if (!ended && ended.error().code == "podman-missing-object")
        return stopped(plan);
    if (!ended)
        return ended.error();
    const int code = *ended;
    const KeptLog log = keepLog(plan, container, podman, directories);
    if (code != signalBase + SIGILL && isRemovedSoon(container, podman))
        return stopped(plan);

    Error error{.code = "demo-died", .facts = {{"demo", plan.demo}, {"log", log.path}}, .detail = log.tail};
    if (code == signalBase + SIGILL) {
        error.code = "image-wrong-cpu";
        error.kind = ErrorKind::NothingRuns;
        error.facts["variant"] = plan.variant;
    } else if (code == signalBase + SIGKILL && plan.limits.memoryBytes) {
        // Podman before 5 never says OOMKilled; nobody else kills by SIGKILL what was not asked to stop
        // before.
        error.code = "demo-died-memory";
        error.facts["needed"] = std::to_string(*plan.limits.memoryBytes);
    } else if (code > signalBase && code < signalBase + NSIG) {
        error.facts["signal"] = std::to_string(code - signalBase);
    } else {
        error.facts["exit"] = std::to_string(code);
    }
    return error;
}

Error whyNotReady(const LaunchPlan &plan, const std::string &container, Libpod &podman,
                  const Directories &directories)
{
    const KeptLog log = keepLog(plan, container, podman, directories);
    return {.code = "demo-not-ready",
            .facts
            = {{"demo", plan.demo}, {"seconds", std::to_string(plan.readyWithin.count())}, {"log", log.path}},
            .detail = log.tail};
}

} // namespace firstlight
