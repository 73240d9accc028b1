#pragma once

#include "hardware/machine.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace firstlight {

/// Tokens a second, as an interval.
struct SpeedRange {
    double least = 0;
    double most = 0;

    bool operator==(const SpeedRange &) const = default;
};

/// A size of language model that this computer can hold.
struct LanguageModelOutlook {
    double billionParameters = 0;
    std::uint64_t memoryBytes = 0;   ///< weights at 4 bits, 4096 tokens of context, the engine itself
    std::string device;              ///< address of the accelerator that holds all of it; empty: main memory
    std::optional<SpeedRange> speed; ///< nullopt: no memory bandwidth is known

    bool operator==(const LanguageModelOutlook &) const = default;
};

/// Which of the usual sizes of language models fit, smallest first, each where it is fastest. Pure.
///
/// Each token reads all weights once, so speed is memory bandwidth ÷ weights, of which engines reach a part:
/// 45 to 80 % on GPUs (medians of published runs by card: 51 % Radeon, 60 to 75 % GeForce) and 60 to 95 % of
/// what was measured here on processors.
std::vector<LanguageModelOutlook> languageModelOutlook(const Machine &machine);

} // namespace firstlight
