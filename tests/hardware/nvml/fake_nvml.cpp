// A stand-in for NVIDIA's management library. FAKE_NVML says how it behaves: good, hangs, crashes, lies,
// garbage, refuses. Compiled with FAKE_NVML_BARE it has next to none of the functions.

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <unistd.h>

namespace {

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

bool behaves(std::string_view how)
{
    const char *set = std::getenv("FAKE_NVML");
    return set && how == set;
}

/// GPU 1 to 3 as handles.
[[maybe_unused]] unsigned numberOf(void *device)
{
    return static_cast<unsigned>(reinterpret_cast<std::size_t>(device));
}

constexpr int success = 0;
constexpr int notSupported = 3;

} // namespace

extern "C" {

int nvmlInit_v2()
{
    while (behaves("hangs"))
        pause();
    return behaves("refuses") ? 9 : success;
}

int nvmlDeviceGetCount_v2(unsigned *count)
{
    *count = behaves("lies") ? 4'000'000'000U : 3;
    return success;
}

#ifndef FAKE_NVML_BARE

int nvmlSystemGetDriverVersion(char *text, unsigned length)
{
    if (behaves("garbage"))
        std::memset(text, '\xff', length);
    else
        std::strncpy(text, "570.86.10", length);
    return success;
}

int nvmlSystemGetCudaDriverVersion_v2(int *version)
{
    *version = behaves("lies") ? -7 : 12080;
    return success;
}

int nvmlDeviceGetHandleByIndex_v2(unsigned index, void **device)
{
    if (behaves("crashes"))
        std::raise(SIGSEGV);
    *device = reinterpret_cast<void *>(static_cast<std::size_t>(index) + 1);
    return success;
}

int nvmlDeviceGetPciInfo_v3(void *device, PciInfo *info)
{
    info->domain = behaves("garbage") ? 0xffffffff : 0;
    info->bus = numberOf(device);
    info->device = 0;
    return success;
}

int nvmlDeviceGetName(void *, char *text, unsigned length)
{
    if (behaves("garbage"))
        std::memset(text, '\x01', length); // without an end
    else
        std::strncpy(text, "NVIDIA Fake", length);
    return success;
}

int nvmlDeviceGetMemoryInfo(void *, MemoryInfo *memory)
{
    memory->totalBytes = behaves("lies") ? ~0ULL : 85'899'345'920ULL;
    return success;
}

int nvmlDeviceGetCudaComputeCapability(void *, int *major, int *minor)
{
    *major = behaves("lies") ? -9 : 9;
    *minor = 0;
    return success;
}

int nvmlDeviceGetNumGpuCores(void *, unsigned *cores)
{
    *cores = behaves("lies") ? ~0U : 16896;
    return success;
}

int nvmlDeviceGetMemoryBusWidth(void *, unsigned *bits)
{
    *bits = behaves("lies") ? ~0U : 5120;
    return success;
}

int nvmlDeviceGetMaxClockInfo(void *, unsigned clock, unsigned *megahertz)
{
    if (clock != 2)
        return notSupported;
    *megahertz = behaves("lies") ? ~0U : 2619;
    return success;
}

int nvmlDeviceGetNvLinkState(void *device, unsigned link, int *active)
{
    // 1 and 2 are joined; 3 has a link to one that is not here.
    *active = link == 4 || (link == 5 && numberOf(device) != 3) ? 1 : 0;
    return link < 6 ? success : notSupported;
}

int nvmlDeviceGetNvLinkRemoteDeviceType(void *, unsigned, int *type)
{
    *type = behaves("switched") ? 2 : 0;
    return success;
}

int nvmlDeviceGetNvLinkRemotePciInfo_v2(void *device, unsigned, PciInfo *info)
{
    info->domain = 0;
    info->bus = numberOf(device) == 3 ? 9 : 3 - numberOf(device);
    info->device = 0;
    return success;
}

#endif

} // extern "C"
