#include "runners/plan/launch_plan.h"
#include "runners/running_demo.h"

#include <nlohmann/json.hpp>

namespace firstlight {

namespace {

using nlohmann::json;

template <typename T> json orNull(const std::optional<T> &value)
{
    return value ? json(*value) : json();
}

const char *name(Mount::Kind kind)
{
    switch (kind) {
    case Mount::Kind::Bind:
        return "bind";
    case Mount::Kind::Volume:
        return "volume";
    case Mount::Kind::Overlay:
        return "overlay";
    case Mount::Kind::Tmpfs:
        return "tmpfs";
    case Mount::Kind::Socket:
        return "socket";
    }
    return "";
}

json toJson(const WantedFile &file)
{
    return {{"name", file.name},
            {"sources", file.sources},
            {"sha256", orNull(file.sha256)},
            {"sizeBytes", orNull(file.sizeBytes)}};
}

json toJson(const Mount &mount)
{
    return {{"kind", name(mount.kind)},
            {"source", mount.source},
            {"target", mount.target},
            {"readOnly", mount.readOnly},
            {"sizeBytes", mount.sizeBytes}};
}

json toJson(const Limits &limits)
{
    return {{"memoryBytes", orNull(limits.memoryBytes)},
            {"cpus", orNull(limits.cpus)},
            {"cpuset", limits.cpuset ? json(formatCpuList(*limits.cpuset)) : json()},
            {"processes", limits.processes}};
}

json toJson(const Publication &publication)
{
    return {{"address", "127.0.0.1"},
            {"network", publication.throughSocket ? "none" : "bridge"},
            {"socketPath", publication.socketPath},
            {"containerPort", publication.containerPort},
            {"hostPort", publication.hostPort == 0 ? json("free") : json(publication.hostPort)},
            {"webPath", publication.webPath},
            {"api", publication.api}};
}

json toJson(const Security &security)
{
    return {{"readOnlyRoot", security.readOnlyRoot},
            {"dropAllCapabilities", security.dropAllCapabilities},
            {"noNewPrivileges", security.noNewPrivileges},
            {"user", security.user},
            {"permissions", security.permissions}};
}

json toJson(const TunedSetting &setting)
{
    return {{"name", setting.name},
            {"value", setting.value},
            {"reason", setting.reason},
            {"facts", setting.facts}};
}

json toJson(const ProofNeed &proof)
{
    return {{"what", proof.what}, {"logPattern", proof.logPattern}, {"expected", proof.expected}};
}

template <typename T> json list(const std::vector<T> &values)
{
    json array = json::array();
    for (const T &value : values)
        array.push_back(toJson(value));
    return array;
}

} // namespace

json toJson(const LaunchPlan &plan)
{
    return {{"schema", plan.schema},
            {"demo", plan.demo},
            {"variant", plan.variant},
            {"name", plan.name},
            {"image",
             {{"recipe", plan.image.recipe},
              {"recipeDigest", plan.image.recipeDigest},
              {"reference", plan.image.reference},
              {"unlocked", plan.image.unlocked}}},
            {"files", list(plan.files)},
            {"entrypoint", plan.entrypoint},
            {"arguments", plan.arguments},
            {"environment", plan.environment},
            {"devices", plan.devices},
            {"mounts", list(plan.mounts)},
            {"sharedMemoryBytes", orNull(plan.sharedMemoryBytes)},
            {"limits", toJson(plan.limits)},
            {"threads", orNull(plan.threads)},
            {"contextTokens", orNull(plan.contextTokens)},
            {"publication", toJson(plan.publication)},
            {"ready", {{"path", plan.readyPath}, {"withinSeconds", plan.readyWithin.count()}}},
            {"security", toJson(plan.security)},
            {"tuned", list(plan.tuned)},
            {"proofs", list(plan.proofs)},
            {"labels", plan.labels}};
}

json toJson(const RunningDemo &demo)
{
    const char *state = "";
    switch (demo.state) {
    case DemoState::Starting:
        state = "starting";
        break;
    case DemoState::Ready:
        state = "ready";
        break;
    case DemoState::Unreachable:
        state = "unreachable";
        break;
    case DemoState::Stopped:
        state = "stopped";
        break;
    }
    return {{"demo", demo.demo},
            {"variant", demo.variant},
            {"containerId", demo.containerId},
            {"containerName", demo.containerName},
            {"address", demo.address},
            {"secret", demo.secret.empty() ? json() : json(demo.secret)},
            {"hostPort", demo.hostPort},
            {"state", state},
            {"exitCode", orNull(demo.exitCode)},
            {"startedAt", orNull(demo.startedAt)},
            {"image", demo.image}};
}

} // namespace firstlight
