#include "runners/podman/forwarder.h"

#include "core/files.h"
#include "runners/podman/demo_folder.h"
#include "runners/podman/relay.h"

#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <map>
#include <memory>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <thread>
#include <unistd.h>

namespace firstlight {

namespace fs = std::filesystem;

namespace {

using Clock = std::chrono::steady_clock;

/// While a client waits for the demo's full queue, or descriptors have run out.
constexpr auto retryEvery = std::chrono::milliseconds(10);

int failed(const std::string &what)
{
    std::fprintf(stderr, "forward: %s: %s\n", what.c_str(), std::strerror(errno));
    return 1;
}

/// Connects to the demo's socket, errno on failure. The folder belongs to the demo, so what lies there is
/// looked at without following links before it is used: a link could lead to any socket of the host. Going
/// through descriptors also allows paths longer than sun_path.
FileDescriptor connectToDemo(int folder, const std::string &name)
{
    const FileDescriptor place(::openat(folder, name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
    struct stat info { };
    if (!place.isOpen() || ::fstat(place.get(), &info) != 0)
        return {};
    if (!S_ISSOCK(info.st_mode)) {
        errno = ENOTSOCK;
        return {};
    }
    FileDescriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d", place.get());
    const auto *general = static_cast<const sockaddr *>(static_cast<const void *>(&address));
    if (!socket.isOpen() || ::connect(socket.get(), general, sizeof address) != 0)
        return {};
    return socket;
}

/// Accepts and relays until the container ends.
class Forwarder {
public:
    Forwarder(int listener, FileDescriptor folder, std::string socketName, FileDescriptor containerEnd)
        : m_listener(listener)
        , m_folder(std::move(folder))
        , m_socketName(std::move(socketName))
        , m_containerEnd(std::move(containerEnd))
        , m_epoll(::epoll_create1(EPOLL_CLOEXEC))
    {
    }

    bool run();

private:
    void watch(int socket, void *what, std::uint32_t wanted, std::uint32_t &watched);
    void watch(Relay &relay);
    void listen(bool on) { watch(m_listener, &m_listener, on ? EPOLLIN : 0u, m_listening); }
    void acceptClients();
    bool join(FileDescriptor &client);
    void pause();
    void resume();
    void stepRelay(Relay *relay);
    void finish();

    int m_listener;
    FileDescriptor m_folder;
    std::string m_socketName;
    FileDescriptor m_containerEnd;
    FileDescriptor m_epoll;
    std::uint32_t m_listening = 0;
    std::map<Relay *, std::unique_ptr<Relay>> m_relays;
    /// The client whose turn in the demo's queue has not come. The others stay in the kernel's queue: here
    /// they could take the descriptors that the first one needs.
    FileDescriptor m_waiting;
    Clock::time_point m_paused;
};

void Forwarder::watch(int socket, void *what, std::uint32_t wanted, std::uint32_t &watched)
{
    if (wanted == watched)
        return;
    epoll_event event{.events = wanted, .data = {.ptr = what}};
    const int action = wanted == 0 ? EPOLL_CTL_DEL : watched == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
    ::epoll_ctl(m_epoll.get(), action, socket, &event);
    watched = wanted;
}

void Forwarder::watch(Relay &relay)
{
    for (const std::size_t side : {0u, 1u})
        watch(relay.socket(side), &relay, relay.wantedEvents(side), relay.watchedEvents[side]);
}

void Forwarder::stepRelay(Relay *relay)
{
    // It may have ended through the other of its sockets in this same round.
    const auto found = m_relays.find(relay);
    if (found == m_relays.end())
        return;
    if (relay->step()) {
        watch(*relay);
        return;
    }
    m_relays.erase(found);
    resume();
}

/// True when nothing more is to be done for \a client: it was joined, or the demo does not listen and it is
/// refused.
bool Forwarder::join(FileDescriptor &client)
{
    FileDescriptor demo = connectToDemo(m_folder.get(), m_socketName);
    if (!demo.isOpen()) {
        const bool later = errno == EAGAIN || errno == EMFILE || errno == ENFILE;
        if (!later)
            client.reset();
        return !later;
    }
    auto relay = std::make_unique<Relay>(std::move(client), std::move(demo));
    Relay *const address = relay.get();
    m_relays.emplace(address, std::move(relay));
    watch(*address);
    return true;
}

void Forwarder::acceptClients()
{
    while (!m_waiting.isOpen()) {
        FileDescriptor client(::accept4(m_listener, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
        if (!client.isOpen()) {
            if (errno == ECONNABORTED || errno == EINTR)
                continue;
            if (errno != EAGAIN && errno != EWOULDBLOCK)
                pause(); // descriptors have run out
            return;
        }
        const int on = 1;
        ::setsockopt(client.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        if (!join(client)) {
            m_waiting = std::move(client);
            pause();
        }
    }
}

/// No client is accepted until a connection ends or some time has passed.
void Forwarder::pause()
{
    listen(false);
    m_paused = Clock::now();
}

void Forwarder::resume()
{
    if (m_waiting.isOpen() && !join(m_waiting))
        pause();
    else
        listen(true);
}

/// What the demo said before it ended still goes to its clients.
void Forwarder::finish()
{
    for (auto &[address, relay] : m_relays)
        relay->step();
    m_relays.clear();
}

bool Forwarder::run()
{
    std::uint32_t watchingEnd = 0;
    watch(m_containerEnd.get(), &m_containerEnd, EPOLLIN, watchingEnd);
    listen(true);
    std::array<epoll_event, 64> events{};
    while (true) {
        const int timeout = m_listening == 0 ? int(retryEvery.count()) : -1;
        const int count = ::epoll_wait(m_epoll.get(), events.data(), int(events.size()), timeout);
        if (count < 0 && errno != EINTR)
            return false;
        bool ended = false;
        for (int index = 0; index < count; ++index) {
            void *what = events[std::size_t(index)].data.ptr;
            if (what == &m_containerEnd)
                ended = true;
            else if (what == &m_listener)
                acceptClients();
            else
                stepRelay(static_cast<Relay *>(what));
        }
        if (ended) {
            finish();
            return true;
        }
        if (m_listening == 0 && Clock::now() - m_paused >= retryEvery)
            resume();
    }
}

/// The lock may be held for an instant by somebody who looks whether we live.
Result<FileLock> takeLock(const fs::path &demoFolder)
{
    for (int attempt = 0;; ++attempt) {
        auto lock = FileLock::tryLock(forwarderLockPath(demoFolder));
        if (lock || lock.error().code != "file-locked" || attempt == 100)
            return lock;
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
}

void raiseDescriptorLimit()
{
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

void removeFolder(const fs::path &demoFolder)
{
    std::error_code ignored;
    fs::remove_all(demoFolder, ignored);
}

template <typename T> bool parseNumber(const std::string &text, T &number)
{
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
    return parsed.ec == std::errc() && parsed.ptr == text.data() + text.size();
}

} // namespace

std::vector<std::string> forwarderArguments(const ForwarderOptions &options)
{
    return {"--listener", std::to_string(options.listener),
            "--folder",   options.demoFolder.string(),
            "--socket",   options.socketName,
            "--process",  std::to_string(options.containerProcess)};
}

Result<ForwarderOptions> parseForwarderArguments(const std::vector<std::string> &arguments)
{
    ForwarderOptions options;
    const auto refuse = [](const std::string &found) {
        return fail(
            {.code = "forwarder-arguments", .facts = {{"found", found}}, .kind = ErrorKind::BadInput});
    };
    for (std::size_t index = 0; index < arguments.size(); index += 2) {
        const std::string &name = arguments[index];
        if (index + 1 == arguments.size())
            return refuse(name);
        const std::string &value = arguments[index + 1];
        bool understood = true;
        if (name == "--listener")
            understood = parseNumber(value, options.listener);
        else if (name == "--process")
            understood = parseNumber(value, options.containerProcess);
        else if (name == "--folder")
            options.demoFolder = value;
        else if (name == "--socket")
            options.socketName = value;
        else
            understood = false;
        if (!understood)
            return refuse(name + " " + value);
    }
    const bool plainName = !options.socketName.empty() && options.socketName.find('/') == std::string::npos
                           && options.socketName != "." && options.socketName != "..";
    if (options.listener < 0 || options.containerProcess <= 0 || !options.demoFolder.is_absolute()
        || !plainName)
        return refuse("");
    return options;
}

int runForwarder(const ForwarderOptions &options)
{
    ::signal(SIGPIPE, SIG_IGN);
    raiseDescriptorLimit();
    auto lock = takeLock(options.demoFolder);
    if (!lock)
        return failed("another forwarder serves " + options.demoFolder.string());
    FileDescriptor end(static_cast<int>(::syscall(SYS_pidfd_open, options.containerProcess, 0)));
    if (!end.isOpen() && errno == ESRCH) {
        removeFolder(options.demoFolder); // it ended before we began
        return 0;
    }
    if (!end.isOpen())
        return failed("cannot watch process " + std::to_string(options.containerProcess));
    const fs::path sockets = options.demoFolder / "socket";
    FileDescriptor folder(::open(sockets.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!folder.isOpen())
        return failed(sockets.string());
    ::fcntl(options.listener, F_SETFL, O_NONBLOCK);
    Forwarder forwarder(options.listener, std::move(folder), options.socketName, std::move(end));
    const bool well = forwarder.run();
    ::close(options.listener);
    removeFolder(options.demoFolder);
    return well ? 0 : failed("epoll");
}

} // namespace firstlight
