#include "runners/podman/forwarder.h"

#include "runners/podman/demo_folder.h"
#include "runners/podman/loopback_port.h"
#include "sockets.h"

#include <QDeadlineTimer>
#include <QTest>

#include <csignal>
#include <functional>
#include <future>
#include <random>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <vector>

using namespace firstlight;
using namespace firstlight::sockets;
namespace fs = std::filesystem;

/// The forwarder as the product starts it, a process of its own (this program with `forward`), between real
/// clients and a demo that is played by the test.
class TestForwarder : public QObject {
    Q_OBJECT

private slots:
    void argumentsComeBack();
    void argumentsThatAreRefused_data();
    void argumentsThatAreRefused();
    void bytesGoBothWays();
    void theClientMayEndFirst();
    void theDemoMayEndFirst();
    void tenMegabytesBothWaysAtOnce();
    void manyConnectionsAtOnce();
    void clientsWaitForTheirTurnInAFullQueue();
    void moreClientsThanDescriptors();
    void waitingClientsLeaveRoomForTheOneWhoseTurnItIs();
    void clientsAreTurnedAwayUntilTheDemoListens();
    void onlyASocketIsASocket_data();
    void onlyASocketIsASocket();
    void aLinkInPlaceOfTheFolderIsRefused();
    void aLongPathIsNoObstacle();
    void slowReaderHoldsUpOnlyItself();
    void connectionThatOneSideLeftCostsNoTime();
    void endsWithTheContainer();
    void lastWordsOfTheDemoArrive();
    void lastWordsOfManyArrive();
    void containerThatEndedBefore();
    void onlyOneForwarderServesAFolder();
    void killedForwarderFreesItsFolder();
};

namespace {

/// A child process, ended at the latest with this object.
class Child {
public:
    explicit Child(pid_t process)
        : m_process(process)
    {
    }
    Child(Child &&other) noexcept
        : m_process(std::exchange(other.m_process, -1))
    {
    }
    ~Child() { end(); }

    pid_t id() const { return m_process; }

    /// The exit code; -1 if a signal ended it, ours included when it does not end by itself.
    int wait()
    {
        int status = 0;
        const QDeadlineTimer patience(patienceSeconds * 1000);
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

Child startContainer()
{
    const pid_t process = ::fork();
    if (process == 0) {
        while (true)
            ::pause();
    }
    return Child(process);
}

Child startForwarder(const ForwarderOptions &options, rlim_t descriptors = 0)
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
        const rlimit limit{descriptors, descriptors};
        if (descriptors > 0)
            ::setrlimit(RLIMIT_NOFILE, &limit);
        ::fcntl(options.listener, F_SETFD, 0);
        ::execv(arguments[0], arguments.data());
        ::_exit(126);
    }
    return Child(process);
}

/// One launch: container, folder, listening port and forwarder.
struct Launch {
    explicit Launch(rlim_t descriptors = 0, const std::string &folderName = "run")
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
            process = std::make_unique<Child>(startForwarder(options, descriptors));
            return number;
        }())
    {
    }

    fs::path socket() const { return folder / "socket/demo.sock"; }
    FileDescriptor client() const { return connectTo(port); }

    TemporaryDirectory temporary;
    Directories directories;
    fs::path folder;
    ForwarderOptions options;
    Child container;
    std::unique_ptr<Child> process; ///< the forwarder
    int port;
};

/// Bytes that no shifted or doubled piece would look like.
std::string randomBytes(std::size_t count, unsigned seed)
{
    std::mt19937_64 random(seed);
    std::string bytes(count, '\0');
    for (char &byte : bytes)
        byte = static_cast<char>(random());
    return bytes;
}

constexpr std::size_t tenMegabytes = 10u << 20;

/// Processor time that \a process has used, in clock ticks.
long ticksOf(pid_t process)
{
    const std::string text = *readFile("/proc/" + std::to_string(process) + "/stat");
    const QStringList fields = QString::fromStdString(text.substr(text.rfind(')') + 2)).split(' ');
    return fields[11].toLong() + fields[12].toLong();
}

} // namespace

void TestForwarder::argumentsComeBack()
{
    const ForwarderOptions options{.listener = 7,
                                   .demoFolder = "/run/a b/--folder",
                                   .socketName = "demo.sock",
                                   .containerProcess = 4711};
    const auto parsed = parseForwarderArguments(forwarderArguments(options));
    QVERIFY(parsed);
    QVERIFY(*parsed == options);
}

