#include "transfer/archive.h"
#include "transfer/archive_door.h"
#include "transfer/utf8_locale.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <optional>
#include <sys/stat.h>
#include <vector>

namespace firstlight {

namespace {

using OnEntry = std::function<Result<void>(const ArchiveEntry &, const ContentReader &)>;

/// The path without "./" and doubled or trailing slashes; empty for the root itself; nullopt if it leads out.
std::optional<std::string> safePath(std::string_view stored)
{
    if (stored.starts_with('/'))
        return std::nullopt;
    std::string path;
    while (!stored.empty()) {
        const auto slash = std::min(stored.find('/'), stored.size());
        const std::string_view segment = stored.substr(0, slash);
        stored.remove_prefix(std::min(slash + 1, stored.size()));
        if (segment == "..")
            return std::nullopt;
        if (segment.empty() || segment == ".")
            continue;
        path += (path.empty() ? "" : "/") + std::string(segment);
    }
    return path;
}

ArchiveEntry::Type typeOf(mode_t type)
{
    switch (type) {
    case S_IFREG:
        return ArchiveEntry::Type::File;
    case S_IFDIR:
        return ArchiveEntry::Type::Directory;
    case S_IFLNK:
        return ArchiveEntry::Type::Symlink;
    default:
        return ArchiveEntry::Type::Other;
    }
}

/// One opened archive and what is done with it.
class Reader {
public:
    Reader(const ArchiveFunctions &library, std::string name)
        : m_library(library)
        , m_name(std::move(name))
        , m_archive(library.readNew())
        , m_buffer(256u << 10)
    {
    }
    Reader(const Reader &) = delete;
    Reader &operator=(const Reader &) = delete;
    ~Reader() { m_library.readFree(m_archive); }

    Result<void> openFile(const std::filesystem::path &path);
    /// A tar that is an entry of \a outer, which stands on that entry.
    Result<void> openNested(Reader &outer);
    Result<void> readEntries(const OnEntry &onEntry);
    /// Moves to the next entry; false at the end.
    Result<bool> next();
    std::string_view rawName() const;
    Result<std::string_view> readPiece();

private:
    Error damaged() const;
    Error unsafe(std::string_view path) const;
    Result<std::optional<ArchiveEntry>> describe() const;
    void allowCompression();

