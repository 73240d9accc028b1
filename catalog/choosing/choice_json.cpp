#include "catalog/choice.h"

#include "catalog/estimating/experience.h"
#include "catalog/estimating/explain.h"

#include <cmath>
#include <nlohmann/json.hpp>

namespace firstlight {

namespace {

using nlohmann::json;

std::string nameOf(Verdict verdict)
{
    switch (verdict) {
    case Verdict::RunsNow:
        return "runs-now";
    case Verdict::AfterFix:
        return "after-fix";
    case Verdict::Unknown:
        return "unknown";
    case Verdict::Cannot:
        break;
    }
    return "cannot";
}

std::string nameOf(ObstacleKind kind)
{
    switch (kind) {
    case ObstacleKind::Architecture:
        return "architecture";
    case ObstacleKind::IsaLevel:
        return "isa-level";
    case ObstacleKind::CpuFlags:
        return "cpu-flags";
    case ObstacleKind::Platform:
        return "platform";
    case ObstacleKind::Memory:
        return "memory";
    case ObstacleKind::MemoryTotal:
        return "memory-total";
    case ObstacleKind::Disk:
        return "disk";
    case ObstacleKind::NoDevice:
        return "no-device";
    case ObstacleKind::DeviceProperty:
        return "device-property";
    case ObstacleKind::DeviceDriver:
        return "device-driver";
    case ObstacleKind::DeviceAccess:
        return "device-access";
    case ObstacleKind::Cdi:
        return "cdi";
    case ObstacleKind::NoEngine:
        return "no-engine";
    case ObstacleKind::EngineVersion:
        return "engine-version";
    case ObstacleKind::EngineRuntime:
        return "engine-runtime";
    case ObstacleKind::SubordinateIds:
        return "subordinate-ids";
    case ObstacleKind::Undescribed:
        break;
    }
    return "undescribed";
}

template <typename T> json orNull(const std::optional<T> &value)
{
    return value ? json(*value) : json();
}

json orNull(const std::string &value)
{
    return value.empty() ? json() : json(value);
}

json toJson(const Obstacle &obstacle)
{
    return {{"kind", nameOf(obstacle.kind)},     {"subject", obstacle.subject},
            {"needed", orNull(obstacle.needed)}, {"found", orNull(obstacle.found)},
            {"fixable", obstacle.fixable},       {"unknown", obstacle.unknown}};
}

json toJson(const Estimate &estimate)
{
    json memory;
    if (estimate.memoryBytes) {
        const auto likely = static_cast<double>(*estimate.memoryBytes);
        memory = {{"bytes", *estimate.memoryBytes},
                  {"leastBytes", static_cast<std::uint64_t>(likely * (1 - estimate.memorySpread))},
                  {"mostBytes", static_cast<std::uint64_t>(likely * (1 + estimate.memorySpread))}};
    }
    json speed;
    if (estimate.speed) {
        const auto rounded = [](double value) { return std::round(value * 1000) / 1000; };
        speed = {{"unit", nameOf(estimate.speed->unit)},
                 {"perSecond", rounded(estimate.speed->perSecond)},
                 {"leastPerSecond", rounded(estimate.speed->least())},
                 {"mostPerSecond", rounded(estimate.speed->most())},
                 {"measuredHere", estimate.speed->measuredHere}};
    }
    return {{"memory", std::move(memory)},
            {"diskBytes", orNull(estimate.diskBytes)},
            {"speed", std::move(speed)}};
}

/// What is not known or not a part is left out.
json inputsOf(const EstimateParts &parts)
{
    json inputs = json::object();
    const auto add = [&](const char *name, const auto &value) {
        if (value)
            inputs[name] = *value;
    };
    add("weightBytes", parts.weightBytes);
    add("contextTokens", parts.contextTokens);
    add("kvBytesPerToken", parts.kvBytesPerToken);
    add("overheadBytes", parts.overheadBytes);
    add("imageBytes", parts.imageBytes);
    add("buildBytes", parts.buildBytes);
    add("temporaryBytes", parts.temporaryBytes);
    if (parts.weightBytes) {
        inputs["weightsComputed"] = parts.weightsComputed;
        inputs["weightsOnDisk"] = parts.weightsOnDisk;
    }
    if (!parts.readBytesPerUnit && !parts.operationsPerUnit && !parts.cyclesPerUnit)
        return inputs;
    add("cyclesPerUnit", parts.cyclesPerUnit);
    add("hertz", parts.hertz);
    add("readBytesPerUnit", parts.readBytesPerUnit);
    add("operationsPerUnit", parts.operationsPerUnit);
    add("bytesPerSecond", parts.bytesPerSecond);
    add("operationsPerSecond", parts.operationsPerSecond);
    add("acceleratorShare", parts.acceleratorShare);
    inputs["bandwidthMeasured"] = parts.bandwidthMeasured;
    inputs["clockAssumed"] = parts.clockAssumed;
    inputs["instructions"] = orNull(parts.instructions);
    inputs["memoryShare"] = parts.memoryShare;
    inputs["computeShare"] = parts.computeShare;
    inputs["limitedBy"] = parts.limitedByMemory ? "memory" : parts.limitedByClock ? "clock" : "arithmetic";
    return inputs;
}

json toJson(const VariantChoice &choice)
{
    json obstacles = json::array();
    for (const Obstacle &obstacle : choice.obstacles)
        obstacles.push_back(toJson(obstacle));
    return {{"variant", choice.variant},
            {"verdict", nameOf(choice.verdict)},
            {"obstacles", std::move(obstacles)},
            {"model", orNull(choice.model)},
            {"contextTokens", orNull(choice.contextTokens)},
            {"gpuLayers", orNull(choice.gpuLayers)},
            {"placement", nameOf(choice.placement)},
            {"device", orNull(choice.device)},
            {"estimate", toJson(choice.estimate)}};
}

} // namespace

nlohmann::json toJson(const Choice &choice)
{
    json ranked = json::array();
    for (const VariantChoice &each : choice.ranked)
        ranked.push_back(toJson(each));
    const VariantChoice *chosen = choice.chosen();
    return {{"demo", choice.demo},
            {"chosen", chosen ? json(chosen->variant) : json()},
            {"ranked", std::move(ranked)}};
}

nlohmann::json toJson(const Choice &choice, const Demo &demo, const Machine &machine)
{
    json value = toJson(choice);
    for (std::size_t index = 0; index < choice.ranked.size(); ++index)
        value["ranked"][index]["estimate"]["inputs"]
            = inputsOf(explainEstimate(demo, choice.ranked[index], machine));
    return value;
}

} // namespace firstlight
