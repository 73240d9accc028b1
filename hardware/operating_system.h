#pragma once

#include "hardware/machine.h"
#include "hardware/root.h"

namespace firstlight {

/// Kernel release and os-release(5).
void readOperatingSystem(const Root &root, Machine &machine);

} // namespace firstlight
