#include "hardware/cpu/caches.h"

#include "hardware/text.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

namespace firstlight {

namespace {

constexpr int indexLimit = 16; // the kernel has at most 4 levels with 2 kinds each
constexpr int lastLevelOfACore
    = 2; // above it processors of one design differ: AMD's X3D have L3s of two sizes

/// "32K" in bytes.
std::optional<std::uint64_t> bytesOf(std::string_view text)
{
    text = trimmed(text);
    std::uint64_t unit = 1;
    if (text.ends_with('K'))
        unit = 1u << 10;
    else if (text.ends_with('M'))
        unit = 1u << 20;
    const auto number = parseUnsigned(unit > 1 ? text.substr(0, text.size() - 1) : text);
    return number && *number > 0 && *number < (std::uint64_t(1) << 40) ? std::optional(*number * unit)
                                                                       : std::nullopt;
}

std::optional<std::string> kindOf(std::string_view type)
{
    if (type == "Data")
        return "data";
    if (type == "Instruction")
        return "instruction";
    return type == "Unified" ? std::optional<std::string>("unified") : std::nullopt;
}

bool isLevel(std::optional<int> level)
{
    return level && *level >= 1 && *level <= 9;
}

std::optional<int> positive(std::optional<std::uint64_t> number)
{
    return number && *number > 0 && *number < (1u << 20) ? std::optional(static_cast<int>(*number))
                                                         : std::nullopt;
}

class Reader {
public:
    Reader(const Root &root, const std::vector<CpuList> &alike, const std::vector<CpuList> &cores)
        : m_root(root)
    {
        for (const CpuList &cpus : alike)
            m_online.insert(m_online.end(), cpus.begin(), cpus.end());
        std::ranges::sort(m_online);
        for (const CpuList &core : cores) {
            for (const int cpu : core)
                m_coreOf[cpu] = &core;
        }
    }

    /// Whether there was a cache at \a index.
    bool readIndex(const CpuList &cpus, int index)
    {
        auto cache = describe(cpus.front(), index);
        if (!cache && cpus.size() > 1)
            cache = describe(cpus.back(), index);
        if (!cache)
            return false;
        std::set<int> &seen = m_seen[{cache->level, cache->kind}];
        if (cache->level <= lastLevelOfACore && eachCoreHasItsOwn(cpus, index, *cache)) {
            for (const int cpu : cpus)
                add(*cache, *m_coreOf.at(cpu), cpu, seen);
            return true;
        }
        for (const int cpu : cpus) {
            if (seen.contains(cpu))
                continue;
            const auto shared = sharedBy(cpu, index);
            if (!shared)
                continue;
            cache->sizeBytes = sizeOf(cpu, index);
            add(*cache, *shared, cpu, seen);
        }
        return true;
    }

    std::vector<Cache> take() { return std::move(m_caches); }

private:
    static std::string folder(int cpu, int index)
    {
        return "sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/cache/index" + std::to_string(index)
               + "/";
    }

    std::optional<std::uint64_t> sizeOf(int cpu, int index) const
    {
        const auto text = m_root.read(folder(cpu, index) + "size");
        return text ? bytesOf(*text) : std::nullopt;
    }

    std::optional<CpuList> sharedBy(int cpu, int index) const
    {
        auto text = m_root.read(folder(cpu, index) + "shared_cpu_list");
        std::optional<CpuList> cpus = text ? parseCpuList(*text) : std::nullopt;
        if (!text && (text = m_root.read(folder(cpu, index) + "shared_cpu_map"))) // PowerPC until Linux 5.15
            cpus = parseCpuMask(*text);
        return cpus ? std::optional(intersection(*cpus, m_online)) : std::nullopt;
    }

    std::optional<Cache> describe(int cpu, int index) const
    {
        const auto level = m_root.readNumber(folder(cpu, index) + "level");
        const auto type = level ? m_root.readTrimmed(folder(cpu, index) + "type") : std::nullopt;
        const auto kind = type ? kindOf(*type) : std::nullopt;
        if (!kind || !isLevel(positive(level)))
            return std::nullopt;
        return Cache{.level = static_cast<int>(*level),
                     .kind = *kind,
                     .sizeBytes = sizeOf(cpu, index),
                     .lineBytes = positive(m_root.readNumber(folder(cpu, index) + "coherency_line_size")),
                     .ways = positive(m_root.readNumber(folder(cpu, index) + "ways_of_associativity")),
                     .sharedBy = {}};
    }

