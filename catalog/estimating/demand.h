#pragma once

#include "catalog/choice.h"
#include "catalog/demo.h"

#include <cstdint>
#include <optional>

namespace firstlight {

/// A sum of which some parts may not be known.
struct KnownSum {
    std::uint64_t known = 0;
    bool complete = true;

    void add(std::optional<std::uint64_t> part)
    {
        known += part.value_or(0);
        complete = complete && part.has_value();
    }
    std::optional<std::uint64_t> total() const { return complete ? std::optional(known) : std::nullopt; }
};

/// What a variant takes with one model and context, in bytes.
struct Demand {
    KnownSum weights;
    KnownSum kvCache;
    KnownSum overhead;
    KnownSum disk;
    bool weightsComputed = false; ///< from parameters and bits, not from a file's size

    std::uint64_t knownMemory() const { return weights.known + kvCache.known + overhead.known; }
    std::optional<std::uint64_t> memory() const
    {
        const bool complete = weights.complete && kvCache.complete && overhead.complete;
        return complete ? std::optional(knownMemory()) : std::nullopt;
    }
};

/// \a model may be null: the variant loads none.
Demand demandOf(const Variant &variant, const Model *model, std::optional<int> context);

/// Of the model's main file: its size, or parameters × bits of the quantisation.
std::optional<std::uint64_t> weightBytesOf(const Model &model);

/// Bits of one weight on average, by the quantisation's name; nullopt: not known.
std::optional<double> bitsPerWeight(const std::string &quantisation);

} // namespace firstlight
