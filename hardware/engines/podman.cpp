#include "hardware/engines/podman.h"

#include "core/process.h"
#include "hardware/engines/containers_conf.h"
#include "hardware/engines/packages.h"
#include "hardware/engines/storage_conf.h"
#include "hardware/engines/trial.h"
#include "hardware/questions.h"

#include <algorithm>
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

Result<std::optional<std::string>> findVersion(const Root &root, const std::string &path, SlowFacts &facts,
                                               std::stop_token stop)
{
    const std::string key = "version of " + fileIdentity(path);
    if (auto remembered = facts.find(key))
        return remembered;
    Result<std::optional<std::string>> version = packageVersion(root, path, "podman");
    if (!*version)
        version = askVersion(path, stop);
    if (version && *version)
        facts.keep(key, **version);
    return version;
}

Result<std::optional<std::string>> versionOf(const Root &root, const std::string &path, SlowFacts &facts,
                                             std::stop_token stop)
{
    std::optional<Error> error;
    auto version = root.answer("version of " + path, [&]() -> std::optional<std::string> {
        auto found = findVersion(root, path, facts, stop);
        if (found)
            return *found;
        error = found.error();
        return std::nullopt;
    });
    if (error)
        return fail(*error);
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

std::vector<std::string> runtimePaths(const ContainersConf &conf)
{
    std::vector<std::string> names{"crun", "runc"}; // podman's own order
    if (conf.runtime) {
        std::erase(names, *conf.runtime);
        names.insert(names.begin(), *conf.runtime);
    }
    std::vector<std::string> paths;
    for (const std::string &name : names) {
        const auto path = findRuntime(name);
        if (path && std::ranges::find(paths, *path) == paths.end())
            paths.push_back(*path);
    }
    return paths;
}

// Without a setting, podman writes its choice into its storage at first use; from 5.0 on there is only
// netavark.
std::optional<std::string> networkBackend(const Root &root, const ContainersConf &conf,
                                          const std::optional<std::string> &version, bool rootless)
{
    if (conf.networkBackend)
        return conf.networkBackend;
    if (version) {
        const auto major = parseUnsigned(std::string_view(*version).substr(0, version->find('.')));
        if (major && *major >= 5)
            return "netavark";
    }
    return usedNetworkBackend(root, rootless);
}

bool hasUserBus(const Root &root)
{
    return answeredYesOrNo(root, "user bus",
                           []() -> std::optional<bool> {
                               const char *address = std::getenv("DBUS_SESSION_BUS_ADDRESS");
                               if (address && *address)
                                   return true;
                               const auto folder = pathFromEnvironment("XDG_RUNTIME_DIR");
                               return folder && access((*folder + "/bus").c_str(), F_OK) == 0;
                           })
        .value_or(false);
}

/// Everything that a runtime's outcome depends on.
std::string trialKey(const Root &root, const std::string &path, const Engines &engines)
{
    std::string key = "trial of " + fileIdentity(path) + "\nuser " + std::to_string(geteuid()) + "\ncgroups "
                      + (engines.cgroups ? std::to_string(static_cast<int>(*engines.cgroups)) : "none")
                      + "\nboot " + root.readTrimmed("proc/sys/kernel/random/boot_id").value_or("");
    for (const std::string &file : containersConfFiles(root, engines.rootless))
        key += '\n' + fileIdentity(file);
    return key;
}

Result<TrialOutcome> findOutcome(const std::string &key, const std::string &path, const ProbeOptions &options,
                                 SlowFacts &facts, std::stop_token stop)
{
    const TrialOutcome remembered = trialOutcome(facts.find(key).value_or(""));
    if (remembered.works || !options.trials)
        return remembered;
    auto tried = tryRuntime(path, options.cacheDirectory, stop);
    const auto text = tried ? toText(*tried) : std::nullopt;
    if (text) // an answer that did not come may come the next time
        facts.keep(key, *text);
    return tried;
}

Result<OciRuntime> readRuntime(const Root &root, const std::string &path, const Engines &engines,
                               const ProbeOptions &options, SlowFacts &facts, std::stop_token stop)
{
    OciRuntime runtime{
        .name = std::filesystem::path(path).filename(), .path = path, .works = {}, .reason = {}};
    std::optional<Error> error;
    const auto text = root.answer("trial of " + path, [&]() -> std::optional<std::string> {
        auto outcome = findOutcome(trialKey(root, path, engines), path, options, facts, stop);
        if (outcome)
            return toText(*outcome);
        error = outcome.error();
        return std::nullopt;
    });
    if (error)
        return fail(*error);
    const TrialOutcome outcome = trialOutcome(text.value_or(""));
    runtime.works = outcome.works;
    runtime.reason = outcome.reason;
    return runtime;
}

} // namespace

std::string cgroupManager(const std::optional<std::string> &setting, const Engines &engines, bool hasUserBus)
{
    constexpr const char *systemd = "systemd";
    constexpr const char *cgroupfs = "cgroupfs";
    if (setting && *setting != systemd)
        return *setting;
    if (!engines.systemd)
        return setting && !engines.rootless ? systemd : cgroupfs;
    if (engines.rootless && (engines.cgroups != CgroupLayout::V2 || !hasUserBus))
        return cgroupfs;
    return systemd;
}

Result<std::optional<Podman>> readPodman(const Root &root, const Engines &engines,
                                         const ProbeOptions &options, SlowFacts &facts, std::stop_token stop)
{
    const auto path = programPath(root, "podman");
    if (!path)
        return std::nullopt;
    Podman podman;
    podman.path = *path;
    auto version = versionOf(root, *path, facts, stop);
    if (!version)
        return fail(version.error());
    podman.version = *version;
    const ContainersConf conf = readContainersConf(root, engines.rootless);
    podman.networkBackend = networkBackend(root, conf, podman.version, engines.rootless);
    podman.storageDriver = storageDriver(root, engines.rootless);
    podman.cgroupManager = cgroupManager(conf.cgroupManager, engines, !engines.rootless || hasUserBus(root));
    for (const std::string &runtimePath :
         answeredLines(root, "oci runtimes", [&] { return runtimePaths(conf); })) {
        auto runtime = readRuntime(root, runtimePath, engines, options, facts, stop);
        if (!runtime)
            return fail(runtime.error());
        podman.runtimes.push_back(std::move(*runtime));
    }
    return podman;
}

} // namespace firstlight
