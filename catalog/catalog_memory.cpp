#include "catalog/catalog_memory.h"

#include "catalog/binary_archive.h"
#include "catalog/demo_fields.h"
#include "core/files.h"

namespace firstlight {

namespace {

/// Changes with every member of a remembered struct, and whenever the readers come to a different value for
/// the same text.
constexpr std::string_view version = "firstlight catalog memory 4\n";

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

std::string keyOf(const std::string &name, const std::string &sha256)
{
    return name + " " + sha256;
}

template <typename Value>
const Value *found(const std::map<std::string, Value> &entries, const std::string &key,
                   std::set<std::string> &used)
{
    const auto entry = entries.find(key);
    if (entry == entries.end())
        return nullptr;
    used.insert(key);
    return &entry->second;
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

const ReadDemo *CatalogMemory::demo(const std::string &stem, const std::string &sha256)
{
    return found(m_content.demos, keyOf(stem, sha256), m_used);
}

void CatalogMemory::rememberDemo(const std::string &stem, const std::string &sha256, const ReadDemo &demo)
{
    const std::string key = keyOf(stem, sha256);
    m_content.demos[key] = demo;
    m_used.insert(key);
    m_changed = true;
}

const std::vector<std::string> *CatalogMemory::architectures(const std::string &recipe,
                                                             const std::string &sha256)
{
    return found(m_content.recipes, keyOf(recipe, sha256), m_used);
}

void CatalogMemory::rememberArchitectures(const std::string &recipe, const std::string &sha256,
                                          const std::vector<std::string> &architectures)
{
    const std::string key = keyOf(recipe, sha256);
    m_content.recipes[key] = architectures;
    m_used.insert(key);
    m_changed = true;
}

void CatalogMemory::save() const
{
    if (!m_changed || m_file.empty())
        return;
    Content kept = m_content;
    const auto unused = [&](const auto &entry) { return !m_used.contains(entry.first); };
    std::erase_if(kept.demos, unused);
    std::erase_if(kept.recipes, unused);
    if (!writeFileAtomically(m_file, encode(kept)))
        return; // a full disk or a read-only home must not keep anybody from a demo
}

} // namespace firstlight
