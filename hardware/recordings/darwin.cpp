#include "hardware/cpu/cpu.h"
#include "hardware/cpu/microarchitecture.h"
#include "hardware/recordings/other_systems.h"
#include "hardware/text.h"

#include <algorithm>
#include <array>
#include <map>

namespace firstlight {

namespace {

using Values = std::map<std::string_view, std::string_view>;

struct Spelling {
    std::string_view darwin;
    std::string_view kernel;
};

// XNU's cpuid.c names them; what is not here is the Linux name in capitals.
constexpr std::array intelSpellings{
    Spelling{"avx1.0", "avx"},
    Spelling{"sse3", "pni"},
    Spelling{"sse4.1", "sse4_1"},
    Spelling{"sse4.2", "sse4_2"},
    Spelling{"lahf", "lahf_lm"},
    Spelling{"lzcnt", "abm"},
    Spelling{"em64t", "lm"},
    Spelling{"xd", "nx"},
    Spelling{"mon", "monitor"},
    Spelling{"dscpl", "ds_cpl"},
    Spelling{"rdwrfsgs", "fsgsbase"},
    Spelling{"clfsh", "clflush"},
    Spelling{"clfsopt", "clflushopt"},
    Spelling{"sha", "sha_ni"},
    Spelling{"avx512vnni", "avx512_vnni"},
    Spelling{"avx512vbmi2", "avx512_vbmi2"},
    Spelling{"avx512bitalg", "avx512_bitalg"},

};

// Apple's "Determining Instruction Set Characteristics" beside Linux' Documentation/arch/arm64/elf_hwcaps.
// Some have an older name too.
constexpr std::array armSpellings{
    Spelling{"hw.optional.floatingpoint", "fp"},
    Spelling{"hw.optional.neon", "asimd"},
    Spelling{"hw.optional.AdvSIMD", "asimd"},
    Spelling{"hw.optional.armv8_crc32", "crc32"},
    Spelling{"hw.optional.arm.FEAT_CRC32", "crc32"},
    Spelling{"hw.optional.arm.FEAT_LSE", "atomics"},
    Spelling{"hw.optional.armv8_1_atomics", "atomics"},
    Spelling{"hw.optional.arm.FEAT_LSE2", "uscat"},
    Spelling{"hw.optional.arm.FEAT_RDM", "asimdrdm"},
    Spelling{"hw.optional.arm.FEAT_DotProd", "asimddp"},
    Spelling{"hw.optional.arm.FEAT_FP16", "fphp asimdhp"},
    Spelling{"hw.optional.neon_fp16", "fphp asimdhp"},
    Spelling{"hw.optional.arm.FEAT_FHM", "asimdfhm"},
    Spelling{"hw.optional.armv8_2_fhm", "asimdfhm"},
    Spelling{"hw.optional.arm.FEAT_AES", "aes"},
    Spelling{"hw.optional.arm.FEAT_PMULL", "pmull"},
    Spelling{"hw.optional.arm.FEAT_SHA1", "sha1"},
    Spelling{"hw.optional.arm.FEAT_SHA256", "sha2"},
    Spelling{"hw.optional.arm.FEAT_SHA3", "sha3"},
    Spelling{"hw.optional.arm.FEAT_SHA512", "sha512"},
    Spelling{"hw.optional.arm.FEAT_FCMA", "fcma"},
    Spelling{"hw.optional.arm.FEAT_JSCVT", "jscvt"},
    Spelling{"hw.optional.arm.FEAT_LRCPC", "lrcpc"},
    Spelling{"hw.optional.arm.FEAT_LRCPC2", "ilrcpc"},
    Spelling{"hw.optional.arm.FEAT_DPB", "dcpop"},
    Spelling{"hw.optional.arm.FEAT_DPB2", "dcpodp"},
    Spelling{"hw.optional.arm.FEAT_DIT", "dit"},
    Spelling{"hw.optional.arm.FEAT_FlagM", "flagm"},
    Spelling{"hw.optional.arm.FEAT_FlagM2", "flagm2"},
    Spelling{"hw.optional.arm.FEAT_SSBS", "ssbs"},
    Spelling{"hw.optional.arm.FEAT_SB", "sb"},
    Spelling{"hw.optional.arm.FEAT_FRINTTS", "frint"},
    Spelling{"hw.optional.arm.FEAT_PAuth", "paca pacg"},
    Spelling{"hw.optional.arm.FEAT_BTI", "bti"},
    Spelling{"hw.optional.arm.FEAT_I8MM", "i8mm"},
    Spelling{"hw.optional.arm.FEAT_BF16", "bf16"},
    Spelling{"hw.optional.arm.FEAT_EBF16", "ebf16"},
    Spelling{"hw.optional.arm.FEAT_ECV", "ecv"},
    Spelling{"hw.optional.arm.FEAT_AFP", "afp"},
    Spelling{"hw.optional.arm.FEAT_RPRES", "rpres"},
    Spelling{"hw.optional.arm.FEAT_WFxT", "wfxt"},
    Spelling{"hw.optional.arm.FEAT_CSSC", "cssc"},
    Spelling{"hw.optional.arm.FEAT_HBC", "hbc"},
    Spelling{"hw.optional.arm.FEAT_SME", "sme"},
    Spelling{"hw.optional.arm.FEAT_SME2", "sme2"},
    Spelling{"hw.optional.arm.FEAT_SME_F64F64", "smef64f64"},
    Spelling{"hw.optional.arm.FEAT_SME_I16I64", "smei16i64"},
    Spelling{"hw.optional.arm.SME_F32F32", "smef32f32"},
    Spelling{"hw.optional.arm.SME_BI32I32", "smebi32i32"},
    Spelling{"hw.optional.arm.SME_B16F32", "smeb16f32"},
    Spelling{"hw.optional.arm.SME_F16F32", "smef16f32"},
    Spelling{"hw.optional.arm.SME_I8I32", "smei8i32"},
    Spelling{"hw.optional.arm.SME_I16I32", "smei16i32"},
};

std::string_view valueOf(const Values &values, std::string_view key)
{
    const auto found = values.find(key);
    return found == values.end() ? std::string_view() : found->second;
}

void addLower(std::string_view text, std::string &line)
{
    for (const std::string_view word : words(text)) {
        std::string name(word);
        for (char &letter : name) {
            if (letter >= 'A' && letter <= 'Z')
                letter = static_cast<char>(letter - 'A' + 'a');
        }
        const auto *known = std::ranges::find(intelSpellings, name, &Spelling::darwin);
        line.append(" ").append(known == intelSpellings.end() ? name : known->kernel);
    }
}

std::string intelFlags(const Values &values)
{
    std::string line;
    for (const char *key : {"machdep.cpu.features", "machdep.cpu.leaf7_features", "machdep.cpu.extfeatures"})
        addLower(valueOf(values, key), line);
    line += ' ';
    // sysctl has no word for these: every Intel core with CLFLUSHOPT has both, every one with AVX the first.
    if (line.find(" avx ") != std::string::npos)
        line += "xsaveopt ";
    if (line.find(" clflushopt ") != std::string::npos)
        line += "xsavec ";
    return line;
}

std::string armFlags(const Values &values)
{
    std::string line;
    for (const Spelling &spelling : armSpellings) {
        if (valueOf(values, spelling.darwin) == "1")
            line.append(spelling.kernel).append(" ");
    }
    // Older macOS does not show DIT. Armv8.4, where LSE2 comes from, demands it.
    if (valueOf(values, "hw.optional.arm.FEAT_LSE2") == "1" && !values.contains("hw.optional.arm.FEAT_DIT"))
        line += "dit ";
    return line;
}

/// The same facts as Linux would write them into /proc/cpuinfo.
std::string asCpuInfo(const Values &values)
{
    const std::string_view brand = valueOf(values, "machdep.cpu.brand_string");
    if (brand.starts_with("Apple"))
        return "processor : 0\nCPU implementer : 0x61\nFeatures : " + armFlags(values) + "\n";
    const std::string_view family = valueOf(values, "machdep.cpu.family");
    std::string text = "processor : 0\n";
    const auto add = [&](const char *key, std::string_view value) {
        if (!value.empty())
            text.append(key).append(" : ").append(value).append("\n");
    };
    add("vendor_id", valueOf(values, "machdep.cpu.vendor"));
    add("cpu family", family.empty() ? "6" : family); // every Intel processor that Apple sold
    add("model", valueOf(values, "machdep.cpu.model"));
    add("stepping", valueOf(values, "machdep.cpu.stepping"));
    add("model name", brand);
    add("flags", intelFlags(values));
    return text;
}

/// "Apple M2 Pro" → "m2", which the brand alone tells.
std::optional<std::string> appleDesign(std::string_view brand)
{
    const auto parts = words(brand);
    if (parts.size() < 2 || parts[0] != "Apple" || parts[1].size() < 2 || parts[1][0] != 'M'
        || !parseInt(parts[1].substr(1)))
        return std::nullopt;
    return "m" + std::string(parts[1].substr(1));
}

} // namespace

std::optional<Machine> machineFromSysctl(std::string_view text)
{
    Values values;
    forEachLine(text, [&](std::string_view line) {
        const auto pair = splitPair(line, ':');
        if (pair && (pair->first.starts_with("hw.") || pair->first.starts_with("machdep.cpu.")))
            values.emplace(pair->first, pair->second);
    });
    const std::string_view brand = valueOf(values, "machdep.cpu.brand_string");
    if (brand.empty())
        return std::nullopt;

    auto cpu = cpuFromText(asCpuInfo(values));
    if (!cpu)
        return std::nullopt;
    Machine machine;
    machine.cpu = std::move(*cpu);
    machine.cpu.model = brand;
    machine.memory.totalBytes = parseUnsigned(valueOf(values, "hw.memsize"));
    if (const auto name = appleDesign(brand); name && machine.cpu.flags)
        machine.cpu.microarchitecture
            = nameDesign(armDesigns(), {.name = name, .vendor = "Apple", .flags = *machine.cpu.flags});
    return machine;
}

} // namespace firstlight
