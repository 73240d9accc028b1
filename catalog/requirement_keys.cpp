#include "catalog/requirement_keys.h"

#include <utility>

namespace firstlight {

const std::vector<RequirementKey> &requirementKeys()
{
    static const std::vector<RequirementKey> keys = {
        {"arch",
         KeyScope::Machine,
         KeyType::Words,
         {"x86_64", "aarch64", "riscv64", "loongarch64", "ppc64le", "s390x", "armv7l"}},
        {"isa", KeyScope::Machine, KeyType::IsaLevel, {}},
        {"flags", KeyScope::Machine, KeyType::Flags, {}},
        {"memory", KeyScope::Machine, KeyType::Size, {}},
        {"platform", KeyScope::Machine, KeyType::Words, {"asahi", "wsl1", "wsl2"}},
        {"vendor",
         KeyScope::Device,
         KeyType::Words,
         {"amd", "apple", "arm", "ascend", "cambricon", "coral", "enflame", "habana", "hailo", "hygon",
          "iluvatar", "intel", "kunlun", "loongson", "metax", "moore-threads", "nvidia", "qualcomm",
          "tenstorrent"}}, // as hardware/accelerators spells them
        {"kind", KeyScope::Device, KeyType::Words, {"gpu", "npu", "accelerator"}},
        {"module", KeyScope::Device, KeyType::Words, {}},
        {"compute", KeyScope::Device, KeyType::Target, {}},
        {"driver", KeyScope::Device, KeyType::Version, {}},
        {"cuda", KeyScope::Device, KeyType::Version, {}},
        {"memory", KeyScope::Device, KeyType::Size, {}},
        {"cdi", KeyScope::Engine, KeyType::Words, {}},
        {"podman", KeyScope::Engine, KeyType::Version, {}},
    };
    return keys;
}

const RequirementKey *requirementKey(KeyScope scope, const std::string &name)
{
    for (const RequirementKey &key : requirementKeys()) {
        if (key.scope == scope && key.name == name)
            return &key;
    }
    return nullptr;
}

const std::vector<IsaLevel> &isaLevels()
{
    static const std::vector<IsaLevel> levels = {
        {"x86-64-v1", "x86_64", {"x86-64-v1"}},
        {"x86-64-v2", "x86_64", {"x86-64-v1", "x86-64-v2"}},
        {"x86-64-v3", "x86_64", {"x86-64-v1", "x86-64-v2", "x86-64-v3"}},
        {"x86-64-v4", "x86_64", {"x86-64-v1", "x86-64-v2", "x86-64-v3", "x86-64-v4"}},
        {"armv8.0-a", "aarch64", {"armv8.0-a"}},
        {"armv8.2-a", "aarch64", {"armv8.0-a", "armv8.2-a"}},
        {"armv8.6-a", "aarch64", {"armv8.0-a", "armv8.2-a", "armv8.6-a"}},
        {"armv9-a", "aarch64", {"armv8.0-a", "armv8.2-a", "armv8.6-a", "armv9-a"}},
        {"la64-lsx", "loongarch64", {"la64-lsx"}},
        {"la64-lasx", "loongarch64", {"la64-lsx", "la64-lasx"}},
        {"rva20", "riscv64", {"rva20"}},
        {"rva22", "riscv64", {"rva20", "rva22"}},
        {"rva23", "riscv64", {"rva20", "rva22", "rva23"}},
    };
    return levels;
}

const IsaLevel *isaLevel(const std::string &name)
{
    for (const IsaLevel &level : isaLevels()) {
        if (level.name == name)
            return &level;
    }
    return nullptr;
}

const std::vector<IsaSet> &isaSets()
{
    static const std::vector<IsaSet> sets = {
        {"avx-vnni", "x86_64", {"avx_vnni"}},
        {"avx512-vnni", "x86_64", {"avx512f", "avx512_vnni"}},
        {"avx512-bf16", "x86_64", {"avx512f", "avx512_bf16"}},
        {"amx", "x86_64", {"amx_tile", "amx_int8", "amx_bf16"}},
        {"arm-dotprod", "aarch64", {"asimddp"}},
        {"arm-i8mm", "aarch64", {"asimddp", "i8mm"}},
        {"arm-bf16", "aarch64", {"bf16"}},
        {"arm-sve", "aarch64", {"sve"}},
        {"arm-sve2", "aarch64", {"sve", "sve2"}},
        {"riscv-v", "riscv64", {"v"}},
    };
    return sets;
}

const IsaSet *isaSet(const std::string &name)
{
    for (const IsaSet &set : isaSets()) {
        if (set.name == name)
            return &set;
    }
    return nullptr;
}

std::optional<ComparedValue> splitComparison(const std::string &text)
{
    static const std::pair<const char *, Comparison> prefixes[] = {{">=", Comparison::AtLeast},
                                                                   {"<=", Comparison::AtMost},
                                                                   {"!=", Comparison::NotEqual},
                                                                   {"=", Comparison::Equal}};
    ComparedValue compared{Comparison::Equal, text};
    for (const auto &[prefix, comparison] : prefixes) {
        if (text.starts_with(prefix)) {
            compared = {comparison, text.substr(std::string(prefix).size())};
            break;
        }
    }
    const std::size_t begin = compared.value.find_first_not_of(' ');
    if (begin == std::string::npos || compared.value[begin] == '<' || compared.value[begin] == '>')
        return std::nullopt;
    compared.value.erase(0, begin);
    return compared;
}

} // namespace firstlight
