#include "hardware/memory/huge_pages.h"

#include "hardware/text.h"

#include <algorithm>
#include <limits>

namespace firstlight {

namespace {

const std::string sizesFolder = "sys/kernel/mm/hugepages";

/// Bytes of the name "hugepages-2048kB".
std::optional<std::uint64_t> pageBytes(std::string_view name)
{
    constexpr std::string_view prefix = "hugepages-";
    constexpr std::string_view unit = "kB";
    if (!name.starts_with(prefix) || !name.ends_with(unit) || name.size() < prefix.size() + unit.size())
        return std::nullopt;
    const auto kibibytes
        = parseUnsigned(name.substr(prefix.size(), name.size() - prefix.size() - unit.size()));
    if (!kibibytes || *kibibytes == 0 || *kibibytes > std::numeric_limits<std::uint64_t>::max() / 1024)
        return std::nullopt;
    return *kibibytes * 1024;
}

} // namespace

std::optional<std::vector<HugePages>> readHugePages(const Root &root)
{
    std::vector<HugePages> sizes;
    for (const std::string &name : root.entries(sizesFolder)) {
        const auto bytes = pageBytes(name);
        if (!bytes)
            continue;
        const std::string folder = sizesFolder + '/' + name;
        sizes.push_back({.pageBytes = *bytes,
                         .total = root.readNumber(folder + "/nr_hugepages"),
                         .free = root.readNumber(folder + "/free_hugepages")});
    }
    std::ranges::sort(sizes, {}, &HugePages::pageBytes);
    return sizes.empty() ? std::nullopt : std::optional(std::move(sizes));
}

std::optional<std::string> readTransparentHugePages(const Root &root)
{
    // "always [madvise] never": the one in brackets is set.
    const std::string text = root.read("sys/kernel/mm/transparent_hugepage/enabled").value_or("");
    for (const std::string_view word : words(text)) {
        if (word.size() > 2 && word.front() == '[' && word.back() == ']')
            return std::string(word.substr(1, word.size() - 2));
    }
    return std::nullopt;
}

} // namespace firstlight
