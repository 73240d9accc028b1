#include "hardware/engines/podman.h"

#include "core/process.h"
#include "hardware/engines/containers_conf.h"
#include "hardware/engines/trial.h"
#include "hardware/text.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <unistd.h>

namespace firstlight {

namespace {

constexpr std::chrono::seconds versionTimeLimit{5};

/// 4.3.1 of "podman version 4.3.1"
Result<std::optional<std::string>> askVersion(const std::string &path, std::stop_token stop)
{
    ProcessSpec spec;
    spec.program = path;
    spec.arguments = {"--version"};
    spec.timeLimit = versionTimeLimit;
    const auto ended = runProcess(spec, stop);
    if (!ended && ended.error().code == "cancelled")
        return fail(ended.error());
    if (!ended || !ended->succeeded())
        return std::nullopt;
    const auto fields = words(ended->output);
    if (fields.size() < 3 || fields[1] != "version")
        return std::nullopt;
    return std::string(fields[2]);
}

Result<std::optional<std::string>> versionOf(const std::string &path, SlowFacts &facts, std::stop_token stop)
{
    const std::string key = "version of " + fileIdentity(path);
    if (auto remembered = facts.find(key))
        return remembered;
    auto version = askVersion(path, stop);
    if (version && *version)
        facts.keep(key, **version);
    return version;
}

// The folders that podman's own defaults list, before PATH.
std::optional<std::string> findRuntime(const std::string &name)
{
    if (name.starts_with('/'))
        return access(name.c_str(), X_OK) == 0 ? std::optional(name) : std::nullopt;
    for (const char *folder : {"/usr/bin/", "/usr/sbin/", "/usr/local/bin/", "/usr/local/sbin/", "/sbin/",
                               "/bin/", "/run/current-system/sw/bin/"}) {
        if (const std::string path = folder + name; access(path.c_str(), X_OK) == 0)
            return path;
    }
    return findProgram(name);
}

std::vector<OciRuntime> findRuntimes(const ContainersConf &conf)
{
    std::vector<std::string> names{"crun", "runc"}; // podman's own order
    if (conf.runtime) {
        std::erase(names, *conf.runtime);
        names.insert(names.begin(), *conf.runtime);
    }
    std::vector<OciRuntime> runtimes;
    for (const std::string &name : names) {
        const auto path = findRuntime(name);
        const auto same = [&](const OciRuntime &other) { return path && other.path == *path; };
        if (path && std::ranges::none_of(runtimes, same))
            runtimes.push_back(
                {.name = std::filesystem::path(name).filename(), .path = *path, .works = {}, .reason = {}});
    }
    return runtimes;
}

// Without a setting, podman writes its choice into its storage at first use; from 5.0 on there is only
// netavark.
std::optional<std::string> networkBackend(const Root &root, const ContainersConf &conf,
                                          const std::optional<std::string> &version)
{
    if (conf.networkBackend)
        return conf.networkBackend;
    if (version) {
        const auto major = parseUnsigned(std::string_view(*version).substr(0, version->find('.')));
        if (major && *major >= 5)
            return "netavark";
    }
    if (geteuid() == 0)
        return root.readTrimmed("var/lib/containers/storage/defaultNetworkBackend");
    const char *home = std::getenv("HOME");
    if (!home || *home != '/')
        return std::nullopt;
    return root.readTrimmed(std::string(home + 1) + "/.local/share/containers/storage/defaultNetworkBackend");
}

Result<void> addOutcomes(Podman &podman, const ProbeOptions &options, const std::string &environment,
                         SlowFacts &facts, std::stop_token stop)
{
    for (OciRuntime &runtime : podman.runtimes) {
        const std::string key = "trial of " + fileIdentity(runtime.path) + environment;
        TrialOutcome outcome = trialOutcome(facts.find(key).value_or(""));
        if (!outcome.works && options.trials) {
            auto tried = tryRuntime(runtime.path, options.cacheDirectory, stop);
            if (!tried)
                return fail(tried.error());
            outcome = std::move(*tried);
            if (const auto text = toText(outcome)) // an answer that did not come may come the next time
                facts.keep(key, *text);
        }
        runtime.works = outcome.works;
        runtime.reason = outcome.reason;
    }
    return {};
}

} // namespace

Result<std::optional<Podman>> readPodman(const Root &root, const ProbeOptions &options,
                                         const std::string &environment, SlowFacts &facts,
                                         std::stop_token stop)
{
    const auto path = findProgram("podman");
    if (!path)
        return std::nullopt;
    Podman podman;
    podman.path = *path;
    auto version = versionOf(*path, facts, stop);
    if (!version)
        return fail(version.error());
    podman.version = *version;
    const ContainersConf conf = readContainersConf(root);
    podman.runtimes = findRuntimes(conf);
    podman.networkBackend = networkBackend(root, conf, podman.version);

    std::string dependsOn = environment;
    for (const std::string &file : conf.files)
        dependsOn += '\n' + fileIdentity(file);
    if (auto added = addOutcomes(podman, options, dependsOn, facts, stop); !added)
        return fail(added.error());
    return podman;
}

} // namespace firstlight
