#pragma once

#include "catalog/choice.h"
#include "catalog/demo.h"

#include <vector>

namespace firstlight {

/// A variant with what was found about it.
struct JudgedVariant {
    const Variant *variant;
    VariantChoice choice;
    bool unified = false; ///< its accelerator works in main memory: then it competes with the processor
    int pace = 0;         ///< paceOf(choice), made by rank()
};

/// How fast \a choice is, in steps of 10 %, as far as it matters to a person: what is fast enough is equally
/// fast. Unknown is below every known speed.
int paceOf(const VariantChoice &choice);

/// Best first, by verdict; accelerator with memory of its own, then in part on it, then processor or graphics in main memory; what asks for more (and so is made for less) before what
/// asks for less, where one requirement contains the other; digest or recipe before tag; weight; less memory;
/// id. Total, and independent of the order of \a variants.
void rank(std::vector<JudgedVariant> &variants);

/// Whether every computer that satisfies \a stronger satisfies \a weaker too, as far as the terms show it.
bool implies(const Requirement &stronger, const Requirement &weaker);

} // namespace firstlight
