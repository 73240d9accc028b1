#pragma once

#include "runners/podman/demo_folder.h"
#include "runners/podman/forwarder.h"
#include "runners/podman/loopback_port.h"
#include "sockets.h"

#include <QDeadlineTimer>
#include <QTest>

#include <csignal>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <utility>
#include <vector>

/// The forwarder as the product starts it, a process of its own: the test program itself with `forward`.
namespace firstlight {

namespace fs = std::filesystem;

/// A child process, ended at the latest with this object.
class ChildProcess {
public:
    explicit ChildProcess(pid_t process)
        : m_process(process)
    {
    }
    ChildProcess(ChildProcess &&other) noexcept
        : m_process(std::exchange(other.m_process, -1))
    {
    }
    ~ChildProcess() { end(); }

    pid_t id() const { return m_process; }

    /// The exit code; -1 if a signal ended it, ours included when it does not end by itself.
    int wait()
    {
        int status = 0;
        const QDeadlineTimer patience(sockets::patienceSeconds * 1000);
        while (::waitpid(m_process, &status, WNOHANG) == 0) {
            if (patience.hasExpired())
                ::kill(m_process, SIGKILL);
            QTest::qSleep(2);
        }
        m_process = -1;
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }

    void end()
    {
        if (m_process > 0) {
            ::kill(m_process, SIGKILL);
            wait();
        }
    }

    /// Ends it and leaves the zombie, as the engine's monitor might for a while.
    void endWithoutWaiting() const { ::kill(m_process, SIGKILL); }

private:
    pid_t m_process;
};

inline ChildProcess startContainer()
{
    const pid_t process = ::fork();
    if (process == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        while (true)
            ::pause();
    }
    return ChildProcess(process);
}

inline ChildProcess startForwarder(const ForwarderOptions &options, rlim_t descriptors = 0)
{
    std::vector<std::string> words{"/proc/self/exe", "forward"};
    for (const std::string &word : forwarderArguments(options))
        words.push_back(word);
    std::vector<char *> arguments;
    for (std::string &word : words)
        arguments.push_back(word.data());
    arguments.push_back(nullptr);
    const pid_t process = ::fork();
    if (process == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        const rlimit limit{descriptors, descriptors};
        if (descriptors > 0)
            ::setrlimit(RLIMIT_NOFILE, &limit);
        ::fcntl(options.listener, F_SETFD, 0);
        ::execv(arguments[0], arguments.data());
        ::_exit(126);
    }
    return ChildProcess(process);
}

/// One launch: container, folder, listening port and forwarder.
struct ForwardedLaunch {
    explicit ForwardedLaunch(rlim_t descriptors = 0, const std::string &folderName = "run")
        : temporary(TemporaryDirectory::make(fs::temp_directory_path(), "fl-forward-").value())
        , container(startContainer())
        , port([&] {
            directories.runtime = temporary.path() / folderName;
            folder = makeDemoFolder(directories, "chat", "").value();
            auto listener = listenOnLoopback(0).value();
            options = {.listener = listener.socket.get(),
                       .demoFolder = folder,
                       .socketName = "demo.sock",
                       .containerProcess = container.id()};
            const int number = listener.port;
            process = std::make_unique<ChildProcess>(startForwarder(options, descriptors));
            return number;
        }())
    {
    }

    fs::path socket() const { return folder / "socket/demo.sock"; }
    FileDescriptor client() const { return sockets::connectTo(port); }

    TemporaryDirectory temporary;
    Directories directories;
    fs::path folder;
    ForwarderOptions options;
    ChildProcess container;
    std::unique_ptr<ChildProcess> process; ///< the forwarder
    int port;
};

/// The whole of main(): the forwarder, or the test.
template <typename Test> int runTestOrForwarder(int count, char **arguments)
{
    if (count > 1 && std::string_view(arguments[1]) == "forward") {
        const auto options = parseForwarderArguments({arguments + 2, arguments + count});
        return options ? runForwarder(*options) : 2;
    }
    Test test;
    return QTest::qExec(&test, count, arguments);
}

} // namespace firstlight
