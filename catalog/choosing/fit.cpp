#include "catalog/choosing/fit.h"

#include "catalog/estimating/demand.h"
#include "catalog/estimating/experience.h"
#include "catalog/estimating/speed.h"

#include <algorithm>
#include <limits>
#include <tuple>
#include <utility>
#include <vector>

namespace firstlight {

namespace {

constexpr std::uint64_t mebibyte = 1u << 20;
constexpr double comfortableTokensPerSecond = 8; ///< a little faster than most people read

std::uint64_t without(std::uint64_t whole, std::uint64_t part)
{
    return whole > part ? whole - part : 0;
}

std::uint64_t kept(std::uint64_t total, std::uint64_t least)
{
    return std::max(least, total / 20);
}

std::uint64_t keptOnDevice(std::uint64_t total)
{
    constexpr std::uint64_t least = 457 * mebibyte;
    return kept(total, least);
}

/// An answer in numbers: only the one that is taken is put into words.
struct Shortage {
    enum class Kind { None, Disk, Memory, Unknown, MemoryTotal, Device };
    Kind kind = Kind::None;
    std::uint64_t needed = 0;
    std::uint64_t found = 0;
};

/// None, what can be mended, what is not known, what cannot be.
int rankOf(const Shortage &shortage)
{
    switch (shortage.kind) {
    case Shortage::Kind::None:
        return 0;
    case Shortage::Kind::Disk:
    case Shortage::Kind::Memory:
        return 1;
    case Shortage::Kind::Unknown:
        return 2;
    case Shortage::Kind::MemoryTotal:
    case Shortage::Kind::Device:
        break;
    }
    return 3;
}

Obstacle inWords(const Shortage &shortage, const Supply &supply)
{
    Obstacle obstacle{.subject = "memory", .needed = std::to_string(shortage.needed)};
    if (shortage.kind != Shortage::Kind::Unknown)
        obstacle.found = std::to_string(shortage.found);
    switch (shortage.kind) {
    case Shortage::Kind::Disk:
        obstacle.kind = ObstacleKind::Disk;
        obstacle.subject = supply.machine.storage.front().path;
        obstacle.fixable = true;
        break;
    case Shortage::Kind::Memory:
        obstacle.kind = ObstacleKind::Memory;
        obstacle.fixable = true;
        break;
    case Shortage::Kind::MemoryTotal:
        obstacle.kind = ObstacleKind::MemoryTotal;
        break;
    case Shortage::Kind::Device:
        obstacle.kind = ObstacleKind::DeviceProperty;
        break;
    default:
        obstacle.unknown = true;
        break;
    }
    return obstacle;
}

Shortage shortageOfMemory(std::uint64_t needed, const Supply &supply)
{
    const std::uint64_t whole = needed + supply.keepBytes;
    if (supply.totalBytes && needed > without(*supply.totalBytes, supply.keepBytes))
        return {Shortage::Kind::MemoryTotal, whole, *supply.totalBytes};
    // A recording of the hardware alone cannot tell what is free; a computer that runs demos always does.
    if (!supply.freeBytes)
        return supply.engineTold ? Shortage{Shortage::Kind::Unknown, whole, 0} : Shortage{};
    if (needed > without(*supply.freeBytes, supply.keepBytes))
        return {Shortage::Kind::Memory, whole, *supply.freeBytes};
    return {};
}

Shortage shortageOfDisk(std::uint64_t needed, const Supply &supply)
{
    if (!supply.freeDiskBytes || needed <= *supply.freeDiskBytes)
        return {}; // a recording need not tell; the store asks again before it fetches
    return {Shortage::Kind::Disk, needed, *supply.freeDiskBytes};
}

struct Candidate {
    const Model *model = nullptr;
    std::optional<int> context;
    std::optional<int> gpuLayers;
    Placement placement = Placement::Cpu;
    double acceleratorShare = 0;
    std::uint64_t neededBytes = 0;
    Shortage memory;
    Shortage disk;

    bool fits() const { return rankOf(memory) == 0 && rankOf(disk) == 0; }
    int rank() const { return std::max(rankOf(memory), rankOf(disk)); }
};

/// The search of one variant.
class Fitting {
public:
    Fitting(const Demo &demo, const Variant &variant, const Supply &supply, const Accelerator *device,
            const ChoiceOptions &options)
        : m_demo(demo)
        , m_variant(variant)
        , m_supply(supply)
        , m_device(device)
        , m_options(options)
    {
        if (device && supply.machine.accelerators)
            m_deviceSpeed
                = &supply.speed
                       .accelerators[static_cast<std::size_t>(device - supply.machine.accelerators->data())];
    }

