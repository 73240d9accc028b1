#include "core/files.h"
#include "transfer/archive.h"
#include "transfer/archive_door.h"
#include "transfer/utf8_locale.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace firstlight {

struct TarWriter::State {
    const ArchiveFunctions &library;
    std::filesystem::path path;
    FileDescriptor file;
    archive *tar;
    bool finished = false;

    State(const ArchiveFunctions &functions, std::filesystem::path where, FileDescriptor descriptor)
        : library(functions)
        , path(std::move(where))
        , file(std::move(descriptor))
        , tar(functions.writeNew())
    {
    }
    State(const State &) = delete;
    State &operator=(const State &) = delete;
    ~State()
    {
        library.writeFree(tar);
        if (!finished)
            ::unlink(path.c_str());
    }

    Error failure() const;
    Result<void> header(const std::string &name, mode_t type, unsigned mode, std::uint64_t sizeBytes,
                        const char *symlink = nullptr, const char *hardlink = nullptr);
    Result<void> content(std::string_view piece);
};

Error TarWriter::State::failure() const
{
    const int number = library.errorNumber(tar);
    const char *text = library.errorText(tar);
    Error error = systemError("write", path, number > 0 ? number : EIO);
    if (text)
        error.detail = text;
    return error;
}

/// Every entry is the root user's with time 0 and no names, so that equal content gives equal bytes on every
/// computer.
Result<void> TarWriter::State::header(const std::string &name, mode_t type, unsigned mode,
                                      std::uint64_t sizeBytes, const char *symlink, const char *hardlink)
{
    const Utf8Locale utf8;
    const std::unique_ptr<archive_entry, decltype(library.entryFree)> entry(library.entryNew(),
                                                                            library.entryFree);
    library.setPathname(entry.get(), name.c_str());
    library.setFiletype(entry.get(), type);
    library.setPermissions(entry.get(), static_cast<mode_t>(mode & 07777u));
    library.setSize(entry.get(), static_cast<la_int64_t>(sizeBytes));
    library.setMtime(entry.get(), 0, 0);
    if (symlink)
        library.setSymlink(entry.get(), symlink);
    if (hardlink)
        library.setHardlink(entry.get(), hardlink);
    if (library.writeHeader(tar, entry.get()) < ARCHIVE_WARN)
        return fail(failure());
    return {};
}

Result<void> TarWriter::State::content(std::string_view piece)
{
    while (!piece.empty()) {
        const la_ssize_t written = library.writeData(tar, piece.data(), piece.size());
        if (written <= 0)
            return fail(failure());
        piece.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
}

TarWriter::TarWriter(std::unique_ptr<State> state)
    : m_state(std::move(state))
{
}
TarWriter::TarWriter(TarWriter &&) noexcept = default;
TarWriter::~TarWriter() = default;

Result<TarWriter> TarWriter::create(const std::filesystem::path &path)
{
    auto library = openArchiveLibrary();
    if (!library)
        return fail(library.error());
    if (auto made = makeDirectories(path.parent_path()); !made)
        return fail(made.error());
    FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    if (!file.isOpen())
        return fail(systemError("create", path, errno));
    const int fd = file.get();
    auto state = std::make_unique<State>(**library, path, std::move(file));
    // "Restricted" writes plain ustar headers and adds pax ones only for what ustar cannot say (long names,
    // big files).
    (*library)->setPaxRestricted(state->tar);
    (*library)->setLastBlock(state->tar, 1);
    if ((*library)->writeOpen(state->tar, fd) != ARCHIVE_OK)
        return fail(state->failure());
    return TarWriter(std::move(state));
}

Result<void> TarWriter::addDirectory(const std::string &path, unsigned mode)
{
    return m_state->header(path.ends_with('/') ? path : path + "/", S_IFDIR, mode, 0);
}

Result<void> TarWriter::addSymlink(const std::string &path, const std::string &target)
{
    return m_state->header(path, S_IFLNK, 0777, 0, target.c_str());
}

Result<void> TarWriter::addHardlink(const std::string &path, const std::string &target)
{
    return m_state->header(path, S_IFREG, 0644, 0, nullptr, target.c_str());
}

Result<void> TarWriter::addFile(const std::string &path, std::string_view content, unsigned mode)
{
    if (auto begun = m_state->header(path, S_IFREG, mode, content.size()); !begun)
        return begun;
    return m_state->content(content);
}

Result<void> TarWriter::addFile(const std::string &path, std::uint64_t sizeBytes, const ContentReader &read,
                                unsigned mode)
{
    if (auto begun = m_state->header(path, S_IFREG, mode, sizeBytes); !begun)
        return begun;
    std::uint64_t total = 0;
    while (true) {
        auto piece = read();
        if (!piece)
            return fail(piece.error());
        total += piece->size();
        // libarchive would cut or pad in silence.
        if (total > sizeBytes || (piece->empty() && total != sizeBytes))
            return fail({.code = "file-changed",
                         .facts = {{"path", path},
                                   {"needed", std::to_string(sizeBytes)},
                                   {"found", std::to_string(total)}}});
        if (piece->empty())
            return {};
        if (auto written = m_state->content(*piece); !written)
            return written;
    }
}

Result<void> TarWriter::addFileFrom(const std::string &path, const std::filesystem::path &source,
                                    unsigned mode)
{
    const FileDescriptor file(::open(source.c_str(), O_RDONLY | O_CLOEXEC));
    struct stat info { };
    if (!file.isOpen() || ::fstat(file.get(), &info) != 0)
        return fail(systemError("open", source, errno));
    if (!S_ISREG(info.st_mode))
        return fail(systemError("read", source, S_ISDIR(info.st_mode) ? EISDIR : EINVAL));
    std::string buffer(1u << 20, '\0');
    const ContentReader read = [&]() -> Result<std::string_view> {
        ssize_t count = 0;
        do {
            count = ::read(file.get(), buffer.data(), buffer.size());
        } while (count < 0 && errno == EINTR);
        if (count < 0)
            return fail(systemError("read", source, errno));
        return std::string_view(buffer.data(), static_cast<std::size_t>(count));
    };
    return addFile(path, static_cast<std::uint64_t>(info.st_size), read, mode);
}

Result<void> TarWriter::finish()
{
    if (m_state->library.writeClose(m_state->tar) != ARCHIVE_OK)
        return fail(m_state->failure());
    if (::fsync(m_state->file.get()) != 0)
        return fail(systemError("write", m_state->path, errno));
    m_state->finished = true;
    return {};
}

} // namespace firstlight
