#pragma once

#include "catalog/choice.h"
#include "catalog/demo.h"

#include <cstdint>
#include <vector>

namespace firstlight {

/// A variant with what was found about it.
struct JudgedVariant {
    const Variant *variant = nullptr;
    VariantChoice choice;
    bool unified = false; ///< its accelerator works in main memory: then it competes with the processor
};

/// How fast \a choice is, in steps of 10 %, as far as it matters to a person: what is fast enough is equally
/// fast. Unknown is below every known speed.
int paceOf(const VariantChoice &choice);

/// Best first, by verdict; accelerator with memory of its own, then in part on it, then processor or graphics
/// in main memory; pace; what asks for more (and so is made for less) before what asks for less, where one
/// requirement contains the other; digest or recipe before tag; weight; less memory; id. Total, and independent of the
/// order of \a variants.
void rank(std::vector<JudgedVariant> &variants);

} // namespace firstlight
