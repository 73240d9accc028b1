#include "hardware/memory/numa.h"

#include "hardware/text.h"

#include <algorithm>
#include <limits>

namespace firstlight {

namespace {

const std::string nodesFolder = "sys/devices/system/node";
constexpr int nodesLimit = 1024; // the kernel's largest CONFIG_NODES_SHIFT is 10

// Node numbers are written like CPU numbers, "0-1,8". Old kernels have no `online`: then the folders tell.
std::vector<int> numbersOfNodes(const Root &root)
{
    const auto text = root.readTrimmed(nodesFolder + "/online");
    if (auto numbers = text ? parseCpuList(*text) : std::nullopt;
        numbers && !numbers->empty() && numbers->back() < nodesLimit)
        return *numbers;
    std::vector<int> numbers;
    for (const std::string &name : root.entries(nodesFolder)) {
        if (const auto number = name.starts_with("node") ? parseInt(name.substr(4)) : std::nullopt;
            number && *number < nodesLimit)
            numbers.push_back(*number);
    }
    std::ranges::sort(numbers);
    return numbers;
}

/// Bytes of the line "Node 0 MemTotal:  65441896 kB".
std::optional<std::uint64_t> memoryOf(const Root &root, const std::string &folder)
{
    const std::string text = root.read(folder + "/meminfo").value_or("");
    std::optional<std::uint64_t> bytes;
    forEachLine(text, [&](std::string_view line) {
        const auto fields = words(line);
        if (bytes || fields.size() < 5 || fields[2] != "MemTotal:" || fields[4] != "kB")
            return;
        const auto kibibytes = parseUnsigned(fields[3]);
        if (kibibytes && *kibibytes <= std::numeric_limits<std::uint64_t>::max() / 1024)
            bytes = *kibibytes * 1024;
    });
    return bytes;
}

std::optional<CpuList> cpusOf(const Root &root, const std::string &folder)
{
    if (const auto text = root.read(folder + "/cpulist"))
        return parseCpuList(*text);
    const auto mask = root.read(folder + "/cpumap"); // kernels before 2.6.30 have this alone
    return mask ? parseCpuMask(*mask) : std::nullopt;
}

std::optional<std::vector<std::uint64_t>> distancesOf(const Root &root, const std::string &folder,
                                                      std::size_t nodes)
{
    const std::string text = root.read(folder + "/distance").value_or("");
    std::vector<std::uint64_t> distances;
    for (const std::string_view word : words(text)) {
        const auto distance = parseUnsigned(word);
        if (!distance)
            return std::nullopt;
        distances.push_back(*distance);
    }
    return distances.size() == nodes ? std::optional(std::move(distances)) : std::nullopt;
}

} // namespace

std::optional<std::vector<NumaNode>> readNumaNodes(const Root &root, const std::optional<CpuList> &online)
{
    const std::vector<int> numbers = numbersOfNodes(root);
    if (numbers.empty())
        return std::nullopt;
    std::vector<NumaNode> nodes;
    for (const int number : numbers) {
        const std::string folder = nodesFolder + "/node" + std::to_string(number);
        NumaNode node{.number = number, .cpus = {}, .memoryBytes = {}, .distances = {}, .bandwidth = {}};
        if (auto cpus = cpusOf(root, folder))
            node.cpus = online ? intersection(*cpus, *online) : std::move(*cpus);
        node.memoryBytes = memoryOf(root, folder);
        node.distances = distancesOf(root, folder, numbers.size());
        nodes.push_back(std::move(node));
    }
    return nodes;
}

} // namespace firstlight
