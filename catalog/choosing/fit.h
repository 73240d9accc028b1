#pragma once

#include "catalog/choosing/obstacles.h"
#include "catalog/demo.h"
#include "catalog/estimating/machine_speed.h"
#include "hardware/machine.h"

#include <optional>
#include <string>

namespace firstlight {

/// What the computer has to give, found out once for all variants.
struct Supply {
    explicit Supply(const Machine &computer);

    const Machine &machine;
    MachineSpeed speed;
    std::optional<std::uint64_t> totalBytes; ///< of memory that programs of this user may have at all
    std::optional<std::uint64_t> freeBytes;  ///< of it, now
    std::uint64_t keepBytes = 0;             ///< that must stay free
    bool engineTold = false;                 ///< the recording tells about engines: then also what is free
    std::optional<std::uint64_t> freeDiskBytes;
};

/// Which model with how much context a variant would run, where, and what that takes.
struct Fit {
    std::string model;
    std::optional<int> contextTokens;
    std::optional<int> gpuLayers;
    Placement placement = Placement::Cpu;
    Estimate estimate;
    Obstacles obstacles; ///< of memory and disk
};

/// Of the variant's models, in the author's order, the first that fits and answers at a comfortable pace (8
/// tokens a second of a language model, where its speed is known), with the largest context that fits; else
/// the fastest that fits; else the one that comes nearest. \a device is the accelerator that the weights go
/// to, or null. What is whole on the accelerator is preferred to what is only partly.
///
/// Memory is weights + KV cache + the runtime's own; it must leave max(512 MiB, 5 %) of the computer's free,
/// so that what else runs keeps running, and max(457 MiB, 5 %) of an accelerator's (what drivers and the
/// screen were seen to keep). Disk is image + model + build + what it takes while it runs. A part that the
/// catalog does not give makes the estimate unknown; the check then goes by the parts that it gives.
Fit bestFit(const Demo &demo, const Variant &variant, const Supply &supply, const Accelerator *device,
            const ChoiceOptions &options);

} // namespace firstlight
