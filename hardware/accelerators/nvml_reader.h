#pragma once

namespace firstlight {

/// Asks NVIDIA's management library (libnvidia-ml.so.1, loaded here by name) and prints JSON lines to
/// standard output: one with `driverVersion` and `cudaVersion`, then one a GPU with `address` and whatever it
/// tells of `name`, `memoryBytes`, `memoryBytesPerSecond`, `compute`, `computeUnits`, `peers` (addresses at
/// the other ends of its NVLinks) and `switched` (its links end at an NVSwitch). Returns the exit code; not 0
/// without a library that answers. To be called in a process of its own, since the library may hang or crash.
int printNvmlFacts();

} // namespace firstlight
