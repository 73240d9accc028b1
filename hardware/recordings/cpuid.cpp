#include "hardware/cpu/cpu.h"
#include "hardware/recordings/other_systems.h"
#include "hardware/text.h"

#include <array>
#include <map>

namespace firstlight {

namespace {

enum Register { Eax, Ebx, Ecx, Edx };

using Registers = std::array<std::uint32_t, 4>;
using Leaves = std::map<std::pair<std::uint32_t, std::uint32_t>, Registers>; // by leaf and subleaf

struct Bit {
    std::uint32_t leaf;
    std::uint32_t subleaf;
    Register place;
    int bit;
    std::string_view flag;
};

constexpr std::uint32_t extended = 0x80000000;

// Intel's and AMD's manuals (CPUID), in the spellings of Linux' cpufeatures.h.
constexpr std::array bits{
    Bit{1, 0, Edx, 0, "fpu"},
    Bit{1, 0, Edx, 4, "tsc"},
    Bit{1, 0, Edx, 8, "cx8"},
    Bit{1, 0, Edx, 15, "cmov"},
    Bit{1, 0, Edx, 23, "mmx"},
    Bit{1, 0, Edx, 24, "fxsr"},
    Bit{1, 0, Edx, 25, "sse"},
    Bit{1, 0, Edx, 26, "sse2"},
    Bit{1, 0, Edx, 28, "ht"},
    Bit{1, 0, Ecx, 0, "pni"},
    Bit{1, 0, Ecx, 1, "pclmulqdq"},
    Bit{1, 0, Ecx, 5, "vmx"},
    Bit{1, 0, Ecx, 9, "ssse3"},
    Bit{1, 0, Ecx, 12, "fma"},
    Bit{1, 0, Ecx, 13, "cx16"},
    Bit{1, 0, Ecx, 19, "sse4_1"},
    Bit{1, 0, Ecx, 20, "sse4_2"},
    Bit{1, 0, Ecx, 22, "movbe"},
    Bit{1, 0, Ecx, 23, "popcnt"},
    Bit{1, 0, Ecx, 25, "aes"},
    Bit{1, 0, Ecx, 27, "xsave"}, // OSXSAVE: the system has switched it on
    Bit{1, 0, Ecx, 28, "avx"},
    Bit{1, 0, Ecx, 29, "f16c"},
    Bit{1, 0, Ecx, 30, "rdrand"},
    Bit{1, 0, Ecx, 31, "hypervisor"},
    Bit{7, 0, Ebx, 0, "fsgsbase"},
    Bit{7, 0, Ebx, 3, "bmi1"},
    Bit{7, 0, Ebx, 5, "avx2"},
    Bit{7, 0, Ebx, 8, "bmi2"},
    Bit{7, 0, Ebx, 9, "erms"},
    Bit{7, 0, Ebx, 16, "avx512f"},
    Bit{7, 0, Ebx, 17, "avx512dq"},
    Bit{7, 0, Ebx, 18, "rdseed"},
    Bit{7, 0, Ebx, 19, "adx"},
    Bit{7, 0, Ebx, 21, "avx512ifma"},
    Bit{7, 0, Ebx, 23, "clflushopt"},
    Bit{7, 0, Ebx, 24, "clwb"},
    Bit{7, 0, Ebx, 26, "avx512pf"},
    Bit{7, 0, Ebx, 27, "avx512er"},
    Bit{7, 0, Ebx, 28, "avx512cd"},
    Bit{7, 0, Ebx, 29, "sha_ni"},
    Bit{7, 0, Ebx, 30, "avx512bw"},
    Bit{7, 0, Ebx, 31, "avx512vl"},
    Bit{7, 0, Ecx, 1, "avx512vbmi"},
    Bit{7, 0, Ecx, 3, "pku"},
    Bit{7, 0, Ecx, 5, "waitpkg"},
    Bit{7, 0, Ecx, 6, "avx512_vbmi2"},
    Bit{7, 0, Ecx, 8, "gfni"},
    Bit{7, 0, Ecx, 9, "vaes"},
    Bit{7, 0, Ecx, 10, "vpclmulqdq"},
    Bit{7, 0, Ecx, 11, "avx512_vnni"},
    Bit{7, 0, Ecx, 12, "avx512_bitalg"},
    Bit{7, 0, Ecx, 14, "avx512_vpopcntdq"},
    Bit{7, 0, Ecx, 22, "rdpid"},
    Bit{7, 0, Ecx, 25, "cldemote"},
    Bit{7, 0, Ecx, 27, "movdiri"},
    Bit{7, 0, Ecx, 28, "movdir64b"},
    Bit{7, 0, Edx, 8, "avx512_vp2intersect"},
    Bit{7, 0, Edx, 14, "serialize"},
    Bit{7, 0, Edx, 22, "amx_bf16"},
    Bit{7, 0, Edx, 23, "avx512_fp16"},
    Bit{7, 0, Edx, 24, "amx_tile"},
    Bit{7, 0, Edx, 25, "amx_int8"},
    Bit{7, 0, Edx, 28, "flush_l1d"},
    Bit{7, 1, Eax, 0, "sha512"},
    Bit{7, 1, Eax, 1, "sm3"},
    Bit{7, 1, Eax, 2, "sm4"},
    Bit{7, 1, Eax, 4, "avx_vnni"},
    Bit{7, 1, Eax, 5, "avx512_bf16"},
    Bit{7, 1, Eax, 7, "cmpccxadd"},
    Bit{7, 1, Eax, 21, "amx_fp16"},
    Bit{7, 1, Eax, 23, "avx_ifma"},
    Bit{7, 1, Edx, 4, "avx_vnni_int8"},
    Bit{7, 1, Edx, 5, "avx_ne_convert"},
    Bit{7, 1, Edx, 10, "avx_vnni_int16"},
    Bit{13, 1, Eax, 0, "xsaveopt"},
    Bit{13, 1, Eax, 1, "xsavec"},
    Bit{extended + 1, 0, Ecx, 0, "lahf_lm"},
    Bit{extended + 1, 0, Ecx, 2, "svm"},
    Bit{extended + 1, 0, Ecx, 5, "abm"},
    Bit{extended + 1, 0, Ecx, 6, "sse4a"},
    Bit{extended + 1, 0, Ecx, 11, "xop"},
    Bit{extended + 1, 0, Ecx, 16, "fma4"},
    Bit{extended + 1, 0, Ecx, 21, "tbm"},
    Bit{extended + 1, 0, Edx, 11, "syscall"},
    Bit{extended + 1, 0, Edx, 20, "nx"},
    Bit{extended + 1, 0, Edx, 29, "lm"},
    Bit{extended + 1, 0, Edx, 30, "3dnowext"},
    Bit{extended + 1, 0, Edx, 31, "3dnow"},
    Bit{extended + 8, 0, Ebx, 0, "clzero"},
};

// What programs must not use while the system has not switched XSAVE on.
bool needsXsave(std::string_view flag)
{
    return flag.starts_with("avx") || flag.starts_with("amx") || flag == "f16c" || flag.starts_with("fma")
           || flag == "xop" || flag == "vaes" || flag == "vpclmulqdq" || flag.starts_with("xsave");
}

std::optional<std::uint32_t> parseRegister(std::string_view text)
{
    const auto value = parseUnsigned(trimmed(text));
    return value && *value <= 0xffffffff ? std::optional(static_cast<std::uint32_t>(*value)) : std::nullopt;
}

/// nullopt if any line is something else.
std::optional<Leaves> parseLeaves(std::string_view text)
{
    Leaves leaves;
    bool isTable = true;
    forEachLine(text, [&](std::string_view line) {
        if (trimmed(line).empty() || !isTable)
            return;
        const auto fields = split(line, ',');
        std::array<std::uint32_t, 6> values{};
        isTable = fields.size() == values.size();
        for (std::size_t i = 0; isTable && i < values.size(); ++i) {
            const auto value = parseRegister(fields[i]);
            isTable = value.has_value();
            values[i] = value.value_or(0);
        }
        if (isTable)
            leaves.emplace(std::pair(values[0], values[1]),
                           Registers{values[2], values[3], values[4], values[5]});
    });
    return isTable && leaves.contains({0, 0}) && leaves.contains({1, 0}) ? std::optional(leaves)
                                                                         : std::nullopt;
}

void addBytes(std::uint32_t value, std::string &text)
{
    for (int byte = 0; byte < 4; ++byte) {
        const char letter = static_cast<char>(value >> (8 * byte) & 0xff);
        text += letter >= ' ' && letter <= '~' ? letter : ' ';
    }
}

std::string vendorOf(const Leaves &leaves)
{
    const Registers &registers = leaves.at({0, 0});
    std::string vendor;
    for (const Register part : {Ebx, Edx, Ecx})
        addBytes(registers[part], vendor);
    return vendor;
}

std::string brandOf(const Leaves &leaves)
{
    std::string brand;
    for (std::uint32_t leaf = extended + 2; leaf <= extended + 4; ++leaf) {
        const auto found = leaves.find({leaf, 0});
        if (found == leaves.end())
            return {};
        for (const std::uint32_t part : found->second)
            addBytes(part, brand);
    }
    return std::string(trimmed(brand));
}

/// Family, model and stepping as Intel's manual joins their parts.
std::string identityOf(const Leaves &leaves)
{
    const std::uint32_t signature = leaves.at({1, 0})[Eax];
    std::uint32_t family = signature >> 8 & 0xf;
    std::uint32_t model = signature >> 4 & 0xf;
    if (family == 6 || family == 15)
        model |= signature >> 12 & 0xf0;
    if (family == 15)
        family += signature >> 20 & 0xff;
    return "cpu family : " + std::to_string(family) + "\nmodel : " + std::to_string(model)
           + "\nstepping : " + std::to_string(signature & 0xf) + "\n";
}

std::string flagsOf(const Leaves &leaves)
{
    constexpr int osXsave = 27;
    const bool hasXsave = (leaves.at({1, 0})[Ecx] >> osXsave & 1) != 0;
    std::string flags;
    for (const Bit &bit : bits) {
        const auto found = leaves.find({bit.leaf, bit.subleaf});
        const bool set = found != leaves.end() && (found->second[bit.place] >> bit.bit & 1) != 0;
        if (set && (hasXsave || !needsXsave(bit.flag)))
            flags.append(bit.flag).append(" ");
    }
    return flags;
}

} // namespace

std::optional<Machine> machineFromCpuid(std::string_view text)
{
    const auto leaves = parseLeaves(text);
    if (!leaves)
        return std::nullopt;
    auto cpu = cpuFromText("processor : 0\nvendor_id : " + vendorOf(*leaves) + "\n" + identityOf(*leaves)
                           + "model name : " + brandOf(*leaves) + "\nflags : " + flagsOf(*leaves) + "\n");
    if (!cpu)
        return std::nullopt;
    Machine machine;
    machine.cpu = std::move(*cpu);
    return machine;
}

} // namespace firstlight