void TestForwarder::argumentsThatAreRefused_data()
{
    QTest::addColumn<QStringList>("words");
    QTest::addColumn<QString>("found");
    const QStringList good{"--listener", "7",         "--folder",  "/run/x",
                           "--socket",   "demo.sock", "--process", "4711"};
    const auto with = [&](qsizetype index, const QString &value) {
        QStringList words = good;
        words[index] = value;
        return words;
    };
    QTest::newRow("none") << QStringList{} << "";
    QTest::newRow("no value") << good.first(7) << "--process";
    QTest::newRow("unknown") << with(0, "--port") << "--port 7";
    QTest::newRow("no number") << with(1, "seven") << "--listener seven";
    QTest::newRow("not only a number") << with(1, "7x") << "--listener 7x";
    QTest::newRow("a number that does not fit") << with(7, "99999999999") << "--process 99999999999";
    QTest::newRow("no descriptor") << with(1, "-1") << "";
    QTest::newRow("process 0") << with(7, "0") << "";
    QTest::newRow("relative folder") << with(3, "run/x") << "";
    QTest::newRow("no folder") << good.mid(0, 2) + good.mid(4) << "";
    QTest::newRow("socket elsewhere") << with(5, "../../etc/x.sock") << "";
    QTest::newRow("socket is the folder") << with(5, ".") << "";
    QTest::newRow("socket is the parent") << with(5, "..") << "";
    QTest::newRow("no socket") << with(5, "") << "";
}

void TestForwarder::argumentsThatAreRefused()
{
    QFETCH(QStringList, words);
    QFETCH(QString, found);
    std::vector<std::string> arguments;
    for (const QString &word : words)
        arguments.push_back(word.toStdString());
    const auto parsed = parseForwarderArguments(arguments);
    QVERIFY(!parsed);
    QVERIFY(parsed.error()
            == (Error{.code = "forwarder-arguments",
                      .facts = {{"found", found.toStdString()}},
                      .kind = ErrorKind::BadInput}));
}

void TestForwarder::bytesGoBothWays()
{
    Launch launch;
    const FileDescriptor demo = listenAt(launch.socket());
    const FileDescriptor client = launch.client();
    QVERIFY(sendAll(client, "GET / HTTP/1.1\r\n\r\n"));
    const FileDescriptor served = acceptFrom(demo);
    QCOMPARE(receive(served, 18), std::string("GET / HTTP/1.1\r\n\r\n"));
    // Answers come piece by piece while the connection stays, as a chat's words do.
    for (const std::string &word : std::vector<std::string>{"one", "two", "three", std::string("\0\xff\r\n", 4)}) {
        QVERIFY(sendAll(served, word));
        QCOMPARE(receive(client, word.size()), word);
    }
    QVERIFY(sendAll(client, "again"));
    QCOMPARE(receive(served, 5), std::string("again"));
}

void TestForwarder::theClientMayEndFirst()
{
    Launch launch;
    const FileDescriptor demo = listenAt(launch.socket());
    const FileDescriptor client = launch.client();
    QVERIFY(sendAll(client, "question"));
    ::shutdown(client.get(), SHUT_WR);
    const FileDescriptor served = acceptFrom(demo);
    QCOMPARE(receiveAll(served), std::optional<std::string>("question"));
    QVERIFY(sendAll(served, "answer"));
    QCOMPARE(receive(client, 6), std::string("answer"));
    QVERIFY(sendAll(served, ", and more"));
    ::shutdown(served.get(), SHUT_WR);
    QCOMPARE(receiveAll(client), std::optional<std::string>(", and more"));
}

void TestForwarder::theDemoMayEndFirst()
{
    Launch launch;
    const FileDescriptor demo = listenAt(launch.socket());
    const FileDescriptor client = launch.client();
    const FileDescriptor served = acceptFrom(demo);
    QVERIFY(sendAll(served, "greeting"));
    ::shutdown(served.get(), SHUT_WR);
    QCOMPARE(receiveAll(client), std::optional<std::string>("greeting"));
    QVERIFY(sendAll(client, "still "));
    QCOMPARE(receive(served, 6), std::string("still "));
    QVERIFY(sendAll(client, "here"));
    ::shutdown(client.get(), SHUT_WR);
    QCOMPARE(receiveAll(served), std::optional<std::string>("here"));
}