    Fit find()
    {
        std::optional<Candidate> nearest;
        std::optional<Candidate> best;
        auto bestWorth = worthOf({}, std::nullopt);
        for (const Model *model : models()) {
            Candidate candidate = withLargestContext(model);
            if (!candidate.fits()) {
                if (!nearest
                    || std::tuple(candidate.rank(), candidate.neededBytes)
                           < std::tuple(nearest->rank(), nearest->neededBytes))
                    nearest = candidate;
                continue;
            }
            const std::optional<Speed> speed = speedFor(candidate);
            const auto worth = worthOf(candidate, speed);
            if (!best || worth < bestWorth) {
                best = candidate;
                bestWorth = worth;
            }
            if (std::get<0>(worth) == 0)
                break; // the author's best that is whole and comfortable
        }
        return finish(best ? *best : *nearest);
    }

private:
    std::vector<const Model *> models() const
    {
        std::vector<const Model *> models;
        const bool wished = std::find(m_variant.models.begin(), m_variant.models.end(), m_options.model)
                            != m_variant.models.end();
        for (const std::string &id : m_variant.models) {
            if (wished && id != m_options.model)
                continue;
            if (const auto model = m_demo.models.find(id); model != m_demo.models.end())
                models.push_back(&model->second);
        }
        if (models.empty())
            models.push_back(nullptr);
        return models;
    }

    bool hasOwnMemory() const
    {
        return m_device && !m_device->integrated.value_or(false) && m_device->memoryBytes;
    }

    Candidate candidateFor(const Model *model, std::optional<int> context) const
    {
        const Demand demand = demandOf(m_variant, model, context);
        Candidate candidate{.model = model, .context = context, .neededBytes = demand.knownMemory()};
        candidate.disk = shortageOfDisk(demand.disk.known, m_supply);
        candidate.placement = m_variant.accelerated ? Placement::Accelerator : Placement::Cpu;
        candidate.acceleratorShare = m_variant.accelerated ? 1 : 0;
        if (hasOwnMemory())
            placeOnDevice(candidate, demand);
        else
            candidate.memory = shortageOfMemory(demand.knownMemory(), m_supply);
        return candidate;
    }

    /// What the model takes is in the accelerator's own memory: whole, or as many layers as fit.
    void placeOnDevice(Candidate &candidate, const Demand &demand) const
    {
        const std::uint64_t device = *m_device->memoryBytes;
        const std::uint64_t capacity = without(device, keptOnDevice(device));
        const bool whole = demand.knownMemory() <= capacity;
        const std::uint64_t layered = demand.weights.known + demand.kvCache.known;
        const int layers = candidate.model ? candidate.model->layers.value_or(0) : 0;
        const bool divisible = m_variant.tuning.gpuLayers && layers > 0 && layered > 0;
        if (divisible && (m_options.gpuLayers || !whole)) {
            const auto perLayer = layered / static_cast<std::uint64_t>(layers) + 1;
            const auto most = static_cast<int>(std::min<std::uint64_t>(
                without(capacity, demand.overhead.known) / perLayer, static_cast<std::uint64_t>(layers)));
            const int wanted = std::min(m_options.gpuLayers.value_or(most), layers);
            if (wanted <= most && (wanted > 0 || m_options.gpuLayers)) {
                candidate.gpuLayers = wanted;
                candidate.placement = wanted == layers ? Placement::Accelerator : Placement::Offload;
                candidate.acceleratorShare = static_cast<double>(wanted) / layers;
                const auto rest = static_cast<std::uint64_t>(static_cast<double>(layered)
                                                             * (1 - candidate.acceleratorShare));
                candidate.memory = shortageOfMemory(rest + demand.overhead.known, m_supply);
                return;
            }
        }
        if (whole)
            candidate.memory = shortageOfMemory(demand.overhead.known, m_supply);
        else
            candidate.memory = {Shortage::Kind::Device, demand.knownMemory() + keptOnDevice(device), device};
    }

