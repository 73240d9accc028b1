#include "hardware/accelerators/kfd.h"

#include "hardware/accelerators/pci.h"
#include "hardware/text.h"

#include <algorithm>

namespace firstlight {

namespace {

const std::string nodesFolder = "sys/class/kfd/kfd/topology/nodes";
constexpr std::uint64_t amd = 0x1002;

std::optional<std::uint64_t> memoryOf(const Root &root, const std::string &folder)
{
    std::optional<std::uint64_t> total;
    for (const std::string &bank : root.entries(folder + "/mem_banks")) {
        const auto text = root.read(folder + "/mem_banks/" + bank + "/properties");
        const auto bytes = text ? numberOfLine(*text, "size_in_bytes") : std::nullopt;
        if (bytes && *bytes > 0)
            total = total.value_or(0) + *bytes;
    }
    return total;
}

// location_id is bus << 8 | device << 3 | function.
std::string addressOf(std::uint64_t domain, std::uint64_t location)
{
    constexpr std::string_view digits = "0123456789abcdef";
    const auto twoDigits = [&](std::uint64_t value) {
        return std::string{digits[value >> 4 & 0xf], digits[value & 0xf]};
    };
    return fourHexDigits(static_cast<std::uint16_t>(domain)) + ':' + twoDigits(location >> 8) + ':'
           + twoDigits(location >> 3 & 0x1f) + '.' + digits[location & 0x7];
}

std::optional<KfdNode> readNode(const Root &root, const std::string &folder)
{
    const auto properties = root.read(folder + "/properties");
    if (!properties)
        return std::nullopt;
    const auto number = [&](std::string_view name) { return numberOfLine(*properties, name); };
    const auto location = number("location_id");
    if (number("vendor_id") != amd || number("simd_count").value_or(0) == 0 || !location)
        return std::nullopt;
    KfdNode node;
    node.address = addressOf(number("domain").value_or(0), *location);
    node.device = static_cast<std::uint16_t>(number("device_id").value_or(0));
    if (const auto version = number("gfx_target_version"))
        node.gfxTarget = gfxTarget(*version);
    if (const auto minor = number("drm_render_minor"); minor && *minor > 0 && *minor < 1024)
        node.renderMinor = static_cast<int>(*minor);
    node.memoryBytes = memoryOf(root, folder);
    return node;
}

} // namespace

std::vector<KfdNode> readKfdNodes(const Root &root)
{
    std::vector<KfdNode> nodes;
    auto names = root.entries(nodesFolder);
    std::ranges::sort(names, {}, [](const std::string &name) { return parseUnsigned(name).value_or(~0ull); });
    for (const std::string &name : names) {
        if (auto node = readNode(root, nodesFolder + '/' + name))
            nodes.push_back(std::move(*node));
    }
    return nodes;
}

std::optional<std::string> gfxTarget(std::uint64_t version)
{
    const std::uint64_t major = version / 10000;
    const std::uint64_t minor = version / 100 % 100;
    const std::uint64_t stepping = version % 100;
    if (major == 0 || major > 99 || minor > 15 || stepping > 15)
        return std::nullopt;
    constexpr std::string_view digits = "0123456789abcdef";
    return "gfx" + std::to_string(major) + digits[minor] + digits[stepping];
}

} // namespace firstlight