void TestForwarder::tenMegabytesBothWaysAtOnce()
{
    Launch launch;
    const FileDescriptor demo = listenAt(launch.socket());
    const FileDescriptor client = launch.client();
    const FileDescriptor served = acceptFrom(demo);
    const std::string up = randomBytes(tenMegabytes, 1);
    const std::string down = randomBytes(tenMegabytes, 2);
    const auto sender = [](const FileDescriptor &socket, const std::string &bytes) {
        return std::async(std::launch::async, [&] {
            const bool sent = sendAll(socket, bytes);
            ::shutdown(socket.get(), SHUT_WR);
            return sent;
        });
    };
    auto upwards = sender(client, up);
    auto downwards = sender(served, down);
    auto arrived = std::async(std::launch::async, [&] { return receiveAll(served); });
    QVERIFY(receiveAll(client) == down);
    QVERIFY(arrived.get() == up);
    QVERIFY(upwards.get());
    QVERIFY(downwards.get());
}

void TestForwarder::manyConnectionsAtOnce()
{
    Launch launch;
    const FileDescriptor demo = listenAt(launch.socket());
    constexpr std::size_t count = 200;
    std::vector<FileDescriptor> clients;
    std::vector<FileDescriptor> served;
    for (std::size_t number = 0; number < count; ++number) {
        clients.push_back(launch.client());
        QVERIFY(sendAll(clients.back(), QByteArray::number(qulonglong(1000 + number)).toStdString()));
    }
    // All are open before the first is answered, and the last is answered first.
    std::map<std::string, const FileDescriptor *> byQuestion;
    for (std::size_t number = 0; number < count; ++number)
        served.push_back(acceptFrom(demo));
    for (const FileDescriptor &each : served)
        byQuestion[receive(each, 4)] = &each;
    QCOMPARE(byQuestion.size(), count);
    for (auto entry = byQuestion.rbegin(); entry != byQuestion.rend(); ++entry)
        QVERIFY(sendAll(*entry->second, "answer to " + entry->first));
    for (std::size_t number = 0; number < count; ++number)
        QCOMPARE(receive(clients[number], 14), "answer to " + std::to_string(1000 + number));
}

void TestForwarder::clientsWaitForTheirTurnInAFullQueue()
{
    Launch launch;
    const FileDescriptor demo = listenAt(launch.socket(), 0);
    constexpr int count = 20;
    std::vector<FileDescriptor> clients;
    for (int number = 0; number < count; ++number) {
        clients.push_back(launch.client());
        QVERIFY(sendAll(clients.back(), "?"));
    }
    for (int number = 0; number < count; ++number) {
        const FileDescriptor served = acceptFrom(demo);
        QCOMPARE(receive(served, 1), std::string("?"));
        QVERIFY(sendAll(served, "!"));
    }
    for (const FileDescriptor &client : clients)
        QCOMPARE(receiveAll(client), std::optional<std::string>("!"));
}

void TestForwarder::moreClientsThanDescriptors()
{
    Launch launch(32);
    FileDescriptor demo = listenAt(launch.socket());
    std::vector<FileDescriptor> clients;
    for (int number = 0; number < 100; ++number) {
        clients.push_back(launch.client());
        QVERIFY(sendAll(clients.back(), "?"));
    }
    // Those that have no place yet are neither turned away nor waited for in a busy loop.
    QTest::qSleep(200);
    const long before = ticksOf(launch.process->id());
    QTest::qSleep(500);
    QVERIFY(ticksOf(launch.process->id()) - before < 20);
    for (FileDescriptor &client : clients) {
        const FileDescriptor served = acceptFrom(demo);
        QVERIFY2(served.isOpen(), "a client was never served");
        QCOMPARE(receive(served, 1), std::string("?"));
        QVERIFY(sendAll(served, "!"));
        QCOMPARE(receive(client, 1), std::string("!"));
        client.reset();
    }
}

