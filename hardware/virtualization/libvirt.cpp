#include "hardware/virtualization/libvirt.h"

#include "core/process.h"
#include "hardware/questions.h"
#include "hardware/virtualization/libvirt_question.h"

#include <algorithm>
#include <cerrno>
#include <unistd.h>
#include <vector>

namespace firstlight {

namespace {

constexpr std::string_view onDemand = "starts-on-demand";

std::optional<std::string> askVersion(const Root &root, const std::string &architecture)
{
    const std::string triplet = (architecture == "ppc64le" ? "powerpc64le" : architecture) + "-linux-gnu";
    for (const std::string &folder : {"usr/lib/" + triplet, std::string("usr/lib64"), std::string("usr/lib"),
                                      std::string("run/current-system/sw/lib")}) {
        const auto name = root.linkName(folder + "/libvirt.so.0");
        if (auto version = name ? libvirtVersion(*name) : std::nullopt)
            return version;
    }
    return std::nullopt;
}

bool hasService()
{
    for (const char *name : {"virtqemud", "libvirtd"}) {
        const std::string path = std::string("/usr/sbin/") + name;
        if (access(path.c_str(), X_OK) == 0 || findProgram(name))
            return true;
    }
    return false;
}

std::vector<std::string> socketPaths(bool session)
{
    std::string folder = "/run";
    if (session) {
        const auto runtime = pathFromEnvironment("XDG_RUNTIME_DIR");
        const auto home = pathFromEnvironment("HOME");
        if (!runtime && !home)
            return {};
        folder = runtime ? *runtime : *home + "/.cache";
    }
    return {folder + "/libvirt/virtqemud-sock", folder + "/libvirt/libvirt-sock"};
}

/// How far a failed attempt came.
int nearness(const std::string &reason)
{
    static constexpr std::string_view order[]{"absent", "refused", "denied", "disconnected", "protocol"};
    return static_cast<int>(std::ranges::find(order, reason) - std::begin(order));
}

TrialOutcome askEach(const std::vector<std::string> &paths, bool trials)
{
    TrialOutcome best{.works = false, .reason = "absent"};
    for (const std::string &path : paths) {
        if (access(path.c_str(), F_OK) != 0 && (errno == ENOENT || errno == ENOTDIR))
            continue;
        const TrialOutcome outcome = trials ? askLibvirt(path) : TrialOutcome{};
        if (outcome.works == true)
            return outcome;
        if (!outcome.works)
            best = outcome; // it may still turn out to answer
        else if (best.works && nearness(outcome.reason) > nearness(best.reason))
            best = outcome;
    }
    return best;
}

std::optional<std::string> askService(bool session, bool trials)
{
    const TrialOutcome outcome = askEach(socketPaths(session), trials);
    const bool nobody = outcome.works == false && (outcome.reason == "absent" || outcome.reason == "refused");
    if (session && nobody && hasService())
        return std::string(onDemand);
    return toText(outcome);
}

LibvirtUri readUri(const Root &root, const std::string &uri, bool session, bool trials)
{
    LibvirtUri result{.uri = uri, .answers = {}, .reason = {}};
    const std::string text
        = root.answer("libvirt " + uri, [&] { return askService(session, trials); }).value_or("");
    const TrialOutcome outcome = trialOutcome(text);
    result.answers = outcome.works;
    result.reason = text == onDemand ? std::string(onDemand) : outcome.reason;
    return result;
}

} // namespace

std::optional<std::string> libvirtVersion(std::string_view libraryName)
{
    constexpr std::string_view prefix = "libvirt.so.0.";
    if (!libraryName.starts_with(prefix))
        return std::nullopt;
    const auto parts = split(libraryName.substr(prefix.size()), '.');
    const auto thousands = parts.size() == 2 ? parseUnsigned(parts[0]) : std::nullopt;
    const auto release = parts.size() == 2 ? parseUnsigned(parts[1]) : std::nullopt;
    if (!thousands || !release)
        return std::nullopt;
    return std::to_string(*thousands / 1000) + '.' + std::to_string(*thousands % 1000) + '.'
           + std::to_string(*release);
}

std::optional<Libvirt> readLibvirt(const Root &root, const std::string &architecture,
                                   const ProbeOptions &options, std::stop_token stop)
{
    Libvirt libvirt;
    libvirt.version = root.answer("libvirt version", [&] { return askVersion(root, architecture); });
    const bool installed
        = libvirt.version || answeredYesOrNo(root, "libvirt service", []() -> std::optional<bool> {
                                 return hasService();
                             }).value_or(false);
    if (!installed)
        return std::nullopt;
    const bool trials = options.trials && !stop.stop_requested();
    const bool session = userId(root).value_or(1) != 0;
    libvirt.uris
        = {readUri(root, "qemu:///system", false, trials), readUri(root, "qemu:///session", session, trials)};
    return libvirt;
}

} // namespace firstlight
