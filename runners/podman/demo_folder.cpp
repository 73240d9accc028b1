#include "runners/podman/demo_folder.h"

#include <cerrno>
#include <charconv>
#include <fcntl.h>
#include <optional>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace firstlight {

namespace fs = std::filesystem;

namespace {

struct Owner {
    uid_t user = 0;
    gid_t group = 0;
};

std::optional<Owner> parseOwner(const std::string &text)
{
    Owner owner;
    const char *end = text.data() + text.size();
    const auto user = std::from_chars(text.data(), end, owner.user);
    if (user.ec != std::errc() || user.ptr == end || *user.ptr != ':')
        return std::nullopt;
    const auto group = std::from_chars(user.ptr + 1, end, owner.group);
    return group.ec == std::errc() && group.ptr == end ? std::optional(owner) : std::nullopt;
}

/// Explicit modes: the umask of the launcher must not decide who can reach the demo.
Result<void> makeFolder(const fs::path &path, mode_t mode)
{
    if (::mkdir(path.c_str(), mode) != 0 || ::chmod(path.c_str(), mode) != 0)
        return fail(systemError("create", path, errno));
    return {};
}

Result<void> makeSocketFolder(const fs::path &path, const std::string &user)
{
    const auto owner = parseOwner(user);
    if (auto made = makeFolder(path, owner ? 0700 : 0777); !made)
        return made;
    if (owner && ::geteuid() == 0 && ::chown(path.c_str(), owner->user, owner->group) != 0)
        return fail(systemError("give away", path, errno));
    return {};
}

} // namespace

fs::path demosFolder(const Directories &directories, const std::string &demo)
{
    return directories.runtime / "demos" / demo;
}

fs::path demoLockPath(const Directories &directories, const std::string &demo)
{
    return directories.runtime / "demos" / (demo + ".lock");
}

fs::path forwarderLockPath(const fs::path &demoFolder)
{
    return demoFolder / "forwarder.lock";
}

Result<fs::path> makeDemoFolder(const Directories &directories, const std::string &demo,
                                const std::string &user)
{
    const fs::path parent = demosFolder(directories, demo);
    if (auto made = makeDirectories(parent, 0700); !made)
        return fail(made.error());
    std::string name = (parent / "XXXXXX").string();
    if (!::mkdtemp(name.data()))
        return fail(systemError("create", name, errno));
    if (auto made = makeSocketFolder(fs::path(name) / "socket", user); !made) {
        std::error_code ignored;
        fs::remove_all(name, ignored);
        return fail(made.error());
    }
    return fs::path(name);
}

bool forwarderLives(const fs::path &demoFolder)
{
    const FileDescriptor file(::open(forwarderLockPath(demoFolder).c_str(), O_RDWR | O_CLOEXEC));
    if (!file.isOpen())
        return false;
    return ::flock(file.get(), LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
}

void removeStaleFolders(const Directories &directories, const std::string &demo,
                        const std::set<fs::path> &used)
{
    std::error_code error;
    const fs::path parent = demosFolder(directories, demo);
    for (const auto &entry : fs::directory_iterator(parent, error)) {
        if (!used.contains(entry.path()) && !forwarderLives(entry.path())) {
            std::error_code ignored;
            fs::remove_all(entry.path(), ignored);
        }
    }
}

} // namespace firstlight
