#include "runners/podman/container_settings.h"
#include "runners/podman/labels.h"
#include "runners/podman/spec.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace firstlight {

namespace {

using Words = std::vector<std::string>;

void add(Words &words, const std::string &option, const std::string &value)
{
    words.push_back(option);
    words.push_back(value);
}

/// A value of --mount is split at commas like a CSV record.
std::string csvField(const std::string &text)
{
    if (text.find_first_of(",\"") == std::string::npos)
        return text;
    std::string quoted = "\"";
    for (const char letter : text)
        quoted += letter == '"' ? std::string("\"\"") : std::string(1, letter);
    return quoted + "\"";
}

std::string tmpfsValue(const ContainerMount &mount)
{
    return fmt::format("{}:{}", mount.destination, fmt::join(mount.options, ","));
}

/// The long form: a path may hold a colon, which -v cannot carry. It binds recursively by itself.
std::string bindValue(const ContainerMount &mount)
{
    std::string value = "type=bind," + csvField("source=" + mount.source) + ","
                        + csvField("destination=" + mount.destination);
    for (const std::string &option : mount.options) {
        if (option != "rbind")
            value += option == "z" ? ",relabel=shared" : "," + option;
    }
    return value;
}

void addMounts(const ContainerSettings &settings, Words &words)
{
    for (const ContainerMount &mount : settings.mounts) {
        if (mount.type == "tmpfs")
            add(words, "--tmpfs", tmpfsValue(mount));
        else if (mount.type == "volume")
            add(words, "--volume",
                fmt::format("{}:{}:{}", mount.source, mount.destination, fmt::join(mount.options, ",")));
        else if (mount.type == "overlay")
            add(words, "--volume", mount.source + ":" + mount.destination + ":O");
        else
            add(words, "--mount", bindValue(mount));
    }
}

void addLimits(const ContainerSettings &settings, Words &words)
{
    for (const auto &[name, value] : settings.resourceLimits)
        add(words, "--ulimit", fmt::format("{}={}:{}", name, value, value));
    if (settings.memoryBytes) {
        add(words, "--memory", fmt::format("{}b", *settings.memoryBytes));
        add(words, "--memory-swap", fmt::format("{}b", *settings.memoryBytes));
    }
    if (settings.cpuQuota) {
        add(words, "--cpu-quota", std::to_string(*settings.cpuQuota));
        add(words, "--cpu-period", std::to_string(cpuPeriod));
    }
    if (settings.cpuset)
        add(words, "--cpuset-cpus", *settings.cpuset);
    if (settings.sharedMemoryBytes)
        add(words, "--shm-size", fmt::format("{}b", *settings.sharedMemoryBytes));
    if (settings.processes)
        add(words, "--pids-limit", std::to_string(*settings.processes));
}

void addSecurity(const ContainerSettings &settings, Words &words)
{
    if (settings.readOnlyRoot) {
        words.push_back("--read-only");
        words.push_back("--read-only-tmpfs=false"); // the mounts of the plan are all that is writable
    }
    if (settings.dropAllCapabilities)
        words.push_back("--cap-drop=all");
    for (const std::string &capability : settings.addedCapabilities)
        words.push_back("--cap-add=" + capability);
    if (settings.noNewPrivileges)
        words.push_back("--security-opt=no-new-privileges");
    if (!settings.user.empty())
        add(words, "--user", settings.user);
    for (const unsigned group : settings.groups)
        add(words, "--group-add", std::to_string(group));
}

void addNetwork(const ContainerSettings &settings, Words &words)
{
    add(words, "--network", settings.network ? "bridge" : "none");
    if (settings.network)
        add(words, "--publish",
            fmt::format("127.0.0.1:{}:{}/tcp", settings.hostPort > 0 ? std::to_string(settings.hostPort) : "",
                        settings.containerPort));
}

} // namespace

Words toPodmanRun(const LaunchPlan &plan, const HostSetup &setup, const LaunchPlace &place)
{
    const ContainerSettings settings = settingsOf(plan, setup, place);
    Words words{"run",
                "--detach",
                "--name",
                settings.name,
                "--pull=never",
                "--http-proxy=false",
                "--image-volume=ignore",
                "--no-healthcheck",
                "--restart=no"};
    add(words, "--stop-timeout", std::to_string(stopSeconds));
    add(words, "--log-driver", "k8s-file");
    add(words, "--log-opt", "max-size=" + std::to_string(logLimitBytes) + "b");
    addSecurity(settings, words);
    addLimits(settings, words);
    addNetwork(settings, words);
    addMounts(settings, words);
    for (const std::string &device : settings.devices)
        add(words, "--device", device);
    for (const auto &[name, value] : settings.annotations)
        add(words, "--annotation", name + "=" + value);
    for (const auto &[name, value] : settings.environment)
        add(words, "--env", name + "=" + value);
    for (const auto &[name, value] : settings.labels)
        add(words, "--label", name + "=" + value);
    add(words, "--label", std::string(labels::plan) + "=" + planFingerprint(plan, setup));
    if (!settings.entrypoint.empty())
        add(words, "--entrypoint", nlohmann::json(settings.entrypoint).dump());
    words.push_back(settings.image);
    words.insert(words.end(), settings.arguments.begin(), settings.arguments.end());
    return words;
}

} // namespace firstlight