    const ArchiveFunctions &m_library;
    std::string m_name;
    archive *m_archive;
    archive_entry *m_entry = nullptr;
    std::vector<char> m_buffer;
};

/// libarchive's errors for what the operating system refused carry its errno; the others are its own about
/// the format.
Error Reader::damaged() const
{
    const int number = m_library.errorNumber(m_archive);
    const char *text = m_library.errorText(m_archive);
    if (number == ENOENT || number == EACCES || number == EIO || number == EISDIR)
        return systemError("read", m_name, number);
    return {.code = "archive-damaged", .facts = {{"path", m_name}}, .detail = text ? text : ""};
}

Error Reader::unsafe(std::string_view path) const
{
    return {.code = "archive-unsafe", .facts = {{"path", m_name}, {"entry", std::string(path)}}};
}

void Reader::allowCompression()
{
    m_library.supportGzip(m_archive);
    m_library.supportXz(m_archive);
    m_library.supportZstd(m_archive);
    m_library.supportBzip2(m_archive);
}

Result<void> Reader::openFile(const std::filesystem::path &path)
{
    struct stat info { };
    if (::stat(path.c_str(), &info) != 0)
        return fail(systemError("open", m_name, errno));
    allowCompression();
    m_library.supportTar(m_archive);
    m_library.supportZip(m_archive);
    m_library.supportAr(m_archive);
    if (m_library.openFile(m_archive, path.c_str(), 256u << 10) != ARCHIVE_OK)
        return fail(damaged());
    return {};
}

la_ssize_t readFromOuter(archive *inner, void *outer, const void **piece)
{
    (void)inner;
    auto content = static_cast<Reader *>(outer)->readPiece();
    if (!content)
        return -1;
    *piece = content->data();
    return static_cast<la_ssize_t>(content->size());
}

Result<void> Reader::openNested(Reader &outer)
{
    allowCompression();
    m_library.supportTar(m_archive);
    if (m_library.openCallbacks(m_archive, &outer, nullptr, &readFromOuter, nullptr) != ARCHIVE_OK)
        return fail(damaged());
    return {};
}

Result<bool> Reader::next()
{
    const int code = m_library.nextHeader(m_archive, &m_entry);
    if (code == ARCHIVE_EOF)
        return false;
    if (code < ARCHIVE_WARN)
        return fail(damaged());
    return true;
}

std::string_view Reader::rawName() const
{
    const char *name = m_library.pathname(m_entry);
    return name ? name : "";
}

Result<std::string_view> Reader::readPiece()
{
    const la_ssize_t count = m_library.readData(m_archive, m_buffer.data(), m_buffer.size());
    if (count < 0)
        return fail(damaged());
    return std::string_view(m_buffer.data(), static_cast<std::size_t>(count));
}

/// nullopt for the root folder itself.
Result<std::optional<ArchiveEntry>> Reader::describe() const
{
    const auto path = safePath(rawName());
    if (!path || rawName().empty())
        return fail(unsafe(rawName()));
    if (path->empty())
        return std::nullopt;
    ArchiveEntry entry{.path = *path,
                       .type = typeOf(m_library.filetype(m_entry)),
                       .mode = static_cast<unsigned>(m_library.permissions(m_entry)),
                       .sizeBytes
                       = static_cast<std::uint64_t>(std::max<la_int64_t>(0, m_library.size(m_entry)))};
    if (const char *target = m_library.hardlink(m_entry)) {
        const auto inside = safePath(target);
        if (!inside)
            return fail(unsafe(target));
        entry.type = ArchiveEntry::Type::Hardlink;
        entry.linkTarget = *inside;
    } else if (const char *link = m_library.symlink(m_entry);
               link && entry.type == ArchiveEntry::Type::Symlink) {
        entry.linkTarget = link;
    }
    return entry;
}

Result<void> Reader::readEntries(const OnEntry &onEntry)
{
    while (true) {
        auto more = next();
        if (!more || !*more)
            return more ? Result<void>() : fail(more.error());
        auto entry = describe();
        if (!entry)
            return fail(entry.error());
        if (!*entry)
            continue;
        if (auto taken = onEntry(**entry, [this] { return readPiece(); }); !taken)
            return taken;
    }
}

/// A Debian package is an ar archive whose member data.tar.* holds the files.
Result<void> readDebianPackage(const ArchiveFunctions &library, Reader &package, const std::string &name,
                               const OnEntry &onEntry)
{
    while (true) {
        auto more = package.next();
        if (!more)
            return fail(more.error());
        if (!*more)
            return fail(
                {.code = "archive-damaged", .facts = {{"path", name}}, .detail = "no data.tar member"});
        if (!package.rawName().starts_with("data.tar"))
            continue;
        Reader content(library, name);
        if (auto opened = content.openNested(package); !opened)
            return opened;
        return content.readEntries(onEntry);
    }
}

Result<bool> isDebianPackage(const std::filesystem::path &path)
{
    std::FILE *file = std::fopen(path.c_str(), "rbe");
    if (!file)
        return fail(systemError("open", path, errno));
    std::array<char, 8> magic{};
    const bool whole = std::fread(magic.data(), 1, magic.size(), file) == magic.size();
    std::fclose(file);
    return whole && std::string_view(magic.data(), magic.size()) == "!<arch>\n";
}

} // namespace

Result<void> readArchive(const std::filesystem::path &archivePath, const OnEntry &onEntry)
{
    auto library = openArchiveLibrary();
    if (!library)
        return fail(library.error());
    const Utf8Locale utf8;
    auto debian = isDebianPackage(archivePath);
    if (!debian)
        return fail(debian.error());
    Reader reader(**library, archivePath.string());
    if (auto opened = reader.openFile(archivePath); !opened)
        return opened;
    return *debian ? readDebianPackage(**library, reader, archivePath.string(), onEntry)
                   : reader.readEntries(onEntry);
}

} // namespace firstlight
