// The reader of NVIDIA's management library as a program of its own, as `firstlight read-nvml` is.

#include "hardware/accelerators/nvml_reader.h"

int main()
{
    return firstlight::printNvmlFacts();
}
