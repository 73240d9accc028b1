#include "hardware/accelerators/kfd.h"

#include "hardware/accelerators/pci.h"
#include "hardware/text.h"

#include <algorithm>
#include <array>
#include <map>

namespace firstlight {

namespace {

const std::string nodesFolder = "sys/class/kfd/kfd/topology/nodes";
constexpr std::uint64_t amd = 0x1002;
constexpr std::uint64_t xgmi = 11; // HSA_IOLINKTYPE_XGMI of the kernel's kfd_topology.h
constexpr std::uint64_t largestBankBytes = std::uint64_t{1} << 50;
constexpr std::uint64_t mostComputeUnits = 1u << 16;

/// One node of the topology: a GPU or a partition of one.
struct Node {
    std::uint64_t number = 0;
    KfdGpu gpu;
    std::vector<std::uint64_t> xgmiPeers; ///< numbers of nodes
};

void readMemory(const Root &root, const std::string &folder, KfdGpu &gpu)
{
    for (const std::string &bank : root.entries(folder + "/mem_banks")) {
        const auto text = root.read(folder + "/mem_banks/" + bank + "/properties");
        if (!text)
            continue;
        const auto bytes = numberOfLine(*text, "size_in_bytes");
        if (bytes && *bytes > 0 && *bytes <= largestBankBytes)
            gpu.memoryBytes = gpu.memoryBytes.value_or(0) + *bytes;
        const auto width = numberOfLine(*text, "width");
        const auto megahertz = numberOfLine(*text, "mem_clk_max");
        if (width && megahertz && gpu.gfxTarget && !gpu.memoryBytesPerSecond)
            gpu.memoryBytesPerSecond = memorySpeed(*width, *megahertz, *gpu.gfxTarget);
    }
}

std::vector<std::uint64_t> readXgmiPeers(const Root &root, const std::string &folder)
{
    std::vector<std::uint64_t> peers;
    for (const std::string &link : root.entries(folder + "/io_links")) {
        const auto text = root.read(folder + "/io_links/" + link + "/properties");
        const auto peer = text ? numberOfLine(*text, "node_to") : std::nullopt;
        if (peer && numberOfLine(*text, "type") == xgmi)
            peers.push_back(*peer);
    }
    return peers;
}

// location_id is bus << 8 | device << 3 | function.
std::string addressOf(std::uint64_t domain, std::uint64_t location)
{
    constexpr std::string_view digits = "0123456789abcdef";
    const auto twoDigits = [&](std::uint64_t value) {
        return std::string{digits[value >> 4 & 0xf], digits[value & 0xf]};
    };
    return fourHexDigits(static_cast<std::uint16_t>(domain)) + ':' + twoDigits(location >> 8) + ':'
           + twoDigits(location >> 3 & 0x1f) + '.' + digits[location & 0x7];
}

std::optional<Node> readNode(const Root &root, const std::string &name)
{
    const std::string folder = nodesFolder + '/' + name;
    const auto properties = root.read(folder + "/properties");
    if (!properties)
        return std::nullopt;
    const auto number = [&](std::string_view key) { return numberOfLine(*properties, key); };
    const auto location = number("location_id");
    const std::uint64_t simds = number("simd_count").value_or(0);
    if (number("vendor_id") != amd || simds == 0 || !location)
        return std::nullopt;
    Node node{.number = parseUnsigned(name).value_or(~std::uint64_t{0}), .gpu = {}, .xgmiPeers = {}};
    KfdGpu &gpu = node.gpu;
    gpu.address = addressOf(number("domain").value_or(0), *location);
    gpu.device = static_cast<std::uint16_t>(number("device_id").value_or(0));
    if (const auto version = number("gfx_target_version"))
        gpu.gfxTarget = gfxTarget(*version);
    const std::uint64_t simdsPerUnit = number("simd_per_cu").value_or(0);
    if (simdsPerUnit > 0 && simds / simdsPerUnit > 0 && simds / simdsPerUnit <= mostComputeUnits)
        gpu.computeUnits = static_cast<int>(simds / simdsPerUnit);
    if (const auto minor = number("drm_render_minor"); minor && *minor > 0 && *minor < 1024)
        gpu.renderMinors.push_back(static_cast<int>(*minor));
    readMemory(root, folder, gpu);
    node.xgmiPeers = readXgmiPeers(root, folder);
    return node;
}

/// The sum, if both are known: a GPU of which one partition is unknown is unknown.
template <typename Number>
std::optional<Number> sum(const std::optional<Number> &one, const std::optional<Number> &other)
{
    return one && other ? std::optional<Number>(*one + *other) : std::nullopt;
}

void addPartition(KfdGpu &gpu, const KfdGpu &part)
{
    gpu.memoryBytes = sum(gpu.memoryBytes, part.memoryBytes);
    gpu.computeUnits = sum(gpu.computeUnits, part.computeUnits);
    gpu.renderMinors.insert(gpu.renderMinors.end(), part.renderMinors.begin(), part.renderMinors.end());
}

} // namespace

std::vector<KfdGpu> readKfdGpus(const Root &root)
{
    auto names = root.entries(nodesFolder);
    std::ranges::stable_sort(names, {},
                             [](const std::string &name) { return parseUnsigned(name).value_or(~0ull); });
    std::vector<Node> nodes;
    for (const std::string &name : names) {
        if (auto node = readNode(root, name))
            nodes.push_back(std::move(*node));
    }

    std::map<std::uint64_t, std::string> addresses;
    for (const Node &node : nodes)
        addresses[node.number] = node.gpu.address;
    std::vector<KfdGpu> gpus;
    for (const Node &node : nodes) {
        auto gpu = std::ranges::find(gpus, node.gpu.address, &KfdGpu::address);
        if (gpu == gpus.end())
            gpu = gpus.insert(gpus.end(), node.gpu);
        else
            addPartition(*gpu, node.gpu);
        for (const std::uint64_t peer : node.xgmiPeers) {
            const auto found = addresses.find(peer); // the other end may be a processor
            if (found != addresses.end() && found->second != gpu->address)
                gpu->linkedTo.push_back(found->second);
        }
    }
    for (KfdGpu &gpu : gpus) {
        std::ranges::sort(gpu.linkedTo);
        const auto repeated = std::ranges::unique(gpu.linkedTo);
        gpu.linkedTo.erase(repeated.begin(), repeated.end());
    }
    return gpus;
}

std::optional<std::string> gfxTarget(std::uint64_t version)
{
    const std::uint64_t major = version / 10000;
    const std::uint64_t minor = version / 100 % 100;
    const std::uint64_t stepping = version % 100;
    if (major == 0 || major > 99 || minor > 15 || stepping > 15)
        return std::nullopt;
    constexpr std::string_view digits = "0123456789abcdef";
    return "gfx" + std::to_string(major) + digits[minor] + digits[stepping];
}

std::optional<std::uint64_t> memorySpeed(std::uint64_t widthBits, std::uint64_t megahertz,
                                         const std::string &gfxTarget)
{
    struct MemoryKind {
        std::string_view target;
        std::uint64_t transfersPerClock;
    };
    // AMD's data sheets over the clocks that the driver tells: HBM2 2 (Vega 64: 2048 bits, 945 MHz, 484 GB/s;
    // MI210: 4096 bits, 1600 MHz, 1638 GB/s), HBM3 4 (MI300X: 8192 bits, 1300 MHz, 5325 GB/s), GDDR6 16 (RX
    // 6600M: 128 bits, 875 MHz, 224 GB/s; RX 7900 XTX: 384 bits, 1249 MHz, 960 GB/s). gfx803 was built with
    // GDDR5 and with HBM, and integrated ones share main memory: not here.
    static constexpr std::array kinds{
        MemoryKind{"gfx900", 2},   MemoryKind{"gfx906", 2},   MemoryKind{"gfx908", 2},
        MemoryKind{"gfx90a", 2},   MemoryKind{"gfx942", 4},   MemoryKind{"gfx1010", 16},
        MemoryKind{"gfx1012", 16}, MemoryKind{"gfx1030", 16}, MemoryKind{"gfx1031", 16},
        MemoryKind{"gfx1032", 16}, MemoryKind{"gfx1034", 16}, MemoryKind{"gfx1100", 16},
        MemoryKind{"gfx1101", 16}, MemoryKind{"gfx1102", 16}, MemoryKind{"gfx1200", 16},
        MemoryKind{"gfx1201", 16},
    };
    const auto *kind = std::ranges::find(kinds, gfxTarget, &MemoryKind::target);
    if (kind == kinds.end() || widthBits == 0 || widthBits > 1u << 16 || megahertz == 0 || megahertz > 10000)
        return std::nullopt;
    return widthBits * megahertz * 1'000'000 * kind->transfersPerClock / 8;
}

} // namespace firstlight
