#pragma once

#include "catalog/choice.h"
#include "catalog/demo.h"
#include "catalog/estimating/machine_speed.h"

#include <optional>

namespace firstlight {

/// What one unit of output costs on this variant: as the catalog says, or of a language model derived.
struct UnitCost {
    WorkUnit unit = WorkUnit::Token;
    double readBytes = 0;
    double operations = 0;
    double cycles = 0; ///< of one core of the processor
    bool ofVector = false; ///< the operations are of one vector by weights of less than 8 bits
};

/// A conversation of a few questions and answers. What more context there is room for costs memory, but no
/// time before it is used: SmolLM2 with room for 8192 tokens answers 295 tokens a second on two cores of
/// Sapphire Rapids, as by weights alone, and not the 120 that half of 8192 would allow.
constexpr int usualTokens = 1024;

/// \a context in tokens: on average half of it, and of no more than usualTokens, is read back for each token.
/// nullopt: not known.
std::optional<UnitCost> unitCostOf(const Demo &demo, const Model *model, std::optional<int> context);

/// The clock of one core, or of the part of a core that may be used.
double hertzOfOneCore(const UnitSpeed &unit);

/// What does the operations of \a cost, and the part of it that engines reach.
struct Arithmetic {
    std::optional<double> perSecond;
    double share = 1;
};
Arithmetic arithmeticOf(const UnitCost &cost, const UnitSpeed &unit, Precision precision);

/// What limits the speed of \a cost on \a unit, at the part of its peaks that engines reach.
struct Bound {
    double seconds = 0;
    bool byMemory = false;
    bool byClock = false; ///< of one core
    bool complete = false; ///< neither side is missing
};
std::optional<Bound> boundOf(const UnitCost &cost, const UnitSpeed &unit, bool accelerator,
                             Precision precision);

/// The roofline: each unit of output takes as long as reading its bytes or doing its arithmetic, whichever is
/// longer, at the part of the peak that engines reach. \a acceleratorShare of the model is on \a accelerator
/// (null: none), the rest on the processor; parts run one after the other.
std::optional<Speed> speedOf(const UnitCost &cost, const UnitSpeed &cpu, const UnitSpeed *accelerator,
                             double acceleratorShare, Precision precision);

Precision precisionOf(const Variant &variant);

/// How much of the peaks engines reach, measured: llama.cpp generates at 0.45 to 0.80 of a GPU's data sheet
/// and 0.6 to 0.95 of a processor's measured bandwidth (medians of published runs); of the arithmetic peak,
/// our own demos reach 0.1 to 0.5 on the processor.
constexpr double memoryShareOnCpu = 0.8;
constexpr double memoryShareOnAccelerator = 0.6;
constexpr double computeShare = 0.35;

} // namespace firstlight
