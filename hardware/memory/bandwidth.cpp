#include "hardware/memory/bandwidth.h"

#include "hardware/memory/read_kernel.h"
#include "hardware/text.h"

#include <algorithm>
#include <array>

namespace firstlight {

namespace {

constexpr std::size_t mebibyte = 1u << 20;
constexpr std::size_t largestNodeBytes = 512 * mebibyte;
// Some half a millisecond for one thread. All memory channels take part in less.
constexpr std::size_t usualThreadBytes = 8 * mebibyte;
constexpr std::size_t assumedCacheBytes = 32 * mebibyte;
constexpr std::chrono::milliseconds budget{105};

/// One CPU of each physical core that this process may use.
CpuList oneCpuACore(const Cpu &cpu)
{
    if (!cpu.allowed || !cpu.cores)
        return cpu.allowed.value_or(CpuList());
    CpuList cpus;
    for (const CpuList &core : *cpu.cores) {
        if (const CpuList mine = intersection(core, *cpu.allowed); !mine.empty())
            cpus.push_back(mine.front());
    }
    std::ranges::sort(cpus);
    return cpus;
}

/// More threads than the quota pays for would be held up in the middle of a pass.
void keepToQuota(std::vector<BandwidthPlan::Node> &nodes, std::optional<double> quotaCpus)
{
    std::size_t threads = 0;
    for (const auto &node : nodes)
        threads += node.cpus.size();
    const auto quota = static_cast<std::size_t>(std::clamp(quotaCpus.value_or(65536.0), 1.0, 65536.0));
    while (threads > quota && threads > nodes.size()) {
        auto most = std::ranges::max_element(nodes, {}, [](const auto &node) { return node.cpus.size(); });
        most->cpus.pop_back();
        --threads;
    }
}

std::vector<BandwidthPlan::Node> nodesToRead(const Machine &machine)
{
    const CpuList cpus = oneCpuACore(machine.cpu);
    std::vector<BandwidthPlan::Node> nodes;
    for (const NumaNode &node : machine.memory.numaNodes.value_or(std::vector<NumaNode>())) {
        CpuList own = intersection(node.cpus, cpus);
        if (!own.empty() && node.memoryBytes != 0u)
            nodes.push_back({node.number, std::move(own)});
    }
    if (nodes.empty() && !cpus.empty())
        nodes.push_back({0, cpus});
    keepToQuota(nodes, machine.cpu.quotaCpus);
    return nodes;
}

/// Of all caches of the last level together.
std::size_t lastCacheBytes(const Cpu &cpu)
{
    int last = 0;
    std::size_t bytes = 0;
    for (const Cache &cache : cpu.caches.value_or(std::vector<Cache>())) {
        if (cache.level < last || !cache.sizeBytes)
            continue;
        if (cache.level > last)
            bytes = 0;
        last = cache.level;
        bytes += std::min<std::uint64_t>(*cache.sizeBytes, largestNodeBytes)
                 * std::min<std::size_t>(cache.sharedBy.size(), 65536);
    }
    return bytes == 0 ? assumedCacheBytes : bytes;
}

std::string keyOf(const Machine &machine, const std::string &bootId)
{
    std::string key = "memory bandwidth, boot " + bootId + ", cpus "
                      + formatCpuList(machine.cpu.allowed.value_or(CpuList())) + ", nodes";
    for (const NumaNode &node : machine.memory.numaNodes.value_or(std::vector<NumaNode>()))
        key += ' ' + std::to_string(node.number) + ':' + formatCpuList(node.cpus);
    return key;
}

std::string line(const std::string &name, const MemoryBandwidth &bandwidth)
{
    return name + ' ' + std::to_string(bandwidth.oneThreadBytesPerSecond) + ' '
           + std::to_string(bandwidth.allThreadsBytesPerSecond) + '\n';
}

} // namespace

std::optional<BandwidthPlan> planBandwidth(const Machine &machine, std::chrono::milliseconds timeBudget)
{
    BandwidthPlan plan{.nodes = nodesToRead(machine), .budget = timeBudget};
    if (plan.nodes.empty() || !machine.memory.availableBytes)
        return std::nullopt;
    std::size_t threads = 0;
    for (const auto &node : plan.nodes)
        threads = std::max(threads, node.cpus.size());
    // Without an instruction that empties them, only far more bytes than caches hold get past them.
    const std::size_t caches = canDropFromCaches() ? 0 : lastCacheBytes(machine.cpu) / plan.nodes.size();
    const std::uint64_t mayTake
        = std::min<std::uint64_t>(largestNodeBytes, *machine.memory.availableBytes / 8 / plan.nodes.size());
    const std::uint64_t wanted = std::max<std::uint64_t>(threads * usualThreadBytes, 4 * caches);
    plan.bytesPerThread = static_cast<std::size_t>(std::min(wanted, mayTake) / threads / mebibyte * mebibyte);
    plan.leastNodeBytes = std::max(threads * mebibyte, 2 * caches);
    const bool isEnough = plan.bytesPerThread > 0 && plan.bytesPerThread * threads >= plan.leastNodeBytes;
    return isEnough ? std::optional(std::move(plan)) : std::nullopt;
}

std::string toText(const BandwidthSample &sample)
{
    std::string text = line("all", sample.all);
    for (const auto &[number, bandwidth] : sample.nodes)
        text += line(std::to_string(number), bandwidth);
    return text;
}

std::optional<BandwidthSample> bandwidthSample(std::string_view text)
{
    BandwidthSample sample;
    bool damaged = false;
    forEachLine(text, [&](std::string_view each) {
        const auto fields = words(each);
        const auto one = fields.size() == 3 ? parseUnsigned(fields[1]) : std::nullopt;
        const auto all = fields.size() == 3 ? parseUnsigned(fields[2]) : std::nullopt;
        const auto number = fields.size() == 3 ? parseInt(fields[0]) : std::nullopt;
        if (one && all && number)
            sample.nodes[*number] = {*one, *all};
        else if (one && all && fields[0] == "all")
            sample.all = {*one, *all};
        else
            damaged = true;
    });
    const bool positive = sample.all.oneThreadBytesPerSecond > 0 && sample.all.allThreadsBytesPerSecond > 0;
    return damaged || !positive ? std::nullopt : std::optional(std::move(sample));
}

void readBandwidth(const Root &root, bool mayMeasure, SlowFacts &facts, std::stop_token stop,
                   Machine &machine)
{
    const auto ask = [&]() -> std::optional<std::string> {
        const auto bootId = root.readTrimmed("proc/sys/kernel/random/boot_id");
        const std::string key = bootId ? keyOf(machine, *bootId) : std::string();
        if (auto known = bootId ? facts.find(key) : std::nullopt)
            return known;
        const auto plan = mayMeasure ? planBandwidth(machine, budget) : std::nullopt;
        const auto sample = plan ? measureBandwidth(*plan, stop) : std::nullopt;
        if (!sample)
            return std::nullopt;
        if (bootId && !sample->disturbed)
            facts.keep(key, toText(*sample));
        return toText(*sample);
    };
    const auto text = root.answer("memory bandwidth", ask);
    const auto sample = text ? bandwidthSample(*text) : std::nullopt;
    if (!sample)
        return;
    machine.memory.bandwidth = sample->all;
    if (!machine.memory.numaNodes)
        return;
    for (NumaNode &node : *machine.memory.numaNodes) {
        if (const auto found = sample->nodes.find(node.number); found != sample->nodes.end())
            node.bandwidth = found->second;
    }
}

} // namespace firstlight