    bool eachCoreHasItsOwn(const CpuList &cpus, int index, const Cache &first) const
    {
        for (const int cpu : cpus) {
            if (!m_coreOf.contains(cpu))
                return false;
        }
        const auto isOwn = [&](int cpu) { return sharedBy(cpu, index) == *m_coreOf.at(cpu); };
        const bool oneCore = m_coreOf.at(cpus.front()) == m_coreOf.at(cpus.back());
        return isOwn(cpus.front())
               && (oneCore || (isOwn(cpus.back()) && sizeOf(cpus.back(), index) == first.sizeBytes));
    }

    void add(const Cache &cache, const CpuList &sharedBy, int cpu, std::set<int> &seen)
    {
        if (seen.contains(cpu) || !std::ranges::binary_search(sharedBy, cpu))
            return; // a list without its own CPU is damaged
        seen.insert(sharedBy.begin(), sharedBy.end());
        const auto same = std::ranges::find_if(m_caches, [&](const Cache &other) {
            return std::tie(other.level, other.kind, other.sizeBytes, other.lineBytes, other.ways)
                   == std::tie(cache.level, cache.kind, cache.sizeBytes, cache.lineBytes, cache.ways);
        });
        if (same != m_caches.end()) {
            same->sharedBy.push_back(sharedBy);
            return;
        }
        m_caches.push_back(cache);
        m_caches.back().sharedBy = {sharedBy};
    }

    const Root &m_root;
    CpuList m_online;
    std::map<int, const CpuList *> m_coreOf;
    std::map<std::pair<int, std::string>, std::set<int>> m_seen; // by level and kind
    std::vector<Cache> m_caches;
};

/// s390x: "cache2 : level=3 type=Unified scope=Shared size=65536K line_size=256 associativity=16"
std::optional<Cache> cacheOfLine(std::string_view line)
{
    Cache cache;
    std::optional<std::string> kind;
    for (const std::string_view word : words(line)) {
        const auto pair = splitPair(word, '=');
        if (!pair)
            continue;
        if (pair->first == "level")
            cache.level = parseInt(pair->second).value_or(0);
        else if (pair->first == "type")
            kind = kindOf(pair->second);
        else if (pair->first == "size")
            cache.sizeBytes = bytesOf(pair->second);
        else if (pair->first == "line_size")
            cache.lineBytes = positive(parseUnsigned(pair->second));
        else if (pair->first == "associativity")
            cache.ways = positive(parseUnsigned(pair->second));
    }
    if (!kind || !isLevel(cache.level))
        return std::nullopt;
    cache.kind = *kind;
    return cache;
}

void addFromText(const CpuInfo &info, std::vector<Cache> &caches)
{
    for (const auto &[key, value] : info.common) {
        const auto cache = key.starts_with("cache") ? cacheOfLine(value) : std::nullopt;
        const bool known = cache && std::ranges::any_of(caches, [&](const Cache &other) {
                               return other.level == cache->level && other.kind == cache->kind;
                           });
        if (cache && !known)
            caches.push_back(*cache);
    }
}

} // namespace

std::optional<std::vector<Cache>> readCaches(const Root &root, const CpuInfo &info,
                                             const std::vector<CpuList> &alike,
                                             const std::vector<CpuList> &cores)
{
    Reader reader(root, alike, cores);
    for (const CpuList &cpus : alike) {
        int index = 0;
        while (!cpus.empty() && index < indexLimit && reader.readIndex(cpus, index))
            ++index;
    }
    std::vector<Cache> caches = reader.take();
    if (info.first("vendor_id") == "IBM/S390")
        addFromText(info, caches);
    for (Cache &cache : caches)
        std::ranges::sort(cache.sharedBy);
    std::ranges::sort(caches, {}, [](const Cache &cache) {
        return std::tie(cache.level, cache.kind, cache.sizeBytes, cache.lineBytes, cache.ways);
    });
    return caches.empty() ? std::nullopt : std::optional(std::move(caches));
}

} // namespace firstlight
