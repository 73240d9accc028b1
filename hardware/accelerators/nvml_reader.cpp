#include "hardware/accelerators/nvml_reader.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <dlfcn.h>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <sys/resource.h>

namespace firstlight {

namespace {

// The library's C interface, as NVIDIA's NVML API reference documents it.
using Device = void *;

struct PciInfo {
    char legacyBusId[16];
    unsigned domain;
    unsigned bus;
    unsigned device;
    unsigned pciDeviceId;
    unsigned pciSubsystemId;
    char busId[32];
};

struct MemoryInfo {
    unsigned long long totalBytes;
    unsigned long long freeBytes;
    unsigned long long usedBytes;
};

constexpr unsigned memoryClock = 2;
constexpr unsigned mostLinks = 18;
constexpr unsigned mostDevices = 256;
constexpr int remoteIsSwitch = 2;

class Library {
public:
    Library()
        : m_handle(dlopen("libnvidia-ml.so.1", RTLD_NOW | RTLD_LOCAL))
    {
    }

    /// Whether the function is there and says that all went well.
    template <typename... Arguments> bool call(const char *name, Arguments... arguments) const
    {
        using Function = int (*)(Arguments...);
        void *symbol = m_handle ? dlsym(m_handle, name) : nullptr;
        return symbol && reinterpret_cast<Function>(symbol)(arguments...) == 0;
    }

private:
    void *m_handle; ///< until the process ends
};

/// The library's text, whether or not it ended it with a zero.
template <std::size_t Size> std::string textOf(std::array<char, Size> &buffer)
{
    buffer.back() = '\0';
    return buffer.data();
}

std::string addressOf(const PciInfo &info)
{
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%04x:%02x:%02x.0", info.domain, info.bus, info.device);
    return text.data();
}

void print(const nlohmann::json &line)
{
    const std::string text = line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + '\n';
    std::fputs(text.c_str(), stdout);
    std::fflush(stdout);
}

/// CUDA cores of one multiprocessor by compute capability (CUDA programming guide).
int coresPerMultiprocessor(int major, int minor)
{
    if (major == 7 || (major == 6 && minor == 0) || (major == 8 && minor == 0))
        return 64;
    return major >= 5 ? 128 : 192;
}

void readCompute(const Library &nvml, Device device, nlohmann::json &line)
{
    int major = 0;
    int minor = 0;
    if (!nvml.call("nvmlDeviceGetCudaComputeCapability", device, &major, &minor))
        return;
    line["compute"] = std::to_string(major) + '.' + std::to_string(minor);
    unsigned cores = 0;
    if (nvml.call("nvmlDeviceGetNumGpuCores", device, &cores) && cores > 0)
        line["computeUnits"] = cores / static_cast<unsigned>(coresPerMultiprocessor(major, minor));
}

// Two transfers a clock of what the library tells: H100 5120 bits, 2619 MHz, 3352 GB/s; RTX 4090 384 bits,
// 10501 MHz, 1008 GB/s (NVIDIA's data sheets).
void readMemory(const Library &nvml, Device device, nlohmann::json &line)
{
    MemoryInfo memory{};
    if (nvml.call("nvmlDeviceGetMemoryInfo", device, &memory))
        line["memoryBytes"] = memory.totalBytes;
    unsigned widthBits = 0;
    unsigned megahertz = 0;
    if (nvml.call("nvmlDeviceGetMemoryBusWidth", device, &widthBits)
        && nvml.call("nvmlDeviceGetMaxClockInfo", device, memoryClock, &megahertz))
        line["memoryBytesPerSecond"] = std::uint64_t{widthBits} * megahertz * 2'000'000 / 8;
}

void readLinks(const Library &nvml, Device device, nlohmann::json &line)
{
    for (unsigned link = 0; link < mostLinks; ++link) {
        int active = 0;
        if (!nvml.call("nvmlDeviceGetNvLinkState", device, link, &active) || active != 1)
            continue;
        int remoteType = 0;
        const bool typeKnown = nvml.call("nvmlDeviceGetNvLinkRemoteDeviceType", device, link, &remoteType);
        if (typeKnown && remoteType == remoteIsSwitch) {
            line["switched"] = true;
            continue;
        }
        PciInfo remote{};
        if (nvml.call("nvmlDeviceGetNvLinkRemotePciInfo_v2", device, link, &remote))
            line["peers"].push_back(addressOf(remote));
    }
}

void readDevice(const Library &nvml, unsigned index)
{
    Device device = nullptr;
    PciInfo pci{};
    if (!nvml.call("nvmlDeviceGetHandleByIndex_v2", index, &device)
        || !nvml.call("nvmlDeviceGetPciInfo_v3", device, &pci))
        return;
    nlohmann::json line{{"address", addressOf(pci)}};
    std::array<char, 128> name{};
    if (nvml.call("nvmlDeviceGetName", device, name.data(), static_cast<unsigned>(name.size() - 1)))
        line["name"] = textOf(name);
    readCompute(nvml, device, line);
    readMemory(nvml, device, line);
    readLinks(nvml, device, line);
    print(line);
}

} // namespace

int printNvmlFacts()
{
    const rlimit noCore{0, 0}; // a crash of the library is expected, and nobody reads its core
    (void)setrlimit(RLIMIT_CORE, &noCore);
    const Library nvml;
    if (!nvml.call("nvmlInit_v2"))
        return 1;
    nlohmann::json line = nlohmann::json::object();
    std::array<char, 128> version{};
    if (nvml.call("nvmlSystemGetDriverVersion", version.data(), static_cast<unsigned>(version.size() - 1)))
        line["driverVersion"] = textOf(version);
    int cuda = 0; // 12040 is 12.4
    if (nvml.call("nvmlSystemGetCudaDriverVersion_v2", &cuda) && cuda > 0)
        line["cudaVersion"] = std::to_string(cuda / 1000) + '.' + std::to_string(cuda % 1000 / 10);
    print(line);

    unsigned count = 0;
    if (nvml.call("nvmlDeviceGetCount_v2", &count)) {
        for (unsigned index = 0; index < std::min(count, mostDevices); ++index)
            readDevice(nvml, index);
    }
    (void)nvml.call("nvmlShutdown");
    return 0;
}

} // namespace firstlight
