#include "catalog/estimating/speed.h"

#include "catalog/estimating/demand.h"

#include <algorithm>
#include <cmath>

namespace firstlight {

std::optional<UnitCost> unitCostOf(const Demo &demo, const Model *model, std::optional<int> context)
{
    if (!model)
        return std::nullopt;
    if (model->work)
        return UnitCost{model->work->unit, static_cast<double>(model->work->readBytes.value_or(0)),
                        static_cast<double>(model->work->operations.value_or(0))};
    if (demo.kind != DemoKind::Llm)
        return std::nullopt;
    const std::optional<std::uint64_t> weights = weightBytesOf(*model);
    if (!weights || !model->parameters)
        return std::nullopt;
    const auto parameters = static_cast<double>(*model->parameters);
    const double active
        = model->activeParameters ? static_cast<double>(*model->activeParameters) : parameters;
    UnitCost cost{.unit = WorkUnit::Token,
                  .readBytes = static_cast<double>(*weights) * active / parameters,
                  .operations = 2 * active};
    if (context && model->kvBytesPerToken)
        cost.readBytes += static_cast<double>(*model->kvBytesPerToken) * std::min(*context, usualTokens) / 2;
    return cost;
}

std::optional<Bound> boundOf(const UnitCost &cost, const UnitSpeed &unit, Precision precision)
{
    const auto peak = unit.operationsPerSecond[static_cast<std::size_t>(precision)];
    const bool needsReading = cost.readBytes > 0;
    const bool needsArithmetic = cost.operations > 0;
    double reading = 0;
    double arithmetic = 0;
    if (needsReading && unit.bytesPerSecond)
        reading = cost.readBytes / *unit.bytesPerSecond;
    if (needsArithmetic && peak)
        arithmetic = cost.operations / *peak;
    if (reading == 0 && arithmetic == 0)
        return std::nullopt;
    return Bound{.seconds = std::max(reading, arithmetic),
                 .byMemory = reading >= arithmetic,
                 .complete = (!needsReading || unit.bytesPerSecond) && (!needsArithmetic || peak)};
}

namespace {

/// Seconds of \a share of the work on \a unit, with the part of the peak that engines reach; the widest
/// factor of uncertainty comes with it.
std::optional<double> secondsOn(UnitCost cost, const UnitSpeed &unit, bool accelerator, double share,
                                Precision precision, double &factor)
{
    cost.readBytes *= share / (accelerator ? memoryShareOnAccelerator : memoryShareOnCpu);
    cost.operations *= share / computeShare;
    const std::optional<Bound> bound = boundOf(cost, unit, precision);
    // One side alone is no bound where the other could be the longer: language models are known to read.
    if (!bound || (!bound->complete && !bound->byMemory))
        return std::nullopt;
    const bool sure = bound->byMemory ? unit.bandwidthKnown : !unit.clockAssumed;
    factor = std::max(factor, sure ? 1.35 : 2.0);
    return bound->seconds;
}

} // namespace

std::optional<Speed> speedOf(const UnitCost &cost, const UnitSpeed &cpu, const UnitSpeed *accelerator,
                             double acceleratorShare, Precision precision)
{
    double factor = 1;
    double seconds = 0;
    if (accelerator && acceleratorShare > 0) {
        const auto part = secondsOn(cost, *accelerator, true, acceleratorShare, precision, factor);
        if (!part)
            return std::nullopt;
        seconds += *part;
    }
    if (const double rest = accelerator ? 1 - acceleratorShare : 1; rest > 0) {
        const Precision onCpu = accelerator ? Precision::F32 : precision;
        const auto part = secondsOn(cost, cpu, false, rest, onCpu, factor);
        if (!part)
            return std::nullopt;
        seconds += *part;
    }
    if (seconds <= 0)
        return std::nullopt;
    return Speed{.unit = cost.unit, .perSecond = 1 / seconds, .factor = factor, .measuredHere = false};
}

Precision precisionOf(const Variant &variant)
{
    return variant.precision.value_or(variant.accelerated ? Precision::F16 : Precision::F32);
}

} // namespace firstlight
