#pragma once

#include "core/files.h"
#include "core/process.h"
#include "runners/images/process_tree.h"
#include "runners/podman/host_setup.h"
#include "runners/podman/libpod.h"

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <sys/mount.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace firstlight {

/// Ends a podman service and waits for it. Without root's rights podman starts itself once more in its user
/// namespace.
inline void endPodmanService(pid_t service, const std::string &podman)
{
    if (service <= 0)
        return;
    std::vector<int> processes = descendantsNamed(service, podman);
    processes.push_back(service);
    for (const int process : processes)
        ::kill(process, SIGTERM);
    for (const int process : processes) {
        while (processStartTime(process))
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
}

/// Makes the folders of a podman that is not used any more removable. \a run runs podman with the given
/// arguments.
template <typename Run>
void releasePodmanStore(const std::filesystem::path &store, const std::filesystem::path &temporary,
                        const Run &run)
{
    // The overlay driver mounts its folder onto itself.
    ::umount2((store / "overlay").c_str(), MNT_DETACH);
    if (::geteuid() == 0)
        return;
    static_cast<void>(run({"unshare", "rm", "-rf", store}));
    // Keeps the user namespace of a rootless podman.
    const int pause = std::atoi(readFile(temporary / "pause.pid").value_or("0").c_str());
    if (pause > 0)
        ::kill(pause, SIGKILL);
}

/// A podman service with a store of its own below a temporary folder; nothing of it is left afterwards.
class PrivatePodman {
public:
    /// The error's detail says what is missing.
    static Result<std::unique_ptr<PrivatePodman>> start()
    {
        auto folder = TemporaryDirectory::make(std::filesystem::temp_directory_path(), "fl-images-");
        if (!folder)
            return fail(folder.error());
        auto podman = std::unique_ptr<PrivatePodman>(new PrivatePodman(std::move(*folder)));
        if (auto started = podman->startService(); !started)
            return fail(started.error());
        return podman;
    }

    ~PrivatePodman()
    {
        endPodmanService(m_service, m_host.podman);
        releasePodmanStore(path() / "store", path() / "run/libpod",
                           [this](std::vector<std::string> arguments) { return run(std::move(arguments)); });
    }

    std::filesystem::path path() const { return m_folder.path(); }
    std::string socket() const { return path() / "podman.sock"; }
    const HostSetup &host() const { return m_host; }

    /// What `podman` with \a arguments prints.
    Result<std::string> run(std::vector<std::string> arguments) const
    {
        arguments.insert(arguments.begin(), "--remote=false");
        auto result = runChecked(
            {.program = m_host.podman, .arguments = std::move(arguments), .environment = m_host.environment});
        return result ? Result<std::string>(result->output) : fail(result.error());
    }

    std::string containers() const { return run({"ps", "--all", "--external", "--quiet"}).value_or("?"); }
    std::string images() const { return run({"images", "--all", "--quiet", "--no-trunc"}).value_or("?"); }

private:
    explicit PrivatePodman(TemporaryDirectory folder)
        : m_folder(std::move(folder))
    {
    }

    Result<void> startService()
    {
        const auto program = findProgram("podman");
        if (!program)
            return fail({.code = "podman-missing", .facts = {}, .detail = "podman is not installed"});
        m_host.podman = *program;
        const std::string root = path();
        m_host.environment["HOME"] = root;
        // runc also works with mixed cgroup versions; the limits are those that any root may set.
        const std::string runtime = findProgram("runc") ? "runtime = \"runc\"\n" : "";
        const std::string limits
            = ::geteuid() == 0
                  ? "[containers]\ndefault_ulimits = [\"nofile=1024:1024\", \"nproc=4096:4096\"]\n"
                  : "";
        const std::map<std::string, std::pair<std::string, std::string>> files{
            {"CONTAINERS_CONF",
             {"containers.conf", limits + "[engine]\n" + runtime + "tmp_dir = \"" + root
                                     + "/run/libpod\"\nvolume_path = \"" + root + "/volumes\"\n"}},
            {"CONTAINERS_STORAGE_CONF",
             {"storage.conf", "[storage]\ndriver = \"overlay\"\ngraphroot = \"" + root
                                  + "/store\"\nrunroot = \"" + root + "/run/storage\"\n"}},
            {"CONTAINERS_REGISTRIES_CONF", {"registries.conf", "unqualified-search-registries = []\n"}}};
        for (const auto &[variable, file] : files) {
            m_host.environment[variable] = path() / file.first;
            if (auto written = writeFileAtomically(path() / file.first, file.second); !written)
                return written;
        }
        ProcessSpec spec{.program = *program,
                         .arguments = {"system", "service", "--time=0", "unix://" + socket()},
                         .environment = m_host.environment};
        auto service = startDetached(spec, path() / "service.log");
        if (!service)
            return fail(service.error());
        m_service = *service;
        Libpod client(socket());
        for (int attempt = 0; attempt < 100 && !client.answers(); ++attempt)
            std::this_thread::sleep_for(std::chrono::milliseconds(100));
        if (client.answers())
            return {};
        return fail({.code = "podman-refused",
                     .facts = {},
                     .detail = readFile(path() / "service.log").value_or("the service does not answer")});
    }

    TemporaryDirectory m_folder;
    HostSetup m_host;
    pid_t m_service = 0;
};

} // namespace firstlight
