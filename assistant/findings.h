#pragma once

#include "core/error.h"
#include "hardware/machine.h"

#include <string>
#include <vector>

namespace firstlight {

/// How much a finding matters to a person who wants AI here.
enum class Weight {
    Blocks, ///< nothing or an accelerator cannot be used at all
    Slows,  ///< it works, slower or smaller than this computer could
    Note,   ///< good to know
};

/// Something that keeps this computer from running AI as well as it could. The sentence and what to do about
/// it are in text/finding_text.h.
struct Finding {
    std::string code; ///< stable: accelerator-denied, kvm-broken, …
    Weight weight = Weight::Note;
    Facts facts;

    bool operator==(const Finding &) const = default;
};

/// The name of \a device, or its vendor, kind and PCI ids.
std::string shownName(const Accelerator &device);

/// All findings about \a machine, heaviest first. Pure; what is not known is no finding.
std::vector<Finding> findingsAbout(const Machine &machine);

} // namespace firstlight
