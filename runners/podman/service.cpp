#include "runners/podman/service.h"

#include "core/files.h"
#include "core/process.h"
#include "core/sha256.h"
#include "runners/podman/libpod.h"

#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <optional>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

namespace firstlight {

namespace fs = std::filesystem;

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::size_t longestSocketPath = 107;
constexpr auto startLimit = std::chrono::seconds(5);
constexpr auto pollEvery = std::chrono::milliseconds(5);
constexpr std::uintmax_t logLimit = 1u << 20;

/// The files that belong to one private service.
struct ServicePaths {
    fs::path socket;
    fs::path lock;
    fs::path hash;    ///< of the configuration that it was started with
    fs::path process; ///< its process id
    fs::path log;
};

ServicePaths pathsOf(const Directories &directories)
{
    const fs::path socket = privateServiceSocket(directories);
    const fs::path folder = socket.parent_path();
    return {socket, folder / "podman.lock", folder / "podman.hash", folder / "podman.pid",
            directories.state / "podman-service.log"};
}

std::string fingerprintOf(const HostSetup &setup)
{
    std::string text = setup.podman + "\n";
    for (const auto &[name, value] : setup.environment)
        text += name + "=" + value + "\n";
    for (const auto &[path, content] : setup.files)
        text += path.string() + "\n" + content + "\n";
    return sha256Hex(text);
}

bool answers(const fs::path &socket)
{
    std::error_code ignored;
    return fs::is_socket(socket, ignored) && Libpod(socket.string()).answers();
}

std::optional<fs::path> usersOwnSocket(const HostSetup &setup)
{
    if (setup.needsOwnService())
        return std::nullopt;
    if (!setup.rootless)
        return "/run/podman/podman.sock";
    const char *runtime = std::getenv("XDG_RUNTIME_DIR");
    return runtime ? std::optional(fs::path(runtime) / "podman/podman.sock") : std::nullopt;
}

bool sameConfiguration(const ServicePaths &paths, const std::string &fingerprint)
{
    const auto hash = readFile(paths.hash, 1024);
    return hash && *hash == fingerprint;
}

/// The process that was started for this socket, if it still runs: its command line names the socket, so that
/// a process id which was given to somebody else is left alone.
std::optional<pid_t> runningService(const ServicePaths &paths)
{
    const auto text = readFile(paths.process, 64);
    pid_t process = 0;
    if (!text || std::from_chars(text->data(), text->data() + text->size(), process).ec != std::errc()
        || process <= 1)
        return std::nullopt;
    const auto commandLine = readFile("/proc/" + std::to_string(process) + "/cmdline");
    if (!commandLine || commandLine->find("unix://" + paths.socket.string()) == std::string::npos)
        return std::nullopt;
    return process;
}

void endService(const ServicePaths &paths)
{
    if (const auto process = runningService(paths)) {
        ::kill(*process, SIGTERM);
        const auto deadline = Clock::now() + std::chrono::seconds(2);
        while (runningService(paths) && Clock::now() < deadline)
            std::this_thread::sleep_for(pollEvery);
        if (runningService(paths))
            ::kill(*process, SIGKILL);
    }
    std::error_code ignored;
    fs::remove(paths.socket, ignored);
}

Result<void> writeConfiguration(const HostSetup &setup)
{
    for (const fs::path &folder : setup.folders) {
        if (auto made = makeDirectories(folder, 0700); !made)
            return made;
    }
    for (const auto &[path, content] : setup.files) {
        const auto before = readFile(path);
        if (before && *before == content)
            continue;
        if (auto written = writeFileAtomically(path, content); !written)
            return written;
    }
    return {};
}

std::string tailOfLog(const fs::path &log)
{
    const std::string text = readFile(log).value_or("");
    return text.size() > 2000 ? text.substr(text.size() - 2000) : text;
}

Error serviceFailed(const ServicePaths &paths)
{
    return {.code = "podman-service-failed",
            .facts = {{"log", paths.log.string()}},
            .detail = tailOfLog(paths.log)};
}

Result<pid_t> startService(const HostSetup &setup, const ServicePaths &paths)
{
    if (auto made = makeDirectories(paths.log.parent_path()); !made)
        return fail(made.error());
    std::error_code ignored;
    if (fs::file_size(paths.log, ignored) > logLimit || ignored)
        fs::remove(paths.log, ignored);
    ProcessSpec spec;
    spec.program = setup.podman.empty() ? "podman" : setup.podman;
    spec.arguments = {"system", "service", "--time=60", "unix://" + paths.socket.string()};
    spec.environment = setup.environment;
    spec.workingDirectory = "/";
    return startDetached(spec, paths.log.string());
}

Result<void> waitUntilItAnswers(const ServicePaths &paths, pid_t process, std::stop_token stop)
{
    for (const auto deadline = Clock::now() + startLimit; Clock::now() < deadline;) {
        if (stop.stop_requested())
            return fail(cancelled());
        if (answers(paths.socket))
            return {};
        if (::kill(process, 0) != 0)
            return fail(serviceFailed(paths));
        std::this_thread::sleep_for(pollEvery);
    }
    return fail(serviceFailed(paths));
}

/// The caller holds the lock.
Result<void> restartService(const HostSetup &setup, const ServicePaths &paths, const std::string &fingerprint,
                            std::stop_token stop)
{
    endService(paths);
    if (auto written = writeConfiguration(setup); !written)
        return written;
    const auto process = startService(setup, paths);
    if (!process)
        return fail(process.error());
    if (auto written = writeFileAtomically(paths.process, std::to_string(*process)); !written)
        return written;
    if (auto written = writeFileAtomically(paths.hash, fingerprint); !written)
        return written;
    return waitUntilItAnswers(paths, *process, stop);
}

/// A folder of this user that strangers cannot write to, or an error: /tmp belongs to everybody.
Result<void> makePrivateFolder(const fs::path &folder)
{
    if (auto made = makeDirectories(folder, 0700); !made)
        return made;
    struct stat info { };
    if (::lstat(folder.c_str(), &info) != 0)
        return fail(systemError("examine", folder, errno));
    if (!S_ISDIR(info.st_mode) || info.st_uid != ::geteuid() || (info.st_mode & S_IWOTH) != 0)
        return fail(systemError("trust", folder, EPERM));
    return {};
}

} // namespace

fs::path privateServiceSocket(const Directories &directories)
{
    const fs::path socket = directories.runtime / "podman.sock";
    if (socket.string().size() <= longestSocketPath)
        return socket;
    const std::string name = "firstlight-" + std::to_string(::geteuid()) + "-"
                             + sha256Hex(directories.runtime.string()).substr(0, 8);
    return fs::path("/tmp") / name / "podman.sock";
}

Result<std::string> ensurePodmanService(const HostSetup &setup, const Directories &directories,
                                        std::stop_token stop)
{
    if (const auto own = usersOwnSocket(setup); own && answers(*own))
        return own->string();
    const ServicePaths paths = pathsOf(directories);
    const std::string fingerprint = fingerprintOf(setup);
    if (sameConfiguration(paths, fingerprint) && answers(paths.socket))
        return paths.socket.string();
    if (auto made = makePrivateFolder(paths.socket.parent_path()); !made)
        return fail(made.error());
    const auto lock = FileLock::wait(paths.lock, stop);
    if (!lock)
        return fail(lock.error());
    // Another caller may have started it while we waited for the lock.
    if (sameConfiguration(paths, fingerprint) && answers(paths.socket))
        return paths.socket.string();
    if (auto started = restartService(setup, paths, fingerprint, stop); !started)
        return fail(started.error());
    return paths.socket.string();
}

} // namespace firstlight
