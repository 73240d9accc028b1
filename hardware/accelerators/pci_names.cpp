#include "hardware/accelerators/pci_names.h"

#include "hardware/text.h"

#include <array>

namespace firstlight {

namespace {

constexpr std::size_t limitBytes = 8u << 20;
constexpr std::array places{"usr/share/misc/pci.ids", "usr/share/hwdata/pci.ids"};

std::string readNames(const Root &root)
{
    for (const char *path : places) {
        if (auto text = root.read(path, limitBytes))
            return text->insert(0, 1, '\n');
    }
    return {};
}

std::string lineOf(std::string_view start, std::uint16_t id)
{
    return std::string(start).append(fourHexDigits(id)).append("  ");
}

} // namespace

std::optional<std::string> PciNames::name(std::uint16_t vendor, std::uint16_t device)
{
    if (device == 0)
        return std::nullopt; // a recording that holds no ids
    if (auto known = currentDeviceName(vendor, device))
        return known;
    const std::string id = fourHexDigits(vendor) + ':' + fourHexDigits(device);
    // pci.ids itself is in no recording of ours.
    if (auto answer = m_root.answer("pci name " + id, [&] { return ask(vendor, device); }))
        return answer;
    return m_root.isLive() ? std::nullopt : find(vendor, device);
}

std::optional<std::string> PciNames::ask(std::uint16_t vendor, std::uint16_t device)
{
    std::string key = "pci name " + fourHexDigits(vendor) + ':' + fourHexDigits(device);
    for (const char *path : places)
        key += '\n' + fileIdentity(std::string("/") + path);
    if (const auto kept = m_facts.find(key))
        return kept->empty() ? std::nullopt : kept;
    auto found = find(vendor, device);
    m_facts.keep(key, found.value_or("")); // empty: not in the file, which need not be read again
    return found;
}

// The format: "vvvv  Vendor" at the start of a line, then its devices as "<tab>dddd  Device".
std::optional<std::string> PciNames::find(std::uint16_t vendor, std::uint16_t device)
{
    if (!m_text)
        m_text = readNames(m_root);
    const std::string_view text = *m_text;
    const std::size_t begin = text.find(lineOf("\n", vendor));
    if (begin == std::string_view::npos)
        return std::nullopt;
    std::size_t end = begin + 1;
    do { // the vendor's part ends at the next line that begins with neither tab nor comment
        end = text.find('\n', end);
        end = end == std::string_view::npos ? text.size() : end + 1;
    } while (end < text.size() && (text[end] == '\t' || text[end] == '#'));
    const std::string_view part = text.substr(begin, end - begin);
    const std::string key = lineOf("\n\t", device);
    const std::size_t at = part.find(key);
    if (at == std::string_view::npos)
        return std::nullopt;
    const std::string_view rest = part.substr(at + key.size());
    const std::string_view found = trimmed(rest.substr(0, rest.find('\n')));
    return found.empty() ? std::nullopt : std::optional<std::string>(found);
}

} // namespace firstlight
