#include "core/process.h"

#include "core/files.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

namespace firstlight {

namespace {

using Clock = std::chrono::steady_clock;
constexpr auto killAfter = std::chrono::milliseconds(500);

struct Pipe {
    FileDescriptor readEnd;
    FileDescriptor writeEnd;
};

Result<Pipe> makePipe()
{
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0)
        return fail(systemError("create", "pipe", errno));
    return Pipe{FileDescriptor(ends[0]), FileDescriptor(ends[1])};
}

/// Everything that execve needs, made before fork: only async-signal-safe calls are allowed after it.
struct ExecImage {
    std::string program;
    std::vector<std::string> strings;
    std::vector<char *> argv;
    std::vector<char *> envp;
};

ExecImage makeImage(const ProcessSpec &spec, const std::string &path)
{
    ExecImage image{.program = path, .strings = {}, .argv = {}, .envp = {}};
    std::map<std::string, std::string> environment = spec.environment;
    std::vector<std::string> entries;
    for (char **entry = environ; *entry; ++entry) {
        const std::string text = *entry;
        if (!environment.contains(text.substr(0, text.find('='))))
            entries.push_back(text);
    }
    for (const auto &[name, value] : environment)
        entries.push_back(name + "=" + value);
    image.strings.push_back(spec.program);
    image.strings.insert(image.strings.end(), spec.arguments.begin(), spec.arguments.end());
    const std::size_t argumentCount = image.strings.size();
    image.strings.insert(image.strings.end(), entries.begin(), entries.end());
    for (std::size_t index = 0; index < image.strings.size(); ++index)
        (index < argumentCount ? image.argv : image.envp).push_back(image.strings[index].data());
    image.argv.push_back(nullptr);
    image.envp.push_back(nullptr);
    return image;
}

[[noreturn]] void failChild(int errorPipe)
{
    const int number = errno;
    [[maybe_unused]] const auto written = ::write(errorPipe, &number, sizeof number);
    ::_exit(127);
}

/// Runs in the child between fork and exec. Signal dispositions and the mask go back to their defaults, since
/// a parent that ignores SIGPIPE or blocks SIGINT must not hand that on.
[[noreturn]] void becomeProgram(const ExecImage &image, const std::string &workingDirectory,
                                std::array<int, 3> streams, int errorPipe)
{
    for (int number = 1; number < NSIG; ++number)
        ::signal(number, SIG_DFL);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    for (int target = 0; target < 3; ++target) {
        if (::dup2(streams[static_cast<std::size_t>(target)], target) < 0)
            failChild(errorPipe);
    }
    if (!workingDirectory.empty() && ::chdir(workingDirectory.c_str()) != 0)
        failChild(errorPipe);
    ::execve(image.program.c_str(), image.argv.data(), image.envp.data());
    failChild(errorPipe);
}

Result<std::string> locate(const ProcessSpec &spec)
{
    if (auto path = findProgram(spec.program))
        return *path;
    return fail({.code = "program-missing", .facts = {{"program", spec.program}}});
}

/// Waits for the child to exec (the error pipe closes) or to report why it could not.
Result<void> confirmStart(const ProcessSpec &spec, FileDescriptor errorPipe)
{
    int number = 0;
    ssize_t count = 0;
    do {
        count = ::read(errorPipe.get(), &number, sizeof number);
    } while (count < 0 && errno == EINTR);
    if (count <= 0)
        return {};
    return fail({.code = "program-not-started",
                 .facts = {{"program", spec.program}},
                 .detail = std::strerror(number)});
}

/// One output pipe of a running child: collects text and cuts it into lines.
struct Drain {
    FileDescriptor fd;
    std::string text;
    std::size_t lineStart = 0;

    /// False at the end of the stream.
    bool readSome()
    {
        char buffer[65536];
        const ssize_t count = ::read(fd.get(), buffer, sizeof buffer);
        if (count < 0 && (errno == EINTR || errno == EAGAIN))
            return true;
        if (count <= 0) {
            fd.reset();
            return false;
        }
        text.append(buffer, static_cast<std::size_t>(count));
        return true;
    }

