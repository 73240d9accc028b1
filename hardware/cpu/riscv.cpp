#include "hardware/cpu/families.h"
#include "hardware/cpu/isa_levels.h"
#include "hardware/text.h"

#include <algorithm>
#include <array>

namespace firstlight {

namespace {

struct Vendor {
    std::uint64_t id;
    std::string_view name;
};

// JEDEC ids as the kernel's vendorid_list.h names them.
constexpr std::array vendors{Vendor{0x31e, "Andes"}, Vendor{0x489, "SiFive"}, Vendor{0x5b7, "T-Head"},
                             Vendor{0x61f, "Ventana"}, Vendor{0x710, "SpacemiT"}};
constexpr std::uint64_t tHead = 0x5b7;

std::optional<std::string> recognise(const CpuInfo &info)
{
    const auto isa = info.first("isa");
    if (!isa || !startsWithIgnoringCase(*isa, "rv"))
        return std::nullopt;
    return isa->substr(2, 2) == "32" ? "riscv32" : "riscv64";
}

bool isArchitecture(std::string_view name)
{
    return name.starts_with("riscv");
}

/// "rv64imafdcv_zba_zbb" → {a, c, d, f, i, m, v, zba, zbb}
std::set<std::string> takeApart(std::string_view isa)
{
    std::set<std::string> flags;
    const auto parts = split(isa, '_');
    if (!startsWithIgnoringCase(parts.front(), "rv") || parts.front().size() < 4)
        return flags;
    for (const char letter : parts.front().substr(4)) {
        if (letter >= 'a' && letter <= 'y')
            flags.emplace(1, letter);
    }
    for (std::size_t i = 1; i < parts.size(); ++i) {
        if (!trimmed(parts[i]).empty())
            flags.emplace(trimmed(parts[i]));
    }
    if (flags.erase("g") > 0)
        flags.insert({"i", "m", "a", "f", "d", "zicsr", "zifencei"});
    return flags;
}

std::optional<std::uint64_t> identity(const CpuInfo &info, std::string_view key)
{
    const auto text = info.first(key);
    return text ? parseUnsigned(*text, 16) : std::nullopt;
}

// The user-mode RVA profiles, as far as the kernel shows their extensions.
constexpr std::array ladder{
    IsaLevel{"rva20", "i m a f d c"},
    IsaLevel{"rva22", "zba zbb zbs zicbom zicboz zihintpause zfhmin"},
    IsaLevel{"rva23", "v zvfhmin zvbb zvkt zihintntl zicond zimop zcmop zcb zfa zawrs"},
};

void describe(const CpuInfo &info, Cpu &cpu)
{
    const auto vendorId = identity(info, "mvendorid");
    const auto *vendor = std::ranges::find(vendors, vendorId.value_or(0), &Vendor::id);
    if (vendor != vendors.end())
        cpu.vendor = vendor->name;
    else if (vendorId && *vendorId != 0)
        cpu.vendor = info.first("mvendorid");
    cpu.model = info.first("uarch");
    cpu.flags = commonFlags(info, "isa", takeApart);
    if (!cpu.flags)
        return;
    if (const auto ofEachHart = commonFlags(info, "hart isa", takeApart))
        std::erase_if(*cpu.flags, [&](const std::string &flag) { return !ofEachHart->contains(flag); });
    // T-Head's first vector unit (architecture id 0) is the draft 0.7, which "v" 1.0 programs die on; old
    // kernels show it.
    if (vendorId == tHead && identity(info, "marchid") == 0u)
        cpu.flags->erase("v");
    if (cpu.architecture == "riscv64")
        climb(ladder, cpu);
}

struct Core {
    std::uint64_t vendor;
    std::uint64_t architecture; ///< marchid
    std::string_view name;
};

// Of the vendors' manuals, as LLVM's RISCVProcessors.td has them; T-Head gives all of its cores 0.
constexpr std::array cores{
    Core{0x489, 0x8000000000000007, "u74mc"},
    Core{0x61f, 0x8000000000010000, "veyron_v1"},
    Core{0x710, 0x8000000058000001, "x60"},
    Core{0, 25, "xiangshan_nanhu"},
};

// "sifive,u74-mc" is archspec's u74mc, "thead,c920" c920.
std::optional<std::string> designName(const CpuInfo &info)
{
    if (const auto uarch = info.first("uarch"); uarch && uarch->find(',') != std::string_view::npos) {
        std::string name(uarch->substr(uarch->find(',') + 1));
        std::erase(name, '-');
        if (!name.empty())
            return name;
    }
    if (info.first("model name") == "Spacemit(R) X60")
        return "x60";
    const auto vendor = identity(info, "mvendorid");
    const auto architecture = identity(info, "marchid");
    const auto *core = std::ranges::find_if(
        cores, [&](const Core &row) { return vendor == row.vendor && architecture == row.architecture; });
    return core == cores.end() ? std::nullopt : std::optional<std::string>(core->name);
}

// Nobody publishes lists of features by core here: a core that is known by name has what it has.
std::optional<Microarchitecture> design(const CpuInfo &info, const Cpu &cpu)
{
    const auto name = designName(info);
    if (cpu.architecture != "riscv64")
        return std::nullopt;
    return Microarchitecture{
        .name = name.value_or("riscv64"), .compatible = name.value_or("riscv64"), .missing = {}};
}

} // namespace

const CpuFamily riscvFamily{recognise, isArchitecture, describe, design};

} // namespace firstlight
