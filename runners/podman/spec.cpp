#include "runners/podman/spec.h"

#include "core/sha256.h"
#include "runners/podman/container_settings.h"
#include "runners/podman/labels.h"

#include <nlohmann/json.hpp>

namespace firstlight {

namespace {

using nlohmann::json;

json resourceLimits(const ContainerSettings &settings)
{
    json limits = json::object();
    if (settings.memoryBytes)
        limits["memory"] = {{"limit", *settings.memoryBytes}, {"swap", *settings.memoryBytes}};
    if (settings.cpuQuota) {
        limits["cpu"]["quota"] = *settings.cpuQuota;
        limits["cpu"]["period"] = cpuPeriod;
    }
    if (settings.cpuset)
        limits["cpu"]["cpus"] = *settings.cpuset;
    if (settings.processes)
        limits["pids"]["limit"] = *settings.processes;
    return limits;
}

void addMounts(const ContainerSettings &settings, json &spec)
{
    spec["mounts"] = json::array();
    for (const ContainerMount &mount : settings.mounts) {
        if (mount.type == "overlay") {
            spec["overlay_volumes"].push_back({{"source", mount.source}, {"destination", mount.destination}});
            continue;
        }
        if (mount.type == "volume") {
            spec["volumes"].push_back(
                {{"Name", mount.source}, {"Dest", mount.destination}, {"Options", mount.options}});
            continue;
        }
        json entry{{"type", mount.type}, {"destination", mount.destination}, {"options", mount.options}};
        if (!mount.source.empty())
            entry["source"] = mount.source;
        spec["mounts"].push_back(std::move(entry));
    }
}

void addNetwork(const ContainerSettings &settings, json &spec)
{
    spec["netns"] = {{"nsmode", settings.network ? "bridge" : "none"}};
    if (settings.network)
        spec["portmappings"] = {{{"host_ip", "127.0.0.1"},
                                 {"host_port", settings.hostPort},
                                 {"container_port", settings.containerPort},
                                 {"protocol", "tcp"}}};
}

json makeSpec(const ContainerSettings &settings)
{
    json spec{
        {"name", settings.name},
        {"image", settings.image},
        {"env", settings.environment},
        {"labels", settings.labels},
        {"httpproxy", false}, // the host's proxy, perhaps with a password, is none of the demo's business
        {"image_volume_mode", "ignore"},        // an image's VOLUME would leave an anonymous volume behind
        {"healthconfig", {{"Test", {"NONE"}}}}, // readiness is tested from outside
        {"read_only_filesystem", settings.readOnlyRoot},
        {"no_new_privileges", settings.noNewPrivileges},
        {"cap_add", settings.addedCapabilities},
        {"log_configuration", {{"driver", "k8s-file"}, {"size", logLimitBytes}}},
        {"stop_timeout", stopSeconds},
        {"restart_policy", "no"}};
    if (!settings.entrypoint.empty())
        spec["entrypoint"] = settings.entrypoint;
    if (!settings.arguments.empty())
        spec["command"] = settings.arguments;
    if (settings.dropAllCapabilities)
        spec["cap_drop"] = {"ALL"};
    if (!settings.user.empty())
        spec["user"] = settings.user;
    if (!settings.annotations.empty())
        spec["annotations"] = settings.annotations;
    for (const unsigned group : settings.groups)
        spec["groups"].push_back(std::to_string(group));
    for (const std::string &device : settings.devices)
        spec["devices"].push_back({{"path", device}});
    for (const auto &[name, value] : settings.resourceLimits)
        spec["r_limits"].push_back({{"type", name}, {"soft", value}, {"hard", value}});
    if (json limits = resourceLimits(settings); !limits.empty())
        spec["resource_limits"] = std::move(limits);
    if (settings.sharedMemoryBytes)
        spec["shm_size"] = *settings.sharedMemoryBytes;
    addMounts(settings, spec);
    addNetwork(settings, spec);
    return spec;
}

} // namespace

json makeSpec(const LaunchPlan &plan, const HostSetup &setup, const LaunchPlace &place)
{
    json spec = makeSpec(settingsOf(plan, setup, place));
    spec["labels"][labels::plan] = planFingerprint(plan, setup);
    return spec;
}

std::string planFingerprint(const LaunchPlan &plan, const HostSetup &setup)
{
    LaunchPlan lasting = plan;
    lasting.limits.memoryBytes.reset();
    LaunchPlace place;
    place.image = plan.image.reference;
    const json spec = makeSpec(settingsOf(lasting, setup, place));
    return sha256Hex(spec.dump(-1, ' ', false, json::error_handler_t::replace)).substr(0, 16);
}

} // namespace firstlight
