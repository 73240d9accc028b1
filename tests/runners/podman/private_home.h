#pragma once

#include "../private_podman.h"

#include "core/directories.h"
#include "hardware/probe.h"
#include "runners/podman/host_setup.h"
#include "runners/podman/service.h"

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace firstlight {

/// Directories as FIRSTLIGHT_HOME makes them, below a temporary folder, and podman as this computer needs it
/// there. Nothing of either is left afterwards.
class PrivateHome {
public:
    /// The error's code or detail says why podman cannot be used here.
    static Result<std::unique_ptr<PrivateHome>> make()
    {
        auto folder = TemporaryDirectory::make(std::filesystem::temp_directory_path(), "fl-home-");
        if (!folder)
            return fail(folder.error());
        auto home = std::unique_ptr<PrivateHome>(new PrivateHome(std::move(*folder)));
        const auto machine
            = probe({.root = "/", .storagePaths = {}, .cacheDirectory = {}, .trials = true});
        if (!machine)
            return fail(machine.error());
        auto setup = planHostSetup(*machine, home->m_directories, readUserEnvironment());
        if (!setup)
            return fail(setup.error());
        home->m_setup = std::move(*setup);
        return home;
    }

    ~PrivateHome()
    {
        // Without its configuration, which the first start of the service writes, podman would take the
        // user's own.
        const bool used = std::filesystem::exists(m_directories.home.value() / "containers");
        if (used)
            static_cast<void>(run({"rm", "--all", "--force", "--time", "0"}));
        endService();
        if (used)
            releasePodmanStore(
                path() / "containers/storage", m_directories.runtime / "tmp",
                [this](std::vector<std::string> arguments) { return run(std::move(arguments)); });
    }

    const std::filesystem::path &path() const { return m_folder.path(); }
    const Directories &directories() const { return m_directories; }
    const HostSetup &setup() const { return m_setup; }

    std::filesystem::path socket() const { return privateServiceSocket(m_directories); }

    /// Process of the service that was started last; 0 if there was none.
    pid_t service() const
    {
        return std::atoi(readFile(m_directories.runtime / "podman.pid").value_or("0").c_str());
    }

    /// Only a process that names our socket is ended.
    void endService() const
    {
        const auto commandLine = readFile("/proc/" + std::to_string(service()) + "/cmdline");
        if (commandLine && commandLine->find(socket().string()) != std::string::npos)
            endPodmanService(service(), m_setup.podman);
    }

    /// What `podman` with \a arguments prints.
    Result<std::string> run(std::vector<std::string> arguments) const
    {
        arguments.insert(arguments.begin(), "--remote=false");
        auto result = runChecked({.program = m_setup.podman,
                                  .arguments = std::move(arguments),
                                  .environment = m_setup.environment});
        return result ? Result<std::string>(result->output) : fail(result.error());
    }

private:
    explicit PrivateHome(TemporaryDirectory folder)
        : m_folder(std::move(folder))
    {
        m_directories = {.config = path() / "config",
                         .data = path() / "data",
                         .cache = path() / "cache",
                         .state = path() / "state",
                         .runtime = path() / "run",
                         .home = path()};
    }

    TemporaryDirectory m_folder;
    Directories m_directories;
    HostSetup m_setup;
};

} // namespace firstlight
