#include "hardware/cpu/microarchitecture.h"

namespace firstlight {

namespace {

// Feature lists of archspec-json (Apache-2.0 or MIT), without those of its parents and without what is no
// instruction: evtstrm and cpuid are services of the kernel, ssbs is a switch that newer cores of a line may
// lack (Apple's M4). archspec's generic armv8.x have no features and are left out.
constexpr std::array designs{
    Design{"aarch64", "", {}, ""},
    Design{"thunderx2", "Cavium", {"aarch64"}, "aes asimd asimdrdm atomics crc32 fp pmull sha1 sha2"},
    Design{"a64fx",
           "Fujitsu",
           {"aarch64"},
           "asimd asimdhp asimdrdm atomics crc32 dcpop fcma fp fphp sha1 sha2 sve"},
    Design{"cortex_a72", "ARM", {"aarch64"}, "aes asimd crc32 fp pmull sha1 sha2"},
    Design{"neoverse_n1", "ARM", {"cortex_a72"}, "asimddp asimdhp asimdrdm atomics dcpop fphp lrcpc"},
    Design{"neoverse_v1",
           "ARM",
           {"neoverse_n1"},
           "asimdfhm bf16 dcpodp dgh dit fcma flagm i8mm ilrcpc jscvt rng sha3 sha512 sve svebf16 svei8mm "
           "uscat"},
    Design{"neoverse_n2",
           "ARM",
           {"neoverse_n1"},
           "asimdfhm bf16 dcpodp fcma flagm flagm2 frint i8mm ilrcpc jscvt sb sha3 sha512 sve sve2 svebf16 "
           "svei8mm uscat"},
    Design{"neoverse_v2",
           "ARM",
           {"neoverse_n1"},
           "asimdfhm bf16 dcpodp fcma flagm flagm2 frint i8mm ilrcpc jscvt sb sha3 sha512 sve sve2 svebf16 "
           "svei8mm uscat"},
    Design{"neoverse_v3ae",
           "ARM",
           {"neoverse_v2"},
           "afp bti dgh dit ecv paca pacg sm3 sm4 sveaes svebitperm svepmull svesha3 svesm4 wfxt"},
    Design{"ampere1",
           "Ampere",
           {"neoverse_n1"},
           "asimdfhm bf16 bti dcpodp dit ecv fcma flagm flagm2 frint i8mm ilrcpc jscvt paca pacg rng sb sha3 "
           "sha512 uscat"},
    Design{"ampere1a", "Ampere", {"ampere1"}, "sm3 sm4"},
    Design{"olympus",
           "NVIDIA",
           {"aarch64"},
           "aes afp asimd asimddp asimdfhm asimdhp asimdrdm atomics bf16 bti crc32 dcpodp dcpop dgh dit ecv "
           "f8cvt f8dp2 f8dp4 f8e4m3 f8e5m2 f8fma faminmax fcma flagm flagm2 fp fphp fpmr frint i8mm ilrcpc "
           "jscvt lrcpc ls64 lut paca pacg pmull rng sb sha1 sha2 sha3 sha512 sm3 sm4 sve sve2 sveaes "
           "svebf16 svebitperm svei8mm svepmull svesha3 svesm4 uscat wfxt"},
    Design{"m1",
           "Apple",
           {"aarch64"},
           "aes asimd asimddp asimdfhm asimdhp asimdrdm atomics crc32 dcpodp dcpop dit fcma flagm flagm2 fp "
           "fphp frint ilrcpc jscvt lrcpc paca pacg pmull sb sha1 sha2 sha3 sha512 uscat"},
    Design{"m2", "Apple", {"m1"}, "bf16 bti ecv i8mm"},
    Design{"m3", "Apple", {"m2"}, "", true},
    Design{"m4", "Apple", {"m3"}, "sme sme2"},
};

// GCC's -march for LoongArch; the vector units are what the kernel shows.
constexpr std::array loongson{
    Design{"loongarch64", "", {}, ""},
    Design{"la264", "Loongson", {"loongarch64"}, "", true},
    Design{"la364", "Loongson", {"loongarch64"}, "lsx"},
    Design{"la464", "Loongson", {"la364"}, "lasx"},
    Design{"la664", "Loongson", {"la464"}, "", true},
};

} // namespace

std::span<const Design> armDesigns()
{
    return designs;
}

std::span<const Design> loongArchDesigns()
{
    return loongson;
}

} // namespace firstlight
