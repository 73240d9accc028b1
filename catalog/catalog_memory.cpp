#include "catalog/catalog_memory.h"

#include "catalog/binary_archive.h"
#include "catalog/demo_fields.h"
#include "core/files.h"

namespace firstlight {

namespace {

/// Changes with every member of a remembered struct, and whenever the readers come to a different value for
/// the same text.
constexpr std::string_view version = "firstlight catalog memory 2\n";

/// FNV-1a over words of 8 bytes: finds a damaged file; it is no protection against a forged one, which who
/// may write this folder does not need.
std::uint64_t checksum(std::string_view bytes)
{
    std::uint64_t hash = 0xcbf29ce484222325;
    const auto mix = [&](std::uint64_t word) { hash = (hash ^ word) * 0x100000001b3; };
    for (; bytes.size() >= sizeof(std::uint64_t); bytes.remove_prefix(sizeof(std::uint64_t))) {
        std::uint64_t word = 0;
        std::memcpy(&word, bytes.data(), sizeof word);
        mix(word);
        hash ^= hash >> 32;
    }
    for (const char byte : bytes)
        mix(static_cast<unsigned char>(byte));
    return hash;
}

std::optional<CatalogMemory::Content> decode(std::string_view bytes)
{
    if (!bytes.starts_with(version))
        return std::nullopt;
    bytes.remove_prefix(version.size());
    ArchiveReader header(bytes.substr(0, sizeof(std::uint64_t)));
    const std::uint64_t expected = header.number();
    if (header.failed())
        return std::nullopt;
    bytes.remove_prefix(sizeof(std::uint64_t));
    if (checksum(bytes) != expected)
        return std::nullopt;

    ArchiveReader reader(bytes);
    CatalogMemory::Content content;
    archive(reader, content);
    return reader.failed() || !reader.atEnd() ? std::nullopt : std::optional(std::move(content));
}

std::string encode(const CatalogMemory::Content &content)
{
    ArchiveWriter body;
    archive(body, content);
    const std::string bytes = body.take();
    ArchiveWriter header;
    header.number(checksum(bytes));
    return std::string(version) + header.take() + bytes;
}

} // namespace

CatalogMemory::CatalogMemory(const std::filesystem::path &cacheDirectory)
{
    if (cacheDirectory.empty())
        return;
    m_file = cacheDirectory / "catalog.memory";
    if (const Result<std::string> bytes = readFile(m_file)) {
        if (std::optional<Content> content = decode(*bytes))
            m_content = *std::move(content);
    }
}

const ReadDemo *CatalogMemory::demo(const std::string &stem, const std::string &sha256) const
{
    const auto entry = m_content.demos.find(stem);
    return entry != m_content.demos.end() && entry->second.sha256 == sha256 ? &entry->second.read : nullptr;
}

void CatalogMemory::rememberDemo(const std::string &stem, const std::string &sha256, const ReadDemo &demo)
{
    m_content.demos[stem] = {sha256, demo};
    m_changed = true;
}

const std::vector<std::string> *CatalogMemory::architectures(const std::string &recipe,
                                                             const std::string &sha256) const
{
    const auto entry = m_content.recipes.find(recipe);
    return entry != m_content.recipes.end() && entry->second.sha256 == sha256 ? &entry->second.architectures
                                                                              : nullptr;
}

void CatalogMemory::rememberArchitectures(const std::string &recipe, const std::string &sha256,
                                          const std::vector<std::string> &architectures)
{
    m_content.recipes[recipe] = {sha256, architectures};
    m_changed = true;
}

void CatalogMemory::save() const
{
    if (!m_changed || m_file.empty())
        return;
    if (!writeFileAtomically(m_file, encode(m_content)))
        return; // a full disk or a read-only home must not keep anybody from a demo
}

} // namespace firstlight