    /// Where it is whole on the accelerator if it can be, else where it fits at all, else the smallest.
    Candidate withLargestContext(const Model *model) const
    {
        std::vector<int> contexts = m_variant.tuning.contextTokens;
        if (m_options.contextTokens && !contexts.empty())
            contexts = {*m_options.contextTokens};
        if (contexts.empty())
            return candidateFor(model, std::nullopt);
        const int longest = model && model->maxContext ? *model->maxContext : std::numeric_limits<int>::max();
        Candidate smallest = candidateFor(model, std::min(contexts.front(), longest));
        if (!smallest.fits()) // then no larger one does
            return smallest;
        for (auto tokens = contexts.rbegin(); tokens != contexts.rend(); ++tokens) {
            Candidate candidate = candidateFor(model, std::min(*tokens, longest));
            if (candidate.fits() && candidate.placement == smallest.placement)
                return candidate;
        }
        return smallest;
    }

    /// What earlier runs of this showed. A run with other layers on the accelerator than these is another.
    const RunRecord *seenOf(const Candidate &candidate) const
    {
        if (m_options.experience.empty() || (m_options.gpuLayers && candidate.gpuLayers))
            return nullptr;
        return recordOf(m_options.experience, m_demo.id, m_variant.id,
                        candidate.model ? candidate.model->id : "", candidate.placement, candidate.context);
    }

    std::optional<Speed> speedFor(const Candidate &candidate) const
    {
        if (const RunRecord *seen = seenOf(candidate); seen && seen->unit && seen->unitsPerSecond)
            return Speed{*seen->unit, *seen->unitsPerSecond, 1.15, true};
        const auto cost = unitCostOf(m_demo, candidate.model, candidate.context);
        if (!cost)
            return std::nullopt;
        const UnitSpeed *accelerator = candidate.acceleratorShare > 0 ? m_deviceSpeed : nullptr;
        if (candidate.acceleratorShare > 0 && !accelerator)
            return std::nullopt;
        return speedOf(*cost, m_supply.speed.cpu, accelerator, candidate.acceleratorShare,
                       precisionOf(m_variant));
    }

    /// Smaller is better. Among what is not comfortable, the fastest; among equals the author's order stands.
    static std::tuple<int, double> worthOf(const Candidate &candidate, const std::optional<Speed> &speed)
    {
        const bool slow
            = speed && speed->unit == WorkUnit::Token && speed->perSecond < comfortableTokensPerSecond;
        if (slow)
            return {2, -speed->perSecond};
        return {candidate.placement == Placement::Offload ? 1 : 0, 0};
    }

    Fit finish(const Candidate &candidate) const
    {
        const Demand demand = demandOf(m_variant, candidate.model, candidate.context);
        Fit fit{.model = candidate.model ? candidate.model->id : "",
                .contextTokens = candidate.context,
                .gpuLayers = candidate.gpuLayers,
                .placement = candidate.placement,
                .estimate = {.memoryBytes = demand.memory(),
                             .memorySpread = demand.weightsComputed ? 0.25 : 0.15,
                             .diskBytes = demand.disk.total(),
                             .speed = speedFor(candidate)},
                .obstacles = {}};
        // A short run shows the least that it takes, with that context.
        if (const RunRecord *seen = seenOf(candidate);
            seen && seen->memoryBytes && fit.estimate.memoryBytes
            && seen->contextTokens.value_or(candidate.context.value_or(0)) == candidate.context.value_or(0))
            fit.estimate.memoryBytes = std::max(*fit.estimate.memoryBytes, *seen->memoryBytes);
        for (const Shortage *shortage : {&candidate.memory, &candidate.disk}) {
            if (shortage->kind != Shortage::Kind::None)
                fit.obstacles.push_back(inWords(*shortage, m_supply));
        }
        return fit;
    }

    const Demo &m_demo;
    const Variant &m_variant;
    const Supply &m_supply;
    const Accelerator *m_device;
    const UnitSpeed *m_deviceSpeed = nullptr;
    const ChoiceOptions &m_options;
};

} // namespace

Supply::Supply(const Machine &computer)
    : machine(computer)
    , speed(machineSpeed(computer))
    , totalBytes(computer.memory.totalBytes)
    , freeBytes(computer.memory.availableBytes)
    , engineTold(computer.engines.has_value())
{
    constexpr std::uint64_t leastFree = 512 * mebibyte;
    if (totalBytes && computer.memory.limitBytes)
        totalBytes = std::min(*totalBytes, *computer.memory.limitBytes);
    keepBytes = kept(totalBytes.value_or(0), leastFree);
    if (!computer.storage.empty())
        freeDiskBytes = computer.storage.front().freeBytes;
}

Fit bestFit(const Demo &demo, const Variant &variant, const Supply &supply, const Accelerator *device,
            const ChoiceOptions &options)
{
    return Fitting(demo, variant, supply, device, options).find();
}

} // namespace firstlight
