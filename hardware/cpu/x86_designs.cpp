#include "hardware/cpu/microarchitecture.h"

#include <algorithm>

namespace firstlight {

namespace {

constexpr std::string_view intel = "GenuineIntel";
constexpr std::string_view amd = "AuthenticAMD";
constexpr std::string_view hygon = "HygonGenuine";
constexpr std::string_view zhaoxin = "Shanghai";
constexpr bool byName = true;

// Feature lists of archspec-json (Apache-2.0 or MIT), without those of its parents. Its "sse3" is the
// kernel's pni. Rows that are offered by name only are not in archspec: GCC's documentation of -march gives
// their instruction sets.
constexpr std::array designs{
    Design{"x86_64", "", {}, ""},
    Design{"x86_64_v2", "", {"x86_64"}, "cx16 lahf_lm mmx popcnt sse sse2 sse4_1 sse4_2 ssse3"},
    Design{"x86_64_v3", "", {"x86_64_v2"}, "abm avx avx2 bmi1 bmi2 f16c fma movbe xsave"},
    Design{"x86_64_v4", "", {"x86_64_v3"}, "avx512bw avx512cd avx512dq avx512f avx512vl"},
    Design{"nocona", intel, {"x86_64"}, "mmx sse sse2 pni"},
    Design{"core2", intel, {"nocona"}, "ssse3"},
    Design{"bonnell", intel, {"core2"}, "movbe", byName},
    Design{"nehalem", intel, {"core2", "x86_64_v2"}, ""},
    Design{"westmere", intel, {"nehalem"}, "aes pclmulqdq"},
    Design{"silvermont", intel, {"westmere"}, "movbe rdrand", byName},
    Design{"goldmont", intel, {"silvermont"}, "clflushopt fsgsbase rdseed sha_ni xsavec xsaveopt", byName},
    Design{"goldmont_plus", intel, {"goldmont"}, "rdpid", byName},
    Design{"tremont", intel, {"goldmont_plus"}, "clwb gfni movdir64b movdiri waitpkg", byName},
    Design{"sandybridge", intel, {"westmere"}, "avx"},
    Design{"ivybridge", intel, {"sandybridge"}, "f16c rdrand"},
    Design{"haswell", intel, {"ivybridge", "x86_64_v3"}, ""},
    Design{"broadwell", intel, {"haswell"}, "adx rdseed"},
    Design{"skylake", intel, {"broadwell"}, "clflushopt xsavec xsaveopt"},
    Design{"mic_knl", intel, {"broadwell"}, "avx512cd avx512er avx512f avx512pf"},
    Design{"skylake_avx512", intel, {"skylake", "x86_64_v4"}, "clwb"},
    Design{"cannonlake", intel, {"skylake", "x86_64_v4"}, "avx512ifma avx512vbmi sha_ni"},
    Design{"cascadelake", intel, {"skylake_avx512"}, "avx512_vnni"},
    Design{"cooperlake", intel, {"cascadelake"}, "avx512_bf16", byName},
    // Ice Lake and Rocket Lake for desks and laps have no CLWB.
    Design{"icelake_client",
           intel,
           {"cannonlake"},
           "avx512_bitalg avx512_vbmi2 avx512_vnni avx512_vpopcntdq gfni rdpid vaes vpclmulqdq",
           byName},
    Design{"rocketlake", intel, {"icelake_client"}, "", byName},
    Design{"icelake",
           intel,
           {"cascadelake", "cannonlake"},
           "avx512_bitalg avx512_vbmi2 avx512_vpopcntdq gfni rdpid vaes vpclmulqdq"},
    Design{"tigerlake", intel, {"icelake"}, "avx512_vp2intersect movdir64b movdiri", byName},
    Design{"sapphirerapids",
           intel,
           {"icelake"},
           "amx_bf16 amx_int8 amx_tile avx512_bf16 cldemote movdir64b movdiri serialize waitpkg"},
    Design{"emeraldrapids", intel, {"sapphirerapids"}, "", byName},
    Design{"graniterapids", intel, {"sapphirerapids"}, "amx_fp16 avx512_fp16 avx_vnni", byName},
    Design{"alderlake",
           intel,
           {"skylake"},
           "avx_vnni clwb gfni movdir64b movdiri rdpid serialize sha_ni vaes vpclmulqdq waitpkg"},
    Design{"gracemont", intel, {"alderlake"}, "", byName},
    Design{"raptorlake", intel, {"alderlake"}, "", byName},
    Design{"meteorlake", intel, {"alderlake"}, "", byName},
    Design{"arrowlake", intel, {"alderlake"}, "avx_ifma avx_ne_convert avx_vnni_int8 cmpccxadd"},
    Design{"sierraforest", intel, {"arrowlake"}, "", byName},
    Design{"arrowlake_s", intel, {"arrowlake"}, "avx_vnni_int16 sha512 sm3 sm4"},
    Design{"lunarlake", intel, {"arrowlake_s"}, "", byName},
    Design{"pantherlake", intel, {"arrowlake_s"}, "", byName},
    Design{"clearwaterforest", intel, {"arrowlake_s"}, "", byName},
    Design{"k8", amd, {"x86_64"}, "mmx sse sse2 3dnow 3dnowext", byName},
    Design{"k10", amd, {"x86_64"}, "3dnow 3dnowext abm cx16 mmx sse sse2 sse4a"},
    Design{"bobcat", amd, {"x86_64"}, "abm cx16 mmx pni popcnt sse sse2 sse4a ssse3", byName},
    Design{"jaguar", amd, {"x86_64_v2"}, "abm aes avx bmi1 f16c movbe pclmulqdq sse4a xsave", byName},
    Design{"bulldozer", amd, {"x86_64_v2"}, "abm aes avx fma4 pclmulqdq sse4a xop xsave"},
    Design{"piledriver", amd, {"bulldozer"}, "bmi1 f16c fma tbm"},
    Design{"steamroller", amd, {"piledriver"}, "fsgsbase"},
    Design{"excavator", amd, {"steamroller", "x86_64_v3"}, ""},
    Design{
        "zen", amd, {"x86_64_v3"}, "aes clflushopt clzero fsgsbase pclmulqdq rdseed sse4a xsavec xsaveopt"},
    Design{"zen2", amd, {"zen"}, "clwb"},
    Design{"zen3", amd, {"zen2"}, "pku vaes vpclmulqdq"},
    Design{"zen4",
           amd,
           {"zen3", "x86_64_v4"},
           "avx512_bf16 avx512_bitalg avx512_vbmi2 avx512_vnni avx512_vpopcntdq avx512ifma avx512vbmi "
           "flush_l1d gfni"},
    Design{"zen5", amd, {"zen4"}, "avx512_vp2intersect avx_vnni movdir64b movdiri tsc_adjust"},
    Design{"zen6", amd, {"zen5"}, "avx512_fp16"},
    // Hygon's licensed Zen.
    Design{"dhyana",
           hygon,
           {"x86_64_v3"},
           "aes clflushopt clzero fsgsbase pclmulqdq rdseed sse4a xsavec xsaveopt"},
    Design{"lujiazui",
           zhaoxin,
           {"x86_64_v2"},
           "abm adx aes bmi1 bmi2 fsgsbase movbe pclmulqdq rdrand rdseed xsave xsaveopt",
           byName},
    Design{"yongfeng", zhaoxin, {"lujiazui", "x86_64_v3"}, "sha_ni", byName},
    Design{"shijidadao", zhaoxin, {"yongfeng"}, "", byName},
};
static_assert(designs.size() <= 64);

/// Models of one design in a family, the last included.
struct Models {
    int family;
    int first;
    int last;
    std::string_view name;
};

constexpr std::array intelModels{
    Models{6, 0x0f, 0x0f, "core2"},
    Models{6, 0x16, 0x17, "core2"},
    Models{6, 0x1a, 0x1a, "nehalem"},
    Models{6, 0x1c, 0x1c, "bonnell"},
    Models{6, 0x1d, 0x1d, "core2"},
    Models{6, 0x1e, 0x1f, "nehalem"},
    Models{6, 0x25, 0x25, "westmere"},
    Models{6, 0x26, 0x27, "bonnell"},
    Models{6, 0x2a, 0x2a, "sandybridge"},
    Models{6, 0x2c, 0x2c, "westmere"},
    Models{6, 0x2d, 0x2d, "sandybridge"},
    Models{6, 0x2e, 0x2e, "nehalem"},
    Models{6, 0x2f, 0x2f, "westmere"},
    Models{6, 0x35, 0x36, "bonnell"},
    Models{6, 0x37, 0x37, "silvermont"},
    Models{6, 0x3a, 0x3a, "ivybridge"},
    Models{6, 0x3c, 0x3c, "haswell"},
    Models{6, 0x3d, 0x3d, "broadwell"},
    Models{6, 0x3e, 0x3e, "ivybridge"},
    Models{6, 0x3f, 0x3f, "haswell"},
    Models{6, 0x45, 0x46, "haswell"},
    Models{6, 0x47, 0x47, "broadwell"},
    Models{6, 0x4a, 0x4a, "silvermont"},
    Models{6, 0x4c, 0x4d, "silvermont"},
    Models{6, 0x4e, 0x4e, "skylake"},
    Models{6, 0x4f, 0x4f, "broadwell"},
    Models{6, 0x55, 0x55, "skylake_avx512"},
    Models{6, 0x56, 0x56, "broadwell"},
    Models{6, 0x57, 0x57, "mic_knl"},
    Models{6, 0x5a, 0x5a, "silvermont"},
    Models{6, 0x5c, 0x5c, "goldmont"},
    Models{6, 0x5d, 0x5d, "silvermont"},
    Models{6, 0x5e, 0x5e, "skylake"},
    Models{6, 0x5f, 0x5f, "goldmont"},
    Models{6, 0x66, 0x66, "cannonlake"},
    Models{6, 0x6a, 0x6a, "icelake"},
    Models{6, 0x6c, 0x6c, "icelake"},
    Models{6, 0x75, 0x75, "silvermont"},
    Models{6, 0x7a, 0x7a, "goldmont_plus"},
    Models{6, 0x7d, 0x7e, "icelake_client"},
    Models{6, 0x85, 0x85, "mic_knl"},
    Models{6, 0x86, 0x86, "tremont"},
    Models{6, 0x8c, 0x8d, "tigerlake"},
    Models{6, 0x8e, 0x8e, "skylake"}, // Kaby, Whiskey, Comet Lake
    Models{6, 0x8f, 0x8f, "sapphirerapids"},
    Models{6, 0x96, 0x96, "tremont"},
    Models{6, 0x97, 0x97, "alderlake"},
    Models{6, 0x9a, 0x9a, "alderlake"},
    Models{6, 0x9c, 0x9c, "tremont"},
    Models{6, 0x9e, 0x9e, "skylake"}, // Kaby and Coffee Lake
    Models{6, 0xa5, 0xa6, "skylake"},
    Models{6, 0xa7, 0xa7, "rocketlake"},
    Models{6, 0xaa, 0xaa, "meteorlake"},
    Models{6, 0xac, 0xac, "meteorlake"},
    Models{6, 0xad, 0xae, "graniterapids"},
    Models{6, 0xaf, 0xaf, "sierraforest"},
    Models{6, 0xb5, 0xb5, "arrowlake"},
    Models{6, 0xb6, 0xb6, "sierraforest"},
    Models{6, 0xb7, 0xb7, "raptorlake"},
    Models{6, 0xba, 0xba, "raptorlake"},
    Models{6, 0xbd, 0xbd, "lunarlake"},
    Models{6, 0xbe, 0xbe, "gracemont"},
    Models{6, 0xbf, 0xbf, "raptorlake"},
    Models{6, 0xc5, 0xc5, "arrowlake"},
    Models{6, 0xc6, 0xc6, "arrowlake_s"},
    Models{6, 0xcc, 0xcc, "pantherlake"},
    Models{6, 0xcf, 0xcf, "emeraldrapids"},
    Models{6, 0xd5, 0xd5, "pantherlake"}, // Wildcat Lake
    Models{6, 0xd7, 0xd7, "raptorlake"},  // Bartlett Lake
    Models{6, 0xdd, 0xdd, "clearwaterforest"},
    Models{15, 0x03, 0x06, "nocona"},
};

constexpr std::array amdModels{
    Models{0x0f, 0x00, 0xff, "k8"},          Models{0x10, 0x00, 0xff, "k10"},
    Models{0x11, 0x00, 0xff, "k8"},          Models{0x12, 0x00, 0xff, "k10"},
    Models{0x14, 0x00, 0xff, "bobcat"},      Models{0x15, 0x00, 0x01, "bulldozer"},
    Models{0x15, 0x02, 0x02, "piledriver"},  Models{0x15, 0x10, 0x1f, "piledriver"},
    Models{0x15, 0x30, 0x3f, "steamroller"}, Models{0x15, 0x60, 0x7f, "excavator"},
    Models{0x16, 0x00, 0xff, "jaguar"},      Models{0x17, 0x00, 0x2f, "zen"},
    Models{0x17, 0x30, 0x4f, "zen2"},        Models{0x17, 0x50, 0x5f, "zen"},
    Models{0x17, 0x60, 0x7f, "zen2"},        Models{0x17, 0x84, 0x84, "zen2"},
    Models{0x17, 0x90, 0x91, "zen2"},        Models{0x17, 0xa0, 0xaf, "zen2"},
    Models{0x19, 0x00, 0x0f, "zen3"},        Models{0x19, 0x10, 0x1f, "zen4"},
    Models{0x19, 0x20, 0x5f, "zen3"},        Models{0x19, 0x60, 0xaf, "zen4"},
    Models{0x1a, 0x00, 0x4f, "zen5"},        Models{0x1a, 0x50, 0x5f, "zen6"},
    Models{0x1a, 0x60, 0x7f, "zen5"},        Models{0x1a, 0x80, 0xaf, "zen6"},
    Models{0x1a, 0xc0, 0xcf, "zen6"},        Models{0x1a, 0xd0, 0xd7, "zen5"},
};

constexpr std::array hygonModels{Models{0x18, 0x00, 0x0f, "dhyana"}};

constexpr std::array zhaoxinModels{Models{7, 0x3b, 0x3b, "lujiazui"}, Models{7, 0x5b, 0x5b, "yongfeng"},
                                   Models{7, 0x6b, 0x6b, "shijidadao"}};

std::span<const Models> modelsOf(std::string_view vendor)
{
    if (vendor == intel)
        return intelModels;
    if (vendor == amd)
        return amdModels;
    if (vendor == hygon)
        return hygonModels;
    if (vendor == zhaoxin || vendor == "CentaurHauls")
        return zhaoxinModels;
    return {};
}

} // namespace

std::span<const Design> x86Designs()
{
    return designs;
}

std::optional<std::string_view> x86DesignName(std::string_view vendor, int family, int model, int stepping)
{
    const auto models = modelsOf(vendor);
    const auto found = std::ranges::find_if(models, [&](const Models &row) {
        return row.family == family && model >= row.first && model <= row.last;
    });
    if (found == models.end())
        return std::nullopt;
    // One model number for three generations of servers.
    if (found->name == "skylake_avx512" && stepping >= 5)
        return stepping >= 10 ? "cooperlake" : "cascadelake";
    return found->name;
}

} // namespace firstlight
