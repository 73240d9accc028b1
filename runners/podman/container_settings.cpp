#include "runners/podman/container_settings.h"

#include "runners/podman/labels.h"

#include <algorithm>
#include <cmath>
#include <filesystem>

namespace firstlight {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view capabilityPermission = "capability:";

bool hasPermission(const LaunchPlan &plan, const std::string &name)
{
    const auto &all = plan.security.permissions;
    return std::find(all.begin(), all.end(), name) != all.end();
}

/// `z` shares the label, since one model file serves several containers. Device nodes and folders of the
/// system must keep theirs.
bool mayRelabel(const std::string &source)
{
    for (const char *system : {"/dev/", "/sys/", "/proc/", "/usr/", "/etc/"}) {
        if (source.starts_with(system))
            return false;
    }
    return true;
}

ContainerMount mountOf(const Mount &mount, const HostSetup &setup, const LaunchPlace &place)
{
    ContainerMount result{.type = "bind", .source = mount.source, .destination = mount.target, .options = {}};
    switch (mount.kind) {
    case Mount::Kind::Tmpfs:
        result.type = "tmpfs";
        result.source.clear();
        result.options = {"mode=1777", "nosuid", "nodev"};
        if (mount.sizeBytes > 0)
            result.options.insert(result.options.begin(), "size=" + std::to_string(mount.sizeBytes));
        return result;
    case Mount::Kind::Overlay:
        result.type = "overlay";
        return result;
    case Mount::Kind::Volume:
        result.type = "volume";
        result.options = {"U"}; // who runs inside owns it
        return result;
    case Mount::Kind::Socket:
        result.source = socketFolderOf(place.demoFolder).string();
        result.options = {"rw", "rbind", "nosuid", "nodev", "noexec"};
        break;
    case Mount::Kind::Bind:
        result.options = {mount.readOnly ? "ro" : "rw", "rbind"};
        break;
    }
    if (setup.selinuxEnforcing && mayRelabel(result.source))
        result.options.push_back("z");
    return result;
}

std::map<std::string, std::string> labelsOf(const LaunchPlan &plan, const LaunchPlace &place)
{
    auto all = plan.labels;
    all[labels::demo] = plan.demo;
    all[labels::variant] = plan.variant;
    all[labels::web] = plan.publication.webPath;
    all[labels::ready] = plan.readyPath;
    if (place.hostPort > 0)
        all[labels::port] = std::to_string(place.hostPort);
    if (plan.publication.throughSocket) {
        all[labels::socket] = fs::path(plan.publication.socketPath).filename().string();
        if (!place.demoFolder.empty())
            all[labels::folder] = place.demoFolder.string();
    }
    return all;
}

void replaceSecret(const std::string &secret, std::string &text)
{
    const std::string placeholder = secretPlaceholder;
    for (auto at = text.find(placeholder); at != std::string::npos;
         at = text.find(placeholder, at + secret.size()))
        text.replace(at, placeholder.size(), secret);
}

void tellSecret(const std::string &secret, ContainerSettings &settings)
{
    for (std::string &word : settings.entrypoint)
        replaceSecret(secret, word);
    for (std::string &word : settings.arguments)
        replaceSecret(secret, word);
    for (auto &[name, value] : settings.environment)
        replaceSecret(secret, value);
    replaceSecret(secret, settings.labels[labels::web]);
    settings.labels[labels::secret] = secret;
}

void addLimits(const Limits &limits, const HostSetup &setup, ContainerSettings &settings)
{
    settings.resourceLimits = setup.resourceLimits;
    if (!setup.limitsWork)
        return;
    settings.memoryBytes = limits.memoryBytes;
    settings.processes = limits.processes;
    if (limits.cpus)
        settings.cpuQuota = std::max<std::int64_t>(1000, std::llround(*limits.cpus * double(cpuPeriod)));
    if (limits.cpuset && setup.cpusetWorks)
        settings.cpuset = formatCpuList(*limits.cpuset);
}

} // namespace

fs::path socketFolderOf(const fs::path &demoFolder)
{
    return demoFolder / "socket";
}

std::string containerUserOf(const LaunchPlan &plan, const HostSetup &setup)
{
    if (!plan.security.user.empty())
        return setup.rootless ? "0:0" : plan.security.user;
    // An image may name a user of its own; below rootless podman only root inside is this user, who owns the
    // files.
    return setup.rootless && !hasPermission(plan, "image-user") ? "0:0" : "";
}

ContainerSettings settingsOf(const LaunchPlan &plan, const HostSetup &setup, const LaunchPlace &place)
{
    ContainerSettings settings;
    settings.name = plan.name;
    settings.image = place.image;
    settings.entrypoint = plan.entrypoint;
    settings.arguments = plan.arguments;
    settings.environment = plan.environment;
    settings.labels = labelsOf(plan, place);
    settings.sharedMemoryBytes = plan.sharedMemoryBytes;
    if (!place.secret.empty())
        tellSecret(place.secret, settings);
    // runc drops it silently; crun keeps the groups that let this user open the devices.
    if (setup.rootless && setup.ociRuntime == "crun" && !plan.devices.empty())
        settings.annotations["run.oci.keep_original_groups"] = "1";
    for (const Mount &mount : plan.mounts)
        settings.mounts.push_back(mountOf(mount, setup, place));
    settings.devices = plan.devices;
    if (!setup.rootless)
        settings.groups = place.deviceGroups;
    settings.user = containerUserOf(plan, setup);
    settings.readOnlyRoot = plan.security.readOnlyRoot;
    settings.dropAllCapabilities = plan.security.dropAllCapabilities;
    for (const std::string &permission : plan.security.permissions) {
        if (permission.starts_with(capabilityPermission))
            settings.addedCapabilities.push_back(permission.substr(capabilityPermission.size()));
    }
    settings.noNewPrivileges = plan.security.noNewPrivileges;
    addLimits(plan.limits, setup, settings);
    settings.network = !plan.publication.throughSocket;
    settings.hostPort = place.hostPort;
    settings.containerPort = plan.publication.containerPort;
    return settings;
}

} // namespace firstlight
