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
                        static_cast<double>(model->work->operations.value_or(0)),
                        static_cast<double>(model->work->cycles.value_or(0))};
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
    constexpr double mostBits = 7; // whole bytes need no unpacking
    cost.ofVector = bitsPerWeight(model->quantisation).value_or(mostBits) < mostBits;
    if (context && model->kvBytesPerToken)
        cost.readBytes += static_cast<double>(*model->kvBytesPerToken) * std::min(*context, usualTokens) / 2;
    return cost;
}

double hertzOfOneCore(const UnitSpeed &unit)
{
    return unit.units > 0 ? unit.hertz * std::min(1.0, unit.units) : unit.hertz;
}

Arithmetic arithmeticOf(const UnitCost &cost, const UnitSpeed &unit, Precision precision)
{
    if (cost.ofVector && unit.vectorOperationsPerSecond)
        return {unit.vectorOperationsPerSecond, 1};
    return {unit.operationsPerSecond[static_cast<std::size_t>(precision)], computeShare};
}

std::optional<Bound> boundOf(const UnitCost &cost, const UnitSpeed &unit, bool accelerator,
                             Precision precision)
{
    const Arithmetic arithmetic = arithmeticOf(cost, unit, precision);
    const bool needsReading = cost.readBytes > 0;
    const bool needsArithmetic = cost.operations > 0;
    double reading = 0;
    double computing = 0;
    if (needsReading && unit.bytesPerSecond)
        reading = cost.readBytes
                  / (*unit.bytesPerSecond * (accelerator ? memoryShareOnAccelerator : memoryShareOnCpu));
    if (needsArithmetic && arithmetic.perSecond)
        computing = cost.operations / (*arithmetic.perSecond * arithmetic.share);
    // Serial work is the processor's, wherever the rest is done.
    const double serial = cost.cycles > 0 && !accelerator ? cost.cycles / hertzOfOneCore(unit) : 0;
    const double seconds = std::max({reading, computing, serial});
    if (seconds == 0)
        return std::nullopt;
    return Bound{.seconds = seconds,
                 .byMemory = reading == seconds,
                 .byClock = serial == seconds,
                 .complete
                 = (!needsReading || unit.bytesPerSecond) && (!needsArithmetic || arithmetic.perSecond)};
}

namespace {

/// Seconds of \a share of the work on \a unit; the widest factor of uncertainty comes with it.
std::optional<double> secondsOn(const UnitCost &cost, const UnitSpeed &unit, bool accelerator, double share,
                                Precision precision, double &factor)
{
    const std::optional<Bound> bound = boundOf(cost, unit, accelerator, precision);
    // One side alone is no bound where the other could be the longer: language models are known to read.
    if (!bound || (!bound->complete && !bound->byMemory))
        return std::nullopt;
    const bool sure = bound->byMemory ? unit.bandwidthKnown : !unit.clockAssumed;
    factor = std::max(factor, sure ? 1.35 : 2.0);
    return bound->seconds * share;
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
