#include "hardware/cpu/families.h"

#include <array>

namespace firstlight {

std::span<const CpuFamily *const> cpuFamilies()
{
    static constexpr std::array<const CpuFamily *, 6> families{&x86Family,       &armFamily,   &riscvFamily,
                                                               &loongArchFamily, &powerFamily, &s390Family};
    return families;
}

} // namespace firstlight
