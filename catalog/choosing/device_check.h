#pragma once

#include "catalog/choosing/obstacles.h"
#include "catalog/demo.h"
#include "hardware/machine.h"

namespace firstlight {

/// How a `device` requirement stands on a computer: the accelerator that satisfies it, or the nearest miss.
struct DeviceFinding {
    Obstacles obstacles;
    const Accelerator *device
        = nullptr; ///< that satisfies it, or comes nearest; into the Machine; null: there is none
};

/// Whether one accelerator satisfies all \a terms (children of a Requirement of kind Device) and, if \a
/// inUse, can also be used: a driver is bound, and this user may open the files that \a devices (of the
/// variant) hand to the container. \a only: no other accelerator is looked at.
DeviceFinding checkDevice(const std::vector<Requirement> &terms, const std::vector<std::string> &devices,
                          bool inUse, const Machine &machine, const Accelerator *only = nullptr);

/// The same of what a `not` forbids: an accelerator that satisfies all \a terms, or of which that is not
/// known, counts before any that only could.
Obstacles checkAbsent(const std::vector<Requirement> &terms, const Machine &machine);

} // namespace firstlight
