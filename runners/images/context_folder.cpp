#include "runners/images/context_folder.h"

#include "core/files.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace firstlight {

namespace fs = std::filesystem;

namespace {

Result<void> writeFully(const FileDescriptor &file, std::string_view bytes, const fs::path &path)
{
    while (!bytes.empty()) {
        const ssize_t count = ::write(file.get(), bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return fail(systemError("write", path, errno));
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return {};
}

/// 0755 for folders and executable files, 0644 for others, whatever the umask was.
Result<void> setMode(const fs::path &path)
{
    struct stat info { };
    if (::lstat(path.c_str(), &info) != 0)
        return fail(systemError("read", path, errno));
    if (S_ISLNK(info.st_mode))
        return {};
    const bool open = S_ISDIR(info.st_mode) || (info.st_mode & 0100u) != 0;
    if (::chmod(path.c_str(), open ? 0755 : 0644) != 0)
        return fail(systemError("set-mode", path, errno));
    return {};
}

Result<void> setTimeZero(const fs::path &path)
{
    const timespec zero[2] = {{.tv_sec = 0, .tv_nsec = 0}, {.tv_sec = 0, .tv_nsec = 0}};
    if (::utimensat(AT_FDCWD, path.c_str(), zero, AT_SYMLINK_NOFOLLOW) != 0)
        return fail(systemError("set-time", path, errno));
    return {};
}

} // namespace

Result<ContextFolder> ContextFolder::create(const fs::path &folder)
{
    if (auto made = makeDirectories(folder, 0700); !made)
        return fail(made.error());
    return ContextFolder(folder);
}

Result<fs::path> ContextFolder::reserve(const std::string &path, std::size_t origin)
{
    if (m_written.find(path))
        return fail(
            {.code = "recipe-path-conflict", .facts = {{"path", path}}, .kind = ErrorKind::DamagedCatalog});
    auto parents = m_written.add(path, {.directory = false, .origin = origin});
    if (!parents)
        return fail(parents.error());
    for (const std::string &parent : *parents) {
        const fs::path made = m_folder / parent;
        if (::mkdir(made.c_str(), 0755) != 0)
            return fail(systemError("create", made, errno));
    }
    return m_folder / path;
}

Result<void> ContextFolder::addDirectory(const std::string &path, std::size_t origin)
{
    if (const auto *there = m_written.find(path); there && there->directory)
        return {};
    auto folder = reserve(path, origin);
    if (!folder)
        return fail(folder.error());
    m_written.setDirectory(path);
    if (::mkdir(folder->c_str(), 0755) != 0)
        return fail(systemError("create", *folder, errno));
    return {};
}

Result<void> ContextFolder::addSymlink(const std::string &path, const std::string &target, std::size_t origin)
{
    auto link = reserve(path, origin);
    if (!link)
        return fail(link.error());
    if (::symlink(target.c_str(), link->c_str()) != 0)
        return fail(systemError("create", *link, errno));
    return {};
}

Result<void> ContextFolder::addHardlink(const std::string &path, const std::string &target,
                                        std::size_t origin)
{
    const auto *there = m_written.find(target);
    if (!there || there->directory || there->origin != origin)
        return fail({.code = "recipe-link-broken",
                     .facts = {{"path", path}, {"target", target}},
                     .kind = ErrorKind::DamagedCatalog});
    auto link = reserve(path, origin);
    if (!link)
        return fail(link.error());
    const fs::path existing = m_folder / target;
    if (::link(existing.c_str(), link->c_str()) != 0)
        return fail(systemError("create", *link, errno));
    return {};
}

Result<void> ContextFolder::addFile(const std::string &path, const ContentReader &read, bool executable,
                                    std::size_t origin)
{
    auto where = reserve(path, origin);
    if (!where)
        return fail(where.error());
    const FileDescriptor file(::open(where->c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                                     executable ? 0700 : 0600));
    if (!file.isOpen())
        return fail(systemError("create", *where, errno));
    while (true) {
        auto piece = read();
        if (!piece)
            return fail(piece.error());
        if (piece->empty())
            break;
        if (auto written = writeFully(file, *piece, *where); !written)
            return written;
    }
    return {};
}

Result<void> ContextFolder::addFileFrom(const std::string &path, const fs::path &source, bool executable,
                                        std::size_t origin)
{
    const FileDescriptor file(::open(source.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.isOpen())
        return fail(systemError("open", source, errno));
    std::string buffer(256u << 10, '\0');
    const ContentReader read = [&]() -> Result<std::string_view> {
        ssize_t count = -1;
        do {
            count = ::read(file.get(), buffer.data(), buffer.size());
        } while (count < 0 && errno == EINTR);
        if (count < 0)
            return fail(systemError("read", source, errno));
        return std::string_view(buffer.data(), static_cast<std::size_t>(count));
    };
    return addFile(path, read, executable, origin);
}

Result<void> ContextFolder::finish()
{
    std::error_code code;
    fs::recursive_directory_iterator entries(m_folder, code);
    for (; !code && entries != fs::recursive_directory_iterator(); entries.increment(code)) {
        const fs::path path = entries->path();
        if (auto set = setMode(path); !set)
            return set;
        if (auto set = setTimeZero(path); !set)
            return set;
    }
    if (code)
        return fail(systemError("read", m_folder, code.value()));
    return setTimeZero(m_folder);
}

} // namespace firstlight
