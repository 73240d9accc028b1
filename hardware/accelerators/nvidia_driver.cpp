#include "hardware/accelerators/nvidia_driver.h"

#include "hardware/text.h"

#include <algorithm>
#include <array>

namespace firstlight {

namespace {

const std::string driverFolder = "proc/driver/nvidia";

struct Branch {
    std::uint64_t major;
    std::string_view cuda;
};

// The table "CUDA toolkit and driver versions" of the CUDA toolkit's release notes.
constexpr std::array branches{
    Branch{450, "11.0"}, Branch{455, "11.1"}, Branch{460, "11.2"}, Branch{465, "11.3"}, Branch{470, "11.4"},
    Branch{495, "11.5"}, Branch{510, "11.6"}, Branch{515, "11.7"}, Branch{520, "11.8"}, Branch{525, "12.0"},
    Branch{530, "12.1"}, Branch{535, "12.2"}, Branch{545, "12.3"}, Branch{550, "12.4"}, Branch{555, "12.5"},
    Branch{560, "12.6"}, Branch{565, "12.7"}, Branch{570, "12.8"}, Branch{575, "12.9"}, Branch{580, "13.0"},
};

// POWER9 and Grace map a GPU's memory as a node of main memory, and tell its size: "Size:      3f0000000".
std::optional<std::uint64_t> memoryOfNode(std::string_view text)
{
    constexpr std::uint64_t largestBytes = std::uint64_t{1} << 50;
    std::optional<std::uint64_t> bytes;
    bool online = false;
    forEachLine(text, [&](std::string_view line) {
        const auto pair = splitPair(line, ':');
        if (pair && pair->first == "Size")
            bytes = parseUnsigned(pair->second, 16);
        if (pair && pair->first == "Status")
            online = pair->second == "online";
    });
    return online && bytes && *bytes > 0 && *bytes <= largestBytes ? bytes : std::nullopt;
}

} // namespace

std::optional<int> takeNvidiaDriver(const Root &root, Accelerator &accelerator)
{
    const std::string folder = driverFolder + "/gpus/" + accelerator.address;
    const auto information = root.read(folder + "/information");
    const auto numaStatus = root.read(folder + "/numa_status");
    if (!accelerator.driver && (information || numaStatus)) {
        accelerator.driver = "nvidia";
        accelerator.driverBound = true;
    }
    if (numaStatus)
        accelerator.memoryBytes = memoryOfNode(*numaStatus);
    if (accelerator.memoryBytes && !accelerator.memoryKind)
        accelerator.memoryKind = "dedicated"; // a node of its own memory
    std::optional<int> minor;
    forEachLine(information.value_or(""), [&](std::string_view line) {
        const auto pair = splitPair(line, ':');
        if (pair && pair->first == "Model" && !pair->second.empty())
            accelerator.name = pair->second;
        if (pair && pair->first == "Device Minor")
            minor = parseInt(pair->second);
    });
    return minor;
}

// "NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.14  Thu Feb 22 …", or "… Open Kernel Module for
// x86_64  565.57.01 …"
void takeNvidiaVersion(const Root &root, Accelerator &accelerator)
{
    const auto text = root.read(driverFolder + "/version");
    if (!text)
        return;
    const std::string_view line = std::string_view(*text).substr(0, text->find('\n'));
    if (!line.starts_with("NVRM version"))
        return;
    accelerator.openModule = line.find(" Open Kernel Module ") != std::string_view::npos;
    for (const std::string_view word : words(line)) {
        const bool digits = word.find_first_not_of("0123456789.") == std::string_view::npos;
        if (digits && word.find('.') != std::string_view::npos) {
            accelerator.driverVersion = std::string(word);
            accelerator.cudaVersion = cudaOfDriver(*accelerator.driverVersion);
            return;
        }
    }
}

std::vector<std::string> nvidiaDriverAddresses(const Root &root)
{
    return root.entries(driverFolder + "/gpus");
}

std::optional<std::string> cudaOfDriver(const std::string &driverVersion)
{
    const auto major = parseUnsigned(std::string_view(driverVersion).substr(0, driverVersion.find('.')));
    const auto *branch = std::ranges::find(branches, major.value_or(0), &Branch::major);
    return branch == branches.end() ? std::nullopt : std::optional<std::string>(branch->cuda);
}

} // namespace firstlight