void TestForwarder::waitingClientsLeaveRoomForTheOneWhoseTurnItIs()
{
    Launch launch(32);
    const FileDescriptor demo = listenAt(launch.socket(), 0);
    std::vector<FileDescriptor> clients;
    for (int number = 0; number < 100; ++number) {
        clients.push_back(launch.client());
        QVERIFY(sendAll(clients.back(), "?"));
    }
    QTest::qSleep(200); // the demo is busy
    for (FileDescriptor &client : clients) {
        const FileDescriptor served = acceptFrom(demo);
        QVERIFY2(served.isOpen(), "a client was never served");
        QCOMPARE(receive(served, 1), std::string("?"));
        QVERIFY(sendAll(served, "!"));
        QCOMPARE(receive(client, 1), std::string("!"));
        client.reset();
    }
}

void TestForwarder::clientsAreTurnedAwayUntilTheDemoListens()
{
    Launch launch;
    QVERIFY(turnedAway(launch.client()));
    {
        const FileDescriptor notYet = listenAt(launch.socket(), -1);
        QVERIFY(notYet.isOpen());
        QVERIFY(turnedAway(launch.client()));
        QVERIFY(::listen(notYet.get(), 8) == 0);
        const FileDescriptor client = launch.client();
        const FileDescriptor served = acceptFrom(notYet);
        QVERIFY(sendAll(served, "ready"));
        QCOMPARE(receive(client, 5), std::string("ready"));
    }
    // A demo that starts its server anew.
    QVERIFY(turnedAway(launch.client()));
    fs::remove(launch.socket());
    const FileDescriptor demo = listenAt(launch.socket());
    const FileDescriptor client = launch.client();
    const FileDescriptor served = acceptFrom(demo);
    QVERIFY(sendAll(served, "again"));
    QCOMPARE(receive(client, 5), std::string("again"));
}

void TestForwarder::onlyASocketIsASocket_data()
{
    QTest::addColumn<QString>("what");
    for (const char *what : {"link to a socket of the host", "link to a socket beside it", "link to nothing",
                             "file", "folder", "pipe", "character device"})
        QTest::newRow(what) << what;
}

void TestForwarder::onlyASocketIsASocket()
{
    QFETCH(QString, what);
    Launch launch;
    const bool beside = what == "link to a socket beside it";
    const fs::path target
        = beside ? launch.folder / "socket/other.sock" : launch.temporary.path() / "host.sock";
    const FileDescriptor other = listenAt(target);
    QVERIFY(other.isOpen());
    if (what == "link to nothing")
        fs::create_symlink("gone", launch.socket());
    else if (what.startsWith("link"))
        fs::create_symlink(beside ? fs::path("other.sock") : target, launch.socket());
    else if (what == "file")
        QVERIFY(writeFileAtomically(launch.socket(), "no socket"));
    else if (what == "folder")
        fs::create_directory(launch.socket());
    else if (what == "pipe")
        QVERIFY(::mkfifo(launch.socket().c_str(), 0666) == 0);
    else if (::mknod(launch.socket().c_str(), S_IFCHR | 0666, makedev(1, 3)) != 0)
        QSKIP("only root may make a device node");
    QVERIFY(turnedAway(launch.client()));
    QVERIFY(!somebodyWaits(other));
    // The forwarder lives on, and takes what is a socket.
    fs::remove_all(launch.socket());
    const FileDescriptor demo = listenAt(launch.socket());
    const FileDescriptor client = launch.client();
    const FileDescriptor served = acceptFrom(demo);
    QVERIFY(sendAll(served, "well"));
    QCOMPARE(receive(client, 4), std::string("well"));
}

void TestForwarder::aLinkInPlaceOfTheFolderIsRefused()
{
    Launch launch;
    const FileDescriptor first = listenAt(launch.socket());
    const FileDescriptor client = launch.client(); // the forwarder has begun
    const FileDescriptor served = acceptFrom(first);
    QVERIFY(served.isOpen());
    const fs::path elsewhere = launch.temporary.path() / "elsewhere";
    fs::create_directory(elsewhere);
    const FileDescriptor other = listenAt(elsewhere / "demo.sock");
    // It keeps to the folder that it began with.
    fs::rename(launch.folder / "socket", launch.folder / "moved");
    fs::create_directory_symlink(elsewhere, launch.folder / "socket");
    const FileDescriptor second = launch.client();
    QVERIFY(acceptFrom(first).isOpen());
    QVERIFY(!somebodyWaits(other));
    // A new one does not begin with a link at all.
    launch.process->end();
    auto listener = listenOnLoopback(0);
    launch.options.listener = listener->socket.get();
    QCOMPARE(startForwarder(launch.options).wait(), 1);
    QVERIFY(fs::exists(elsewhere / "demo.sock"));
}

