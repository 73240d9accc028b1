#include "catalog/estimating/explain.h"

#include "catalog/estimating/demand.h"
#include "catalog/estimating/speed.h"

#include <algorithm>

namespace firstlight {

namespace {

const UnitSpeed &worker(const MachineSpeed &speed, const VariantChoice &choice, const Machine &machine)
{
    if (choice.placement == Placement::Cpu || !machine.accelerators)
        return speed.cpu;
    for (std::size_t index = 0; index < machine.accelerators->size(); ++index) {
        if ((*machine.accelerators)[index].address == choice.device)
            return speed.accelerators[index];
    }
    return speed.cpu;
}

void explainSpeed(const Demo &demo, const Variant &variant, const Model *model, const VariantChoice &choice,
                  const Machine &machine, EstimateParts &parts)
{
    const auto cost = unitCostOf(demo, model, choice.contextTokens);
    if (!cost || !choice.estimate.speed)
        return;
    const MachineSpeed speed = machineSpeed(machine);
    const UnitSpeed &unit = worker(speed, choice, machine);
    const bool onCpu = &unit == &speed.cpu;
    if (cost->readBytes > 0)
        parts.readBytesPerUnit = cost->readBytes;
    if (cost->operations > 0)
        parts.operationsPerUnit = cost->operations;
    if (cost->cycles > 0 && onCpu) {
        parts.cyclesPerUnit = cost->cycles;
        parts.hertz = hertzOfOneCore(unit);
    }
    parts.bytesPerSecond = unit.bytesPerSecond;
    parts.bandwidthMeasured = unit.bandwidthMeasured;
    const Arithmetic arithmetic = arithmeticOf(*cost, unit, precisionOf(variant));
    parts.operationsPerSecond = arithmetic.perSecond;
    parts.computeShare = arithmetic.share;
    parts.clockAssumed = unit.clockAssumed;
    parts.instructions = unit.instructions;
    parts.memoryShare = onCpu ? memoryShareOnCpu : memoryShareOnAccelerator;
    if (const auto bound = boundOf(*cost, unit, !onCpu, precisionOf(variant))) {
        parts.limitedByMemory = bound->byMemory;
        parts.limitedByClock = bound->byClock;
    }
    if (choice.placement == Placement::Offload && model && model->layers && choice.gpuLayers)
        parts.acceleratorShare = static_cast<double>(*choice.gpuLayers) / *model->layers;
}

} // namespace

EstimateParts explainEstimate(const Demo &demo, const VariantChoice &choice, const Machine &machine)
{
    const Variant &variant = *std::find_if(demo.variants.begin(), demo.variants.end(),
                                           [&](const Variant &each) { return each.id == choice.variant; });
    const auto found = demo.models.find(choice.model);
    const Model *model = found == demo.models.end() ? nullptr : &found->second;

    EstimateParts parts;
    parts.overheadBytes = variant.resources.overheadBytes;
    parts.imageBytes = variant.resources.imageBytes;
    if (!variant.recipe.empty())
        parts.buildBytes = variant.resources.buildBytes;
    parts.temporaryBytes = variant.resources.temporaryBytes;
    if (model) {
        const Demand demand = demandOf(variant, model, choice.contextTokens);
        if (demand.weights.complete)
            parts.weightBytes = demand.weights.known;
        parts.weightsComputed = demand.weightsComputed;
        parts.weightsOnDisk = model->delivery != Delivery::Image;
        parts.kvBytesPerToken = model->kvBytesPerToken;
        parts.contextTokens = choice.contextTokens;
    }
    explainSpeed(demo, variant, model, choice, machine, parts);
    return parts;
}

} // namespace firstlight
