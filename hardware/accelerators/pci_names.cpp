#include "hardware/accelerators/pci_names.h"

#include "hardware/text.h"

namespace firstlight {

namespace {

constexpr std::size_t limitBytes = 8u << 20;

std::string readNames(const Root &root)
{
    for (const char *path : {"usr/share/misc/pci.ids", "usr/share/hwdata/pci.ids"}) {
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

// The format: "vvvv  Vendor" at the start of a line, then its devices as "<tab>dddd  Device".
std::optional<std::string> PciNames::name(std::uint16_t vendor, std::uint16_t device)
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