void TestForwarder::aLongPathIsNoObstacle()
{
    Launch launch(0, std::string(120, 'x'));
    QVERIFY(launch.socket().string().size() > sizeof(sockaddr_un::sun_path));
    const FileDescriptor place(::open((launch.folder / "socket").c_str(), O_PATH | O_CLOEXEC));
    const FileDescriptor demo = listenAt("/proc/" + std::to_string(::getpid()) + "/fd/"
                                         + std::to_string(place.get()) + "/demo.sock");
    QVERIFY(demo.isOpen());
    const FileDescriptor client = launch.client();
    const FileDescriptor served = acceptFrom(demo);
    QVERIFY(sendAll(served, "well"));
    QCOMPARE(receive(client, 4), std::string("well"));
}

void TestForwarder::slowReaderHoldsUpOnlyItself()
{
    Launch launch;
    const FileDescriptor demo = listenAt(launch.socket());
    const FileDescriptor slow = launch.client();
    const FileDescriptor slowServed = acceptFrom(demo);
    const std::string bytes = randomBytes(tenMegabytes, 3);
    auto sent = std::async(std::launch::async, [&] {
        const bool all = sendAll(slowServed, bytes);
        ::shutdown(slowServed.get(), SHUT_WR);
        return all;
    });
    // The pipe of the slow one fills up meanwhile.
    for (int number = 0; number < 50; ++number) {
        const FileDescriptor quick = launch.client();
        const FileDescriptor served = acceptFrom(demo);
        QVERIFY(sendAll(quick, "?"));
        QCOMPARE(receive(served, 1), std::string("?"));
        QVERIFY(sendAll(served, "!"));
        QCOMPARE(receive(quick, 1), std::string("!"));
    }
    // Nor is the other direction of the same connection held up.
    QVERIFY(sendAll(slow, "stop?"));
    QCOMPARE(receive(slowServed, 5), std::string("stop?"));
    QVERIFY2(sent.wait_for(std::chrono::seconds(0)) != std::future_status::ready,
             "nothing was held up at all");
    QVERIFY(receiveAll(slow) == bytes);
    QVERIFY(sent.get());
}

void TestForwarder::connectionThatOneSideLeftCostsNoTime()
{
    Launch launch;
    const FileDescriptor demo = listenAt(launch.socket());
    // The demo hangs up, the client stays; the client hangs up, the demo stays; the demo hangs up behind
    // bytes that nobody takes; nobody does anything.
    const FileDescriptor first = launch.client();
    acceptFrom(demo);
    FileDescriptor second = launch.client();
    const FileDescriptor secondServed = acceptFrom(demo);
    ::shutdown(second.get(), SHUT_WR);
    const FileDescriptor third = launch.client();
    {
        const FileDescriptor served = acceptFrom(demo);
        ::fcntl(served.get(), F_SETFL, O_NONBLOCK);
        const std::string bytes = randomBytes(65536, 4);
        for (int full = 0; full < 20;) {
            if (::send(served.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) > 0)
                full = 0;
            else if (++full < 20)
                QTest::qSleep(10);
        }
    }
    const FileDescriptor fourth = launch.client();
    const FileDescriptor fourthServed = acceptFrom(demo);
    QVERIFY(turnedAway(first));
    QTest::qSleep(200);
    const long before = ticksOf(launch.process->id());
    QTest::qSleep(1000);
    const long used = ticksOf(launch.process->id()) - before;
    QVERIFY2(used < 20, (std::to_string(used) + " ticks in one second of nothing").c_str());
}

void TestForwarder::endsWithTheContainer()
{
    Launch launch;
    const FileDescriptor demo = listenAt(launch.socket());
    const FileDescriptor client = launch.client();
    const FileDescriptor served = acceptFrom(demo);
    QVERIFY(served.isOpen());
    QVERIFY(forwarderLives(launch.folder));
    launch.container.endWithoutWaiting();
    QCOMPARE(launch.process->wait(), 0);
    QVERIFY(!fs::exists(launch.folder));
    QVERIFY(!forwarderLives(launch.folder));
    QVERIFY(!loopbackPortAnswers(launch.port));
    QVERIFY(turnedAway(client));
    QVERIFY(turnedAway(served));
    // What lies beside it belongs to other launches.
    QVERIFY(fs::exists(launch.folder.parent_path()));
}

