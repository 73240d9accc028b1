#include "hardware/engines/cdi.h"

#include "hardware/engines/named_list.h"
#include "hardware/text.h"

#include <algorithm>
#include <map>

namespace firstlight {

namespace {

constexpr std::size_t limitBytes = 1u << 20;

bool isKind(std::string_view kind)
{
    const std::size_t slash = kind.find('/');
    return slash != std::string_view::npos && slash > 0 && slash + 1 < kind.size()
           && kind.find_first_of(" \t\"'") == std::string_view::npos;
}

// Every device has one (GPU-…, MIG-… with a UUID, 0x… for AMD), besides the number by which it is asked for;
// it tells nothing about the computer except which one it is.
bool isUniqueId(std::string_view name)
{
    constexpr std::size_t shortestId = 16;
    const std::size_t digits = static_cast<std::size_t>(std::ranges::count_if(name, [](char letter) {
        return (letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'f')
               || (letter >= 'A' && letter <= 'F');
    }));
    const std::size_t dashes = static_cast<std::size_t>(std::ranges::count(name, '-'));
    return digits >= shortestId
           && (name.starts_with("GPU-") || name.starts_with("MIG-") || digits + dashes == name.size()
               || (name.starts_with("0x") && digits + 1 == name.size()));
}

bool isNewer(std::string_view version, std::string_view other)
{
    const auto parts = split(version, '.');
    const auto otherParts = split(other, '.');
    for (std::size_t i = 0; i < std::min(parts.size(), otherParts.size()); ++i) {
        const auto part = parseUnsigned(parts[i]).value_or(0);
        const auto otherPart = parseUnsigned(otherParts[i]).value_or(0);
        if (part != otherPart)
            return part > otherPart;
    }
    return parts.size() > otherParts.size();
}

void merge(CdiSpecification &&more, CdiSpecification &all)
{
    all.kind = more.kind;
    if (more.version && (!all.version || isNewer(*more.version, *all.version)))
        all.version = more.version;
    for (std::string &name : more.devices) {
        if (std::ranges::find(all.devices, name) == all.devices.end())
            all.devices.push_back(std::move(name));
    }
}

} // namespace

std::optional<CdiSpecification> cdiSpecification(std::string_view text)
{
    CdiSpecification specification;
    specification.kind = topLevelScalar(text, "kind");
    if (!isKind(specification.kind))
        return std::nullopt;
    if (std::string version = topLevelScalar(text, "cdiVersion"); !version.empty())
        specification.version = std::move(version);
    specification.devices = namesInList(text, "devices");
    std::erase_if(specification.devices, isUniqueId);
    return specification;
}

std::vector<CdiSpecification> readCdi(const Root &root)
{
    std::map<std::string, CdiSpecification> byKind;
    for (const std::string folder : {"etc/cdi", "var/run/cdi"}) {
        for (const std::string &name : root.entries(folder)) {
            if (!name.ends_with(".yaml") && !name.ends_with(".json"))
                continue;
            const auto text = root.read(folder + '/' + name, limitBytes);
            if (auto one = text ? cdiSpecification(*text) : std::nullopt) {
                CdiSpecification &all = byKind[one->kind];
                merge(std::move(*one), all);
            }
        }
    }
    std::vector<CdiSpecification> specifications;
    for (auto &[kind, specification] : byKind)
        specifications.push_back(std::move(specification));
    return specifications;
}

} // namespace firstlight
