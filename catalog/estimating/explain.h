#pragma once

#include "catalog/choice.h"
#include "hardware/machine.h"

#include <cstdint>
#include <optional>
#include <string>

namespace firstlight {

/// The numbers behind an estimate, for who wants to check them. Sizes in bytes. What is nullopt is not known,
/// or not a part of this estimate.
struct EstimateParts {
    std::optional<std::uint64_t> weightBytes;
    bool weightsComputed = false; ///< parameters × bits, not a file's size
    std::optional<int> contextTokens;
    std::optional<std::uint64_t> kvBytesPerToken;
    std::optional<std::uint64_t> overheadBytes;
    std::optional<std::uint64_t> imageBytes;
    std::optional<std::uint64_t> buildBytes;
    std::optional<std::uint64_t> temporaryBytes;
    bool weightsOnDisk = false; ///< not inside the image

    /// Of the speed: what one unit costs, and what the processor or accelerator that does most of it gives.
    std::optional<double> readBytesPerUnit;
    std::optional<double> operationsPerUnit;
    std::optional<double> cyclesPerUnit; ///< of one core
    std::optional<double> hertz;
    std::optional<double> bytesPerSecond;
    bool bandwidthMeasured = false;
    std::optional<double> operationsPerSecond;
    bool clockAssumed = false;
    std::string instructions; ///< avx512-vnni, 8.9, …
    double memoryShare = 0;   ///< of the bandwidth, that engines reach
    double computeShare = 0;  ///< of the arithmetic peak
    bool limitedByMemory = false;
    bool limitedByClock = false; ///< of one core
    std::optional<double> acceleratorShare; ///< of an offload

    bool operator==(const EstimateParts &) const = default;
};

/// \a choice is one of those that choose() made of \a demo and \a machine.
EstimateParts explainEstimate(const Demo &demo, const VariantChoice &choice, const Machine &machine);

} // namespace firstlight
