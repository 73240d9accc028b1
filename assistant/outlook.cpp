#include "assistant/outlook.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace firstlight {

namespace {

// The sizes that open model families come in.
constexpr std::array billions{0.6, 1.7, 4.0, 8.0, 14.0, 32.0, 70.0};
// llama.cpp's Q4_K_M: 4.85 bits a weight (its own table of Llama 3.1 8B).
constexpr double bytesPerWeight = 4.85 / 8;
// Grouped-query attention, 16 bits: 128 KiB a token at 8 billion (32 layers × 8 heads × 128 × 2 × 2 bytes),
// about as the square root of the size elsewhere; 4096 tokens.
constexpr double contextBytesAtEightBillion = 4096.0 * 131072;
constexpr double engineBytes = 400e6;
// What must stay free: for the desktop in main memory, for the driver on a GPU (Ollama reserves 457 MiB).
constexpr double spareMainShare = 0.10;
constexpr double spareDeviceBytes = 457.0 * (1 << 20);

double weightBytes(double billionParameters)
{
    return billionParameters * 1e9 * bytesPerWeight;
}

double neededBytes(double billionParameters)
{
    const double context = contextBytesAtEightBillion * std::sqrt(billionParameters / 8);
    return weightBytes(billionParameters) + context + engineBytes;
}

std::optional<SpeedRange> speedOf(std::optional<std::uint64_t> bytesPerSecond, double weights, double least,
                                  double most)
{
    if (!bytesPerSecond)
        return std::nullopt;
    const double tokens = static_cast<double>(*bytesPerSecond) / weights;
    return SpeedRange{tokens * least, tokens * most};
}

bool isUsable(const Accelerator &device)
{
    const bool openable = std::ranges::all_of(
        device.nodes, [](const DeviceNode &node) { return node.access == NodeAccess::Usable; });
    const bool computes = device.driver && *device.driver != "nouveau" && *device.driver != "nova";
    return device.kind == "gpu" && openable && computes && device.memoryKind == "dedicated"
           && device.memoryBytes;
}

/// The usable accelerator of most memory.
const Accelerator *largest(const Machine &machine)
{
    const Accelerator *found = nullptr;
    if (!machine.accelerators)
        return nullptr;
    for (const Accelerator &device : *machine.accelerators) {
        if (isUsable(device) && (!found || *device.memoryBytes > *found->memoryBytes))
            found = &device;
    }
    return found;
}

} // namespace

std::vector<LanguageModelOutlook> languageModelOutlook(const Machine &machine)
{
    std::vector<LanguageModelOutlook> outlook;
    const Accelerator *device = largest(machine);
    const auto available
        = machine.memory.availableBytes ? machine.memory.availableBytes : machine.memory.totalBytes;
    for (const double billion : billions) {
        const double needed = neededBytes(billion);
        LanguageModelOutlook model{.billionParameters = billion,
                                   .memoryBytes = static_cast<std::uint64_t>(needed),
                                   .device = {},
                                   .speed = {}};
        const double weights = weightBytes(billion);
        if (device && needed <= static_cast<double>(*device->memoryBytes) - spareDeviceBytes) {
            model.device = device->address;
            model.speed = speedOf(device->memoryBytesPerSecond, weights, 0.45, 0.80);
        } else if (available && needed <= static_cast<double>(*available) * (1 - spareMainShare)) {
            const auto &bandwidth = machine.memory.bandwidth;
            const auto measured
                = bandwidth ? std::optional(bandwidth->allThreadsBytesPerSecond) : std::nullopt;
            model.speed = speedOf(measured, weights, 0.60, 0.95);
        } else {
            break;
        }
        outlook.push_back(std::move(model));
    }
    return outlook;
}

} // namespace firstlight
