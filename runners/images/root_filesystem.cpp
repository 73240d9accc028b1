#include "runners/images/root_filesystem.h"

#include "runners/images/context_path.h"
#include "runners/images/written_paths.h"
#include "transfer/archive.h"

#include <array>
#include <limits>

namespace firstlight {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t skeleton = std::numeric_limits<std::size_t>::max();
constexpr unsigned modeWithoutSetId = 01777;
constexpr std::array<const char *, 4> mergedFolders = {"bin", "sbin", "lib", "lib64"};
constexpr std::string_view passwd = "root:x:0:0:root:/root:/usr/sbin/nologin\n"
                                    "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n";
constexpr std::string_view group = "root:x:0:\n"
                                   "nogroup:x:65534:\n";

/// The packages are read last to first: the first entry that is written for a path is then the one that wins,
/// and nothing is written twice although each package is read only once.
class RootWriter {
public:
    RootWriter(const RootFilesystem &root, TarWriter tar)
        : m_root(root)
        , m_tar(std::move(tar))
    {
    }

    Result<void> writeSkeleton();
    Result<void> writePackage(std::size_t number, const std::stop_token &stop);
    Result<void> finish() { return m_tar.finish(); }

private:
    Result<void> note(const std::string &path, WrittenPaths::Entry entry);
    Result<void> folder(const std::string &path, unsigned mode, std::size_t origin);
    Result<void> textFile(const std::string &path, std::string_view content);
    Result<void> entry(const ArchiveEntry &entry, const std::string &path, const ContentReader &read,
                       std::size_t number);
    bool isLeftOut(const ArchiveEntry &entry, const std::string &path) const;
    Error inPackage(Error error, std::size_t number) const;

    const RootFilesystem &m_root;
    TarWriter m_tar;
    WrittenPaths m_written;
};

Result<void> RootWriter::note(const std::string &path, WrittenPaths::Entry entry)
{
    auto parents = m_written.add(path, entry);
    if (!parents)
        return fail(parents.error());
    for (const std::string &parent : *parents) {
        if (auto added = m_tar.addDirectory(parent); !added)
            return added;
    }
    return {};
}

Result<void> RootWriter::folder(const std::string &path, unsigned mode, std::size_t origin)
{
    if (auto noted = note(path, {.directory = true, .origin = origin}); !noted)
        return noted;
    return m_tar.addDirectory(path, mode);
}

Result<void> RootWriter::textFile(const std::string &path, std::string_view content)
{
    if (auto noted = note(path, {.directory = false, .origin = skeleton}); !noted)
        return noted;
    return m_tar.addFile(path, content);
}

Result<void> RootWriter::writeSkeleton()
{
    for (const std::string name : mergedFolders) {
        if (auto made = folder("usr/" + name, 0755, skeleton); !made)
            return made;
        if (auto noted = note(name, {.directory = false, .origin = skeleton}); !noted)
            return noted;
        if (auto linked = m_tar.addSymlink(name, "usr/" + name); !linked)
            return linked;
    }
    if (auto made = folder("tmp", 01777, skeleton); !made)
        return made;
    if (auto written = textFile("etc/passwd", passwd); !written)
        return written;
    return textFile("etc/group", group);
}

/// Folders stay, since programs may look for them, and so do the licences: whoever passes a program on must
/// pass on its licence too.
bool RootWriter::isLeftOut(const ArchiveEntry &entry, const std::string &path) const
{
    return entry.type != ArchiveEntry::Type::Directory && matchesAny(path, m_root.exclude)
           && !matchesAny(path, {"usr/share/doc/*/copyright"});
}

Error RootWriter::inPackage(Error error, std::size_t number) const
{
    error.facts.emplace("input", m_root.names.at(number));
    return error;
}

Result<void> RootWriter::entry(const ArchiveEntry &entry, const std::string &path, const ContentReader &read,
                               std::size_t number)
{
    const bool directory = entry.type == ArchiveEntry::Type::Directory;
    if (const auto *there = m_written.find(path)) {
        if (there->directory == directory)
            return {};
        return fail(
            {.code = "recipe-path-conflict", .facts = {{"path", path}}, .kind = ErrorKind::DamagedCatalog});
    }
    const unsigned mode = entry.mode & modeWithoutSetId;
    if (directory)
        return folder(path, mode, number);

    const std::string target = mergedUsrPath(entry.linkTarget);
    if (entry.type == ArchiveEntry::Type::Hardlink) {
        const auto *linked = m_written.find(target);
        if (!linked || linked->directory || linked->origin != number)
            return fail({.code = "recipe-link-broken",
                         .facts = {{"path", path}, {"target", target}},
                         .kind = ErrorKind::DamagedCatalog});
    }
    if (auto noted = note(path, {.directory = false, .origin = number}); !noted)
        return noted;
    if (entry.type == ArchiveEntry::Type::Symlink)
        return m_tar.addSymlink(path, entry.linkTarget);
    if (entry.type == ArchiveEntry::Type::Hardlink)
        return m_tar.addHardlink(path, target);
    return m_tar.addFile(path, entry.sizeBytes, read, mode);
}

Result<void> RootWriter::writePackage(std::size_t number, const std::stop_token &stop)
{
    return readArchive(
        m_root.packages.at(number),
        [&](const ArchiveEntry &found, const ContentReader &read) -> Result<void> {
            if (stop.stop_requested())
                return fail(cancelled());
            const bool link = found.type == ArchiveEntry::Type::Symlink;
            const std::string path = mergedUsrPath(found.path);
            // A package of a newer release brings the link /bin -> usr/bin itself; the skeleton has it
            // already.
            const bool mergedLink = link && path == "usr/" + found.path && parentOf(found.path).empty();
            if (found.type == ArchiveEntry::Type::Other || mergedLink || isLeftOut(found, path))
                return {};
            auto written = entry(found, path, read, number);
            return written ? written : fail(inPackage(written.error(), number));
        });
}

} // namespace

Result<void> writeRootFilesystem(const RootFilesystem &root, const fs::path &tar,
                                 const std::function<void(std::uint64_t)> &onPackage, std::stop_token stop)
{
    auto file = TarWriter::create(tar);
    if (!file)
        return fail(file.error());
    RootWriter writer(root, std::move(*file));
    if (auto begun = writer.writeSkeleton(); !begun)
        return begun;
    for (std::size_t number = root.packages.size(); number-- > 0;) {
        if (auto written = writer.writePackage(number, stop); !written)
            return written;
        std::error_code ignored;
        onPackage(fs::file_size(root.packages[number], ignored));
    }
    return writer.finish();
}

} // namespace firstlight
