#include "catalog/choosing/fit.h"

#include "catalog/choosing/machine_terms.h"

#include <algorithm>
#include <limits>
#include <tuple>
#include <utility>
#include <vector>

namespace firstlight {

namespace {

constexpr std::uint64_t mebibyte = 1u << 20;

/// A sum of which some parts may not be known.
struct Sum {
    std::uint64_t known = 0;
    bool complete = true;

    void add(std::optional<std::uint64_t> part)
    {
        known += part.value_or(0);
        complete = complete && part.has_value();
    }
    std::optional<std::uint64_t> total() const { return complete ? std::optional(known) : std::nullopt; }
};

struct Demand {
    Sum weights;
    Sum kvCache;
    Sum overhead;
    Sum disk;

    std::uint64_t knownMemory() const { return weights.known + kvCache.known + overhead.known; }
    std::optional<std::uint64_t> memory() const
    {
        const bool complete = weights.complete && kvCache.complete && overhead.complete;
        return complete ? std::optional(knownMemory()) : std::nullopt;
    }
};

Demand demandOf(const Variant &variant, const Model *model, std::optional<int> context)
{
    Demand demand;
    demand.overhead.add(variant.resources.overheadBytes);
    demand.disk.add(variant.resources.imageBytes);
    if (!variant.recipe.empty())
        demand.disk.add(variant.resources.buildBytes);
    if (!model)
        return demand;
    demand.weights.add(model->file.sizeBytes);
    demand.disk.add(model->file.sizeBytes);
    if (context && model->kvBytesPerToken)
        demand.kvCache.add(*model->kvBytesPerToken * static_cast<std::uint64_t>(*context));
    else if (context || model->kvBytesPerToken)
        demand.kvCache.add(std::nullopt);
    return demand;
}

Estimate estimateOf(const Demand &demand, const Variant &variant, const Model *model,
                    std::optional<int> context)
{
    Estimate estimate{.memoryBytes = demand.memory(),
                      .diskBytes = demand.disk.total(),
                      .tokensPerSecond = {},
                      .inputs = {}};
    const auto add = [&](const char *name, std::optional<std::uint64_t> value, const char *unit) {
        if (value)
            estimate.inputs.emplace_back(name, std::to_string(*value) + unit);
    };
    if (model) {
        add("weights", model->file.sizeBytes, " B");
        add("kv-per-token", model->kvBytesPerToken, " B/token");
        if (context)
            add("context", static_cast<std::uint64_t>(*context), " tokens");
    }
    add("overhead", variant.resources.overheadBytes, " B");
    add("image", variant.resources.imageBytes, " B");
    add("build", variant.resources.buildBytes, " B");
    return estimate;
}

std::uint64_t without(std::uint64_t whole, std::uint64_t part)
{
    return whole > part ? whole - part : 0;
}

std::uint64_t kept(std::uint64_t total, std::uint64_t least)
{
    return std::max(least, total / 20);
}

Obstacles checkComputerMemory(std::uint64_t needed, const Machine &machine)
{
    const Memory &memory = machine.memory;
    std::optional<std::uint64_t> total = memory.totalBytes;
    if (total && memory.limitBytes)
        total = std::min(*total, *memory.limitBytes);
    constexpr std::uint64_t leastFree = 512 * mebibyte;
    const std::uint64_t keep = kept(total.value_or(0), leastFree);
    const std::string neededText = std::to_string(needed + keep);
    if (total && needed > without(*total, keep))
        return {{.kind = ObstacleKind::MemoryTotal,
                 .subject = "memory",
                 .needed = neededText,
                 .found = std::to_string(*total)}};
    // A recording of the hardware alone cannot tell what is free; a computer that runs demos always does.
    if (!memory.availableBytes && !machine.engines)
        return {};
    if (!memory.availableBytes)
        return {undescribed("memory", neededText)};
    if (needed > without(*memory.availableBytes, keep))
        return {{.kind = ObstacleKind::Memory,
                 .subject = "memory",
                 .needed = neededText,
                 .found = std::to_string(*memory.availableBytes),
                 .fixable = true}};
    return {};
}

Obstacles checkDeviceMemory(std::uint64_t needed, std::uint64_t deviceBytes)
{
    constexpr std::uint64_t leastFree = 457 * mebibyte;
    const std::uint64_t keep = kept(deviceBytes, leastFree);
    if (needed <= without(deviceBytes, keep))
        return {};
    return {{.kind = ObstacleKind::DeviceProperty,
             .subject = "memory",
             .needed = std::to_string(needed + keep),
             .found = std::to_string(deviceBytes)}};
}

/// What the model takes is in the accelerator's own memory if it has some; llama.cpp and its like put into
/// the computer's what does not fit, so where that size is not known, the computer's is what must hold it.
Obstacles checkMemory(const Demand &demand, const Machine &machine, const Accelerator *device)
{
    const bool ownMemory = device && !device->integrated.value_or(false) && device->memoryBytes;
    if (!ownMemory)
        return checkComputerMemory(demand.knownMemory(), machine);
    Obstacles obstacles = checkDeviceMemory(demand.knownMemory(), *device->memoryBytes);
    append(obstacles, checkComputerMemory(demand.overhead.known, machine));
    return obstacles;
}

Obstacles checkDisk(std::uint64_t needed, const Machine &machine)
{
    if (machine.storage.empty() || !machine.storage.front().freeBytes)
        return {}; // a recording; the store asks again before it fetches
    const Storage &storage = machine.storage.front();
    if (needed <= *storage.freeBytes)
        return {};
    return {{.kind = ObstacleKind::Disk,
             .subject = storage.path,
             .needed = std::to_string(needed),
             .found = std::to_string(*storage.freeBytes),
             .fixable = true}};
}

/// Largest first; one without a value is the server's own default.
std::vector<std::optional<int>> contextsFor(const Variant &variant, const Model *model,
                                            std::optional<int> wanted)
{
    std::vector<int> known = variant.tuning.contextTokens;
    if (wanted && !known.empty())
        known = {*wanted};
    const int longest = model && model->maxContext ? *model->maxContext : std::numeric_limits<int>::max();
    std::vector<std::optional<int>> contexts;
    for (auto tokens = known.rbegin(); tokens != known.rend(); ++tokens) {
        const int possible = std::min(*tokens, longest);
        if (contexts.empty() || contexts.back() != possible)
            contexts.emplace_back(possible);
    }
    if (contexts.empty())
        contexts.emplace_back();
    return contexts;
}

struct Candidate {
    Fit fit;
    std::uint64_t memoryBytes = 0;
};

Candidate candidateFor(const Variant &variant, const Model *model, std::optional<int> context,
                       const Machine &machine, const Accelerator *device)
{
    const Demand demand = demandOf(variant, model, context);
    Obstacles obstacles = checkMemory(demand, machine, device);
    append(obstacles, checkDisk(demand.disk.known, machine));
    return {
        {model ? model->id : "", context, estimateOf(demand, variant, model, context), std::move(obstacles)},
        demand.knownMemory()};
}

bool comesNearer(const Candidate &a, const Candidate &b)
{
    return std::tuple(rankOf(verdictOf(a.fit.obstacles)), a.memoryBytes)
           < std::tuple(rankOf(verdictOf(b.fit.obstacles)), b.memoryBytes);
}

} // namespace

Fit bestFit(const Demo &demo, const Variant &variant, const Machine &machine, const Accelerator *device,
            std::optional<int> wantedContext)
{
    std::vector<const Model *> models;
    for (const std::string &id : variant.models) {
        if (const auto model = demo.models.find(id); model != demo.models.end())
            models.push_back(&model->second);
    }
    if (models.empty())
        models.push_back(nullptr);

    std::optional<Candidate> nearest;
    for (const Model *model : models) {
        for (const std::optional<int> context : contextsFor(variant, model, wantedContext)) {
            Candidate candidate = candidateFor(variant, model, context, machine, device);
            if (isYes(candidate.fit.obstacles))
                return std::move(candidate.fit);
            if (!nearest || comesNearer(candidate, *nearest))
                nearest = std::move(candidate);
        }
    }
    return std::move(nearest->fit);
}

} // namespace firstlight