void TestForwarder::lastWordsOfTheDemoArrive()
{
    Launch launch;
    const FileDescriptor demo = listenAt(launch.socket());
    const FileDescriptor client = launch.client();
    const std::string words = randomBytes(100000, 5);
    {
        const FileDescriptor served = acceptFrom(demo);
        QVERIFY(sendAll(served, words));
        launch.container.endWithoutWaiting();
    }
    QCOMPARE(launch.process->wait(), 0);
    QVERIFY(receiveAll(client) == words);
}

void TestForwarder::lastWordsOfManyArrive()
{
    Launch launch;
    const FileDescriptor demo = listenAt(launch.socket());
    std::vector<FileDescriptor> clients;
    std::vector<FileDescriptor> served;
    for (int number = 0; number < 150; ++number) {
        clients.push_back(launch.client());
        served.push_back(acceptFrom(demo));
        QVERIFY(sendAll(clients.back(), "?"));
        QCOMPARE(receive(served.back(), 1), std::string("?"));
    }
    // The forwarder hears of the end and of all the words at once, the end first.
    ::kill(launch.process->id(), SIGSTOP);
    const std::string status = "/proc/" + std::to_string(launch.process->id()) + "/status";
    QTRY_VERIFY(readFile(status)->find("State:\tT") != std::string::npos);
    launch.container.endWithoutWaiting();
    QTRY_VERIFY(readFile("/proc/" + std::to_string(launch.container.id()) + "/status")->find("State:\tZ")
                != std::string::npos);
    for (const FileDescriptor &each : served)
        QVERIFY(sendAll(each, "goodbye"));
    served.clear();
    ::kill(launch.process->id(), SIGCONT);
    QCOMPARE(launch.process->wait(), 0);
    for (const FileDescriptor &client : clients)
        QCOMPARE(receiveAll(client), std::optional<std::string>("goodbye"));
}

void TestForwarder::containerThatEndedBefore()
{
    Launch launch;
    launch.process->end();
    Child container = startContainer();
    launch.options.containerProcess = container.id();
    container.end();
    auto listener = listenOnLoopback(0);
    launch.options.listener = listener->socket.get();
    QCOMPARE(startForwarder(launch.options).wait(), 0);
    QVERIFY(!fs::exists(launch.folder));
}

void TestForwarder::onlyOneForwarderServesAFolder()
{
    Launch launch;
    const FileDescriptor demo = listenAt(launch.socket());
    const FileDescriptor client = launch.client();
    const FileDescriptor served = acceptFrom(demo);
    QVERIFY(served.isOpen());
    auto listener = listenOnLoopback(0);
    ForwarderOptions second = launch.options;
    second.listener = listener->socket.get();
    QCOMPARE(startForwarder(second).wait(), 1);
    // The first is not disturbed.
    QVERIFY(fs::exists(launch.folder));
    QVERIFY(forwarderLives(launch.folder));
    QVERIFY(sendAll(served, "well"));
    QCOMPARE(receive(client, 4), std::string("well"));
}

void TestForwarder::killedForwarderFreesItsFolder()
{
    Launch launch;
    const FileDescriptor demo = listenAt(launch.socket());
    const FileDescriptor client = launch.client();
    QVERIFY(acceptFrom(demo).isOpen());
    removeStaleFolders(launch.directories, "chat", {});
    QVERIFY(fs::exists(launch.folder));
    launch.process->end();
    QVERIFY(!forwarderLives(launch.folder));
    QVERIFY(turnedAway(client));
    removeStaleFolders(launch.directories, "chat", {launch.folder});
    QVERIFY(fs::exists(launch.folder));
    removeStaleFolders(launch.directories, "chat", {});
    QVERIFY(!fs::exists(launch.folder));
}

int main(int count, char **arguments)
{
    if (count > 1 && std::string_view(arguments[1]) == "forward") {
        const auto options = parseForwarderArguments({arguments + 2, arguments + count});
        return options ? runForwarder(*options) : 2;
    }
    TestForwarder test;
    return QTest::qExec(&test, count, arguments);
}

#include "tst_forwarder.moc"