    void giveLines(const std::function<void(const std::string &)> &onLine, bool atEnd)
    {
        if (!onLine)
            return;
        for (auto end = text.find('\n', lineStart); end != std::string::npos;
             end = text.find('\n', lineStart)) {
            onLine(text.substr(lineStart, end - lineStart));
            lineStart = end + 1;
        }
        if (atEnd && lineStart < text.size()) {
            onLine(text.substr(lineStart));
            lineStart = text.size();
        }
    }
};

/// Ends a process group: SIGTERM, half a second of grace, SIGKILL. Reaps the leader and returns its status.
int endGroup(pid_t leader)
{
    ::kill(-leader, SIGTERM);
    int status = 0;
    for (const auto deadline = Clock::now() + killAfter; Clock::now() < deadline;) {
        if (::waitpid(leader, &status, WNOHANG) == leader) {
            ::kill(-leader, SIGKILL); // the leader is gone, its children may not be
            return status;
        }
        ::usleep(5000);
    }
    ::kill(-leader, SIGKILL);
    ::waitpid(leader, &status, 0);
    return status;
}

struct Running {
    pid_t pid = -1;
    FileDescriptor exited; ///< pidfd: readable when the child has ended
    FileDescriptor input;
    Drain output;
    Drain errorOutput;
};

Result<Running> start(const ProcessSpec &spec)
{
    auto path = locate(spec);
    if (!path)
        return fail(path.error());
    auto in = makePipe();
    auto out = makePipe();
    auto err = makePipe();
    auto report = makePipe();
    if (!in || !out || !err || !report)
        return fail(systemError("create", "pipe", EMFILE));
    const ExecImage image = makeImage(spec, *path);
    const pid_t parent = ::getpid();
    const pid_t pid = ::fork();
    if (pid < 0)
        return fail({.code = "program-not-started",
                     .facts = {{"program", spec.program}},
                     .detail = std::strerror(errno)});
    if (pid == 0) {
        ::setpgid(0, 0);
        ::prctl(PR_SET_PDEATHSIG, SIGTERM);
        if (::getppid() != parent)
            ::_exit(127);
        becomeProgram(image, spec.workingDirectory,
                      {in->readEnd.get(), out->writeEnd.get(), err->writeEnd.get()}, report->writeEnd.get());
    }
    ::setpgid(pid, pid);
    report->writeEnd.reset();
    if (auto started = confirmStart(spec, std::move(report->readEnd)); !started) {
        ::waitpid(pid, nullptr, 0);
        return fail(started.error());
    }
    Running running;
    running.pid = pid;
    running.exited = FileDescriptor(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    if (!spec.input.empty()) {
        running.input = std::move(in->writeEnd);
        ::fcntl(running.input.get(), F_SETFL, O_NONBLOCK);
    }
    running.output.fd = std::move(out->readEnd);
    running.errorOutput.fd = std::move(err->readEnd);
    return running;
}

/// Feeds standard input; closes it when all is written or the child does not read any more.
void feed(FileDescriptor &fd, const std::string &input, std::size_t &offset)
{
    const ssize_t count = ::write(fd.get(), input.data() + offset, input.size() - offset);
    if (count > 0)
        offset += static_cast<std::size_t>(count);
    const bool broken = count < 0 && errno != EAGAIN && errno != EINTR;
    if (broken || offset == input.size())
        fd.reset();
}

/// SIGPIPE would kill the launcher when a child closes its standard input early; it is blocked for this
/// thread only.
class SigpipeBlocked {
public:
    SigpipeBlocked()
    {
        sigset_t set;
        ::sigemptyset(&set);
        ::sigaddset(&set, SIGPIPE);
        ::pthread_sigmask(SIG_BLOCK, &set, &m_before);
    }
    ~SigpipeBlocked()
    {
        sigset_t set;
        ::sigemptyset(&set);
        ::sigaddset(&set, SIGPIPE);
        const timespec now{};
        while (::sigtimedwait(&set, nullptr, &now) == SIGPIPE) { }
        ::pthread_sigmask(SIG_SETMASK, &m_before, nullptr);
    }
    SigpipeBlocked(const SigpipeBlocked &) = delete;
    SigpipeBlocked &operator=(const SigpipeBlocked &) = delete;

private:
    sigset_t m_before;
};

std::string tail(const std::string &text, std::size_t length)
{
    std::string end = text.size() > length ? text.substr(text.size() - length) : text;
    while (!end.empty() && (end.back() == '\n' || end.back() == ' '))
        end.pop_back();
    return end;
}

/// Attends to one child until it has ended and said everything, or must be ended.
class Attendance {
public:
    Attendance(const ProcessSpec &spec, Running child, std::stop_token stop)
        : m_spec(spec)
        , m_child(std::move(child))
        , m_stop(std::move(stop))
    {
    }

    Result<ProcessResult> run();

private:
    void exchange();
    void reap();
    /// The child has ended, and so has its output.
    bool isDone() const;
    std::optional<Error> reasonToEnd() const;

    const ProcessSpec &m_spec;
    Running m_child;
    std::stop_token m_stop;
    Clock::time_point m_began = Clock::now();
    std::size_t m_fed = 0;                    ///< bytes of the input
    std::optional<Clock::time_point> m_ended; ///< when the child ended; its status is reaped
    int m_status = 0;
};

/// Reads and writes what is ready. A stop token cannot be polled: 50 ms is short for a person and costs
/// nothing beside a child process.
void Attendance::exchange()
{
    std::array<pollfd, 4> polled{{{m_child.output.fd.get(), POLLIN, 0},
                                  {m_child.errorOutput.fd.get(), POLLIN, 0},
                                  {m_child.input.get(), POLLOUT, 0},
                                  {m_ended ? -1 : m_child.exited.get(), POLLIN, 0}}};
    ::poll(polled.data(), polled.size(), 50);
    if (m_child.output.fd.isOpen() && polled[0].revents != 0)
        m_child.output.giveLines(m_spec.onLine, !m_child.output.readSome());
    if (m_child.errorOutput.fd.isOpen() && polled[1].revents != 0)
        m_child.errorOutput.giveLines(m_spec.onLine, !m_child.errorOutput.readSome());
    if (m_child.input.isOpen() && polled[2].revents != 0)
        feed(m_child.input, m_spec.input, m_fed);
}

void Attendance::reap()
{
    if (!m_ended && ::waitpid(m_child.pid, &m_status, WNOHANG) == m_child.pid)
        m_ended = Clock::now();
}

bool Attendance::isDone() const
{
    const bool silent = !m_child.output.fd.isOpen() && !m_child.errorOutput.fd.isOpen();
    // A daemon that the child left behind keeps the pipes open for ever: what the child itself said is in.
    return m_ended && (silent || Clock::now() - *m_ended > killAfter);
}

std::optional<Error> Attendance::reasonToEnd() const
{
    const std::size_t most = m_spec.outputLimitBytes;
    if (m_child.output.text.size() > most || m_child.errorOutput.text.size() > most)
        return Error{.code = "process-output-limit", .facts = {{"program", m_spec.program}}};
    if (m_stop.stop_requested())
        return cancelled();
    if (!m_spec.timeLimit || Clock::now() - m_began <= *m_spec.timeLimit)
        return std::nullopt;
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(*m_spec.timeLimit).count();
    return Error{.code = "process-timeout",
                 .facts = {{"program", m_spec.program}, {"needed", std::to_string(seconds)}},
                 .detail = tail(m_child.errorOutput.text, 500)};
}

Result<ProcessResult> Attendance::run()
{
    while (!isDone()) {
        exchange();
        reap();
        if (auto reason = reasonToEnd()) {
            if (!m_ended)
                endGroup(m_child.pid);
            return fail(std::move(*reason));
        }
    }
    ProcessResult result;
    result.output = std::move(m_child.output.text);
    result.errorOutput = std::move(m_child.errorOutput.text);
    if (WIFEXITED(m_status))
        result.exitCode = WEXITSTATUS(m_status);
    else
        result.signal = WTERMSIG(m_status);
    return result;
}

} // namespace

Result<ProcessResult> runProcess(const ProcessSpec &spec, std::stop_token stop)
{
    const SigpipeBlocked sigpipe;
    auto child = start(spec);
    if (!child)
        return fail(child.error());
    return Attendance(spec, std::move(*child), std::move(stop)).run();
}

Result<ProcessResult> runChecked(const ProcessSpec &spec, std::stop_token stop)
{
    auto result = runProcess(spec, stop);
    if (!result || result->succeeded())
        return result;
    const std::string status
        = result->exitCode ? std::to_string(*result->exitCode) : "signal " + std::to_string(*result->signal);
    return fail({.code = "process-failed",
                 .facts = {{"program", spec.program}, {"found", status}},
                 .detail = tail(result->errorOutput.empty() ? result->output : result->errorOutput, 2000)});
}

Result<pid_t> startDetached(const ProcessSpec &spec, const std::string &logPath,
                            const std::vector<int> &inherited)
{
    auto path = locate(spec);
    if (!path)
        return fail(path.error());
    auto report = makePipe();
    if (!report)
        return fail(report.error());
    const std::string sink = logPath.empty() ? "/dev/null" : logPath;
    const FileDescriptor null(::open("/dev/null", O_RDWR | O_CLOEXEC));
    const FileDescriptor log(::open(sink.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
    if (!null.isOpen() || !log.isOpen())
        return fail(systemError("open", sink, errno));
    const ExecImage image = makeImage(spec, *path);
    auto ids = makePipe();
    if (!ids)
        return fail(ids.error());
    // Forked twice: the grandchild belongs to init, so it is never a zombie of a long-lived face.
    const pid_t middle = ::fork();
    if (middle < 0)
        return fail({.code = "program-not-started",
                     .facts = {{"program", spec.program}},
                     .detail = std::strerror(errno)});
    if (middle == 0) {
        ::setsid();
        const pid_t child = ::fork();
        if (child != 0) {
            [[maybe_unused]] const auto written = ::write(ids->writeEnd.get(), &child, sizeof child);
            ::_exit(child < 0 ? 127 : 0);
        }
        for (const int fd : inherited)
            ::fcntl(fd, F_SETFD, 0);
        becomeProgram(image, spec.workingDirectory, {null.get(), log.get(), log.get()},
                      report->writeEnd.get());
    }
    report->writeEnd.reset();
    ids->writeEnd.reset();
    pid_t child = -1;
    [[maybe_unused]] const auto count = ::read(ids->readEnd.get(), &child, sizeof child);
    ::waitpid(middle, nullptr, 0);
    if (auto started = confirmStart(spec, std::move(report->readEnd)); !started)
        return fail(started.error());
    return child;
}

std::optional<std::string> findProgram(const std::string &program)
{
    if (program.find('/') != std::string::npos)
        return ::access(program.c_str(), X_OK) == 0 ? std::optional(program) : std::nullopt;
    const char *path = std::getenv("PATH");
    std::string folders = path ? path : "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    for (std::size_t start = 0; start <= folders.size();) {
        const auto end = std::min(folders.find(':', start), folders.size());
        const std::string candidate = folders.substr(start, end - start) + "/" + program;
        if (candidate.front() == '/' && ::access(candidate.c_str(), X_OK) == 0)
            return candidate;
        start = end + 1;
    }
    return std::nullopt;
}

std::string ProcessSpec::commandLine() const
{
    std::string line;
    std::vector<std::string> words{program};
    words.insert(words.end(), arguments.begin(), arguments.end());
    for (const std::string &word : words) {
        const bool plain = !word.empty()
                           && word.find_first_not_of(
                                  "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-")
                                  == std::string::npos;
        std::string quoted = "'";
        for (const char letter : word)
            quoted += letter == '\'' ? std::string("'\\''") : std::string(1, letter);
        line += (line.empty() ? "" : " ") + (plain ? word : quoted + "'");
    }
    return line;
}

} // namespace firstlight
