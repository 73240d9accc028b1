#include "hardware/memory/memory.h"

#include "hardware/memory/huge_pages.h"
#include "hardware/memory/numa.h"
#include "hardware/text.h"

#include <algorithm>

namespace firstlight {

namespace {

// cgroup v1 writes "no limit" as the largest page-aligned number.
constexpr std::uint64_t noLimit = std::uint64_t(1) << 62;

struct FileNames {
    const char *limit;
    const char *usage;
    const char *droppable; // in memory.stat
};

constexpr FileNames unifiedNames{"/memory.max", "/memory.current", "inactive_file"};
constexpr FileNames versionOneNames{"/memory.limit_in_bytes", "/memory.usage_in_bytes",
                                    "total_inactive_file"};

/// "65441896 kB" in bytes; a number without a unit is bytes.
std::optional<std::uint64_t> bytesOf(std::string_view text)
{
    const auto fields = words(text);
    if (fields.empty())
        return std::nullopt;
    const auto number = parseUnsigned(fields[0]);
    if (!number || fields.size() == 1)
        return number;
    return fields[1] == "kB" && *number < noLimit / 1024 ? std::optional(*number * 1024) : std::nullopt;
}

void readMeminfo(const Root &root, Memory &memory)
{
    const std::string text = root.read("proc/meminfo").value_or("");
    forEachLine(text, [&](std::string_view line) {
        const auto pair = splitPair(line, ':');
        if (!pair)
            return;
        if (pair->first == "MemTotal")
            memory.totalBytes = bytesOf(pair->second);
        else if (pair->first == "MemAvailable")
            memory.availableBytes = bytesOf(pair->second);
        else if (pair->first == "SwapTotal")
            memory.swapBytes = bytesOf(pair->second);
    });
}

std::optional<std::uint64_t> smaller(std::optional<std::uint64_t> a, std::optional<std::uint64_t> b)
{
    return a && b ? std::min(*a, *b) : (a ? a : b);
}

std::optional<std::uint64_t> leftBelow(const Root &root, const std::string &folder, const FileNames &names,
                                       std::uint64_t limit)
{
    const auto usage = root.readNumber(folder + names.usage);
    if (!usage)
        return std::nullopt;
    const auto statistics = root.read(folder + "/memory.stat");
    const std::uint64_t droppable = statistics ? numberOfLine(*statistics, names.droppable).value_or(0) : 0;
    const std::uint64_t used = *usage - std::min(*usage, droppable);
    return limit - std::min(limit, used);
}

} // namespace

Memory readMemory(const Root &root, const Cgroups &cgroups, const std::optional<CpuList> &online)
{
    Memory memory;
    readMeminfo(root, memory);
    memory.numaNodes = readNumaNodes(root, online);
    memory.hugePages = readHugePages(root);
    memory.transparentHugePages = readTransparentHugePages(root);
    const auto lineage = cgroups.lineage("memory");
    if (!lineage)
        return memory;
    const FileNames &names = lineage->unified ? unifiedNames : versionOneNames;
    for (const std::string &folder : lineage->folders) {
        const auto limit = root.readNumber(folder + names.limit); // "max" is no number
        if (!limit || *limit >= noLimit)
            continue;
        memory.limitBytes = smaller(memory.limitBytes, limit);
        memory.availableBytes = smaller(memory.availableBytes, leftBelow(root, folder, names, *limit));
    }
    return memory;
}

} // namespace firstlight
