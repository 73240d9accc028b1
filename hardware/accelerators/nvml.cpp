#include "hardware/accelerators/nvml.h"

#include "core/process.h"
#include "hardware/shallow_json.h"
#include "hardware/text.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

namespace firstlight {

namespace {

constexpr std::size_t outputLimitBytes = 256u << 10;
constexpr std::uint64_t largestBytes = std::uint64_t{1} << 50;
constexpr std::uint64_t fastestBytesPerSecond = 1'000'000'000'000'000;
constexpr std::uint64_t mostMultiprocessors = 4096;
constexpr const char *failedBefore = "failed";

/// Without the persistence daemon each GPU is set up when the library first asks.
std::chrono::milliseconds timeLimitFor(std::size_t gpus)
{
    return std::chrono::seconds(3) + std::chrono::seconds(gpus > 0 ? gpus - 1 : 0);
}

bool isOfDriver(const Accelerator &accelerator)
{
    return accelerator.vendor == "nvidia" && accelerator.driver == "nvidia";
}

std::string keyOf(const Root &root, const std::vector<Accelerator> &accelerators)
{
    std::string key
        = "nvml\nboot " + root.readTrimmed("proc/sys/kernel/random/boot_id").value_or("") + "\ndriver";
    for (const Accelerator &gpu : accelerators) {
        if (isOfDriver(gpu))
            key += ' ' + gpu.driverVersion.value_or("") + ' ' + gpu.address;
    }
    return key;
}

std::optional<std::string> ask(const Root &root, const std::vector<std::string> &reader, SlowFacts &facts,
                               std::stop_token stop, const std::vector<Accelerator> &accelerators)
{
    const auto gpus = std::ranges::count_if(accelerators, isOfDriver);
    if (gpus == 0)
        return std::nullopt;
    const std::string key = keyOf(root, accelerators);
    if (auto kept = facts.find(key))
        return *kept == failedBefore ? std::nullopt : kept;
    if (reader.empty() || !mayAskNvml(accelerators))
        return std::nullopt;
    auto said = runNvmlReader(reader, timeLimitFor(static_cast<std::size_t>(gpus)), stop);
    if (!stop.stop_requested())
        facts.keep(key, said.value_or(failedBefore));
    return said;
}

/// A number of \a line between 1 and \a limit.
std::optional<std::uint64_t> numberIn(const nlohmann::json &line, const char *name, std::uint64_t limit)
{
    const auto found = line.find(name);
    if (found == line.end() || !found->is_number_unsigned())
        return std::nullopt;
    const auto number = found->get<std::uint64_t>();
    return number > 0 && number <= limit ? std::optional(number) : std::nullopt;
}

std::optional<std::string> textIn(const nlohmann::json &line, const char *name)
{
    constexpr std::size_t longest = 96;
    const auto found = line.find(name);
    if (found == line.end() || !found->is_string())
        return std::nullopt;
    const std::string text(trimmed(found->get_ref<const std::string &>()));
    const bool readable = std::ranges::none_of(
        text, [](char letter) { return static_cast<unsigned char>(letter) < ' ' || letter == '\x7f'; });
    return readable && !text.empty() && text.size() <= longest ? std::optional(text) : std::nullopt;
}

/// A version: numbers with points between them.
std::optional<std::string> versionIn(const nlohmann::json &line, const char *name)
{
    auto text = textIn(line, name);
    if (!text)
        return std::nullopt;
    const auto numbers = split(*text, '.');
    const bool plausible = numbers.size() >= 2 && std::ranges::all_of(numbers, [](std::string_view number) {
                               return number.size() <= 4 && parseUnsigned(number).has_value();
                           });
    return plausible ? text : std::nullopt;
}

void takeDevice(const nlohmann::json &line, Accelerator &gpu)
{
    if (!gpu.name)
        gpu.name = textIn(line, "name");
    if (auto compute = versionIn(line, "compute"))
        gpu.compute = std::move(compute);
    if (const auto units = numberIn(line, "computeUnits", mostMultiprocessors))
        gpu.computeUnits = static_cast<int>(*units);
    if (gpu.memoryKind == "unified")
        return; // what it says there is main memory
    if (const auto bytes = numberIn(line, "memoryBytes", largestBytes))
        gpu.memoryBytes = bytes;
    gpu.memoryBytesPerSecond = numberIn(line, "memoryBytesPerSecond", fastestBytesPerSecond);
}

void takeDriver(const nlohmann::json &line, std::vector<Accelerator> &accelerators)
{
    const auto driver = versionIn(line, "driverVersion");
    const auto cuda = versionIn(line, "cudaVersion");
    for (Accelerator &gpu : accelerators) {
        if (!isOfDriver(gpu))
            continue;
        if (!gpu.driverVersion)
            gpu.driverVersion = driver;
        if (cuda)
            gpu.cudaVersion = cuda;
    }
}

std::set<std::string> peersIn(const nlohmann::json &line)
{
    std::set<std::string> peers;
    const auto found = line.find("peers");
    if (found != line.end() && found->is_array()) {
        for (const nlohmann::json &peer : *found) {
            if (peer.is_string())
                peers.insert(peer.get<std::string>());
        }
    }
    return peers;
}

/// Links to GPUs that are not here (handed to a virtual machine) are left out.
void link(const std::set<std::string> &peers, std::vector<Accelerator> &accelerators, Accelerator &gpu)
{
    gpu.linkedTo.clear();
    for (const Accelerator &other : accelerators) {
        if (isOfDriver(other) && other.address != gpu.address && peers.contains(other.address))
            gpu.linkedTo.push_back(other.address);
    }
    std::ranges::sort(gpu.linkedTo);
}

} // namespace

bool mayAskNvml(const std::vector<Accelerator> &accelerators)
{
    return std::ranges::any_of(accelerators, isOfDriver)
           && std::ranges::none_of(accelerators, [](const Accelerator &accelerator) {
                  return isOfDriver(accelerator) && accelerator.sleeping.value_or(false);
              });
}

std::optional<std::string> runNvmlReader(const std::vector<std::string> &reader,
                                         std::chrono::milliseconds timeLimit, std::stop_token stop)
{
    if (reader.empty())
        return std::nullopt;
    auto ended = runProcess({.program = reader.front(),
                             .arguments = {reader.begin() + 1, reader.end()},
                             .environment = {},
                             .workingDirectory = {},
                             .input = {},
                             .timeLimit = timeLimit,
                             .outputLimitBytes = outputLimitBytes,
                             .onLine = {}},
                            stop);
    return ended && ended->succeeded() ? std::optional(std::move(ended->output)) : std::nullopt;
}

void takeNvmlFacts(std::string_view jsonLines, std::vector<Accelerator> &accelerators)
{
    std::set<std::string> switched;
    std::map<std::string, std::set<std::string>> peers;
    forEachLine(jsonLines, [&](std::string_view text) {
        const auto line = parseShallowJson(text);
        if (!line.is_object())
            return;
        const auto address = textIn(line, "address");
        if (!address) {
            takeDriver(line, accelerators);
            return;
        }
        const auto gpu = std::ranges::find(accelerators, *address, &Accelerator::address);
        if (gpu == accelerators.end() || !isOfDriver(*gpu))
            return;
        takeDevice(line, *gpu);
        peers[*address] = peersIn(line);
        if (const auto found = line.find("switched"); found != line.end() && *found == true)
            switched.insert(*address);
    });
    for (auto &[address, others] : peers) {
        if (switched.contains(address)) // a switch joins all that are at one
            others.insert(switched.begin(), switched.end());
        const auto gpu = std::ranges::find(accelerators, address, &Accelerator::address);
        link(others, accelerators, *gpu);
    }
}

void addNvmlFacts(const Root &root, const std::vector<std::string> &reader, SlowFacts &facts,
                  std::stop_token stop, std::vector<Accelerator> &accelerators)
{
    const auto said = root.answer("nvml", [&] { return ask(root, reader, facts, stop, accelerators); });
    if (said)
        takeNvmlFacts(*said, accelerators);
}

} // namespace firstlight
