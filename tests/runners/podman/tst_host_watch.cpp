#include "runners/podman/device_groups.h"
#include "runners/podman/loopback_port.h"
#include "runners/podman/process_watch.h"
#include "runners/podman/readiness.h"
#include "sockets.h"

#include <QTest>

#include <csignal>
#include <future>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>

using namespace firstlight;
using namespace firstlight::sockets;
namespace fs = std::filesystem;

/// The small looks at the host that a launch takes: ports, processes, device nodes, answers.
class TestHostWatch : public QObject {
    Q_OBJECT

private slots:
    void listenerTakesTheWishedPort();
    void takenPortIsSaid();
    void portOfAnEndedConnectionIsFree();
    void freePortIsFree();
    void onlyThisComputerIsServed();
    void watchSeesTheEnd();
    void watchOfWhatIsNotThere_data();
    void watchOfWhatIsNotThere();
    void watchIsStoppedFromOutside();
    void watchEndsWhileTheProcessLives();
    void deviceGroupsAreUniqueAndNotRoots();
    void answersOfADemo_data();
    void answersOfADemo();
    void noAnswerAtAll();
};

namespace {

pid_t startSleeper()
{
    const pid_t process = ::fork();
    if (process == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        while (true)
            ::pause();
    }
    return process;
}

void end(pid_t process)
{
    ::kill(process, SIGKILL);
    ::waitpid(process, nullptr, 0);
}

/// Waits without end only if the watch never tells.
bool toldWithin(const std::stop_token &token, std::chrono::seconds limit)
{
    return QTest::qWaitFor([&] { return token.stop_requested(); }, int(limit.count()) * 1000);
}

} // namespace

void TestHostWatch::listenerTakesTheWishedPort()
{
    const int port = freeLoopbackPort().value();
    QVERIFY(!loopbackPortAnswers(port));
    {
        const auto listener = listenOnLoopback(port);
        QVERIFY(listener);
        QCOMPARE(listener->port, port);
        QVERIFY(loopbackPortAnswers(port));
        const auto any = listenOnLoopback(0);
        QVERIFY(any);
        QVERIFY(any->port > 0 && any->port != port);
    }
    QVERIFY(!loopbackPortAnswers(port));
}

void TestHostWatch::takenPortIsSaid()
{
    const auto first = listenOnLoopback(0);
    QVERIFY(first);
    const auto second = listenOnLoopback(first->port);
    QVERIFY(!second);
    QCOMPARE(second.error().code, std::string("port-taken"));
    QCOMPARE(second.error().facts, (Facts{{"port", std::to_string(first->port)}}));
    QCOMPARE(second.error().kind, ErrorKind::BadInput);
}

void TestHostWatch::portOfAnEndedConnectionIsFree()
{
    int port = 0;
    {
        const auto listener = listenOnLoopback(0);
        QVERIFY(listener);
        ::fcntl(listener->socket.get(), F_SETFL, 0);
        port = listener->port;
        const FileDescriptor client = connectTo(port);
        // The side that ends first keeps the address for a minute.
        QVERIFY(acceptFrom(listener->socket).isOpen());
        QVERIFY(turnedAway(client));
    }
    const auto again = listenOnLoopback(port);
    QVERIFY2(again, "a demo could not be started again on its port");
}

void TestHostWatch::freePortIsFree()
{
    for (int round = 0; round < 20; ++round) {
        const auto port = freeLoopbackPort();
        QVERIFY(port);
        QVERIFY(*port > 1023);
        QVERIFY(listenOnLoopback(*port));
    }
}

void TestHostWatch::onlyThisComputerIsServed()
{
    const auto listener = listenOnLoopback(0);
    sockaddr_in address{};
    socklen_t size = sizeof address;
    QVERIFY(
        ::getsockname(listener->socket.get(), static_cast<sockaddr *>(static_cast<void *>(&address)), &size)
        == 0);
    QCOMPARE(ntohl(address.sin_addr.s_addr), quint32(INADDR_LOOPBACK));
    QVERIFY(::fcntl(listener->socket.get(), F_GETFD) & FD_CLOEXEC);
}

void TestHostWatch::watchSeesTheEnd()
{
    const pid_t process = startSleeper();
    const ProcessWatch watch(process, {});
    QVERIFY(!watch.ended());
    watch.wait(std::chrono::milliseconds(30));
    QVERIFY(!watch.ended());
    QVERIFY(!watch.stopToken().stop_requested());
    ::kill(process, SIGKILL);
    // A zombie has ended, whoever is slow to collect it.
    const bool told = toldWithin(watch.stopToken(), std::chrono::seconds(30));
    const bool ended = watch.ended();
    ::waitpid(process, nullptr, 0);
    QVERIFY(told);
    QVERIFY(ended);
    QVERIFY(watch.ended());
    watch.wait(std::chrono::hours(1)); // returns, since there is nothing to wait for
}

void TestHostWatch::watchOfWhatIsNotThere_data()
{
    QTest::addColumn<int>("process");
    const pid_t gone = startSleeper();
    end(gone);
    QTest::newRow("ended and collected") << int(gone);
    QTest::newRow("none") << 0;
    QTest::newRow("a group") << -1;
}

void TestHostWatch::watchOfWhatIsNotThere()
{
    QFETCH(int, process);
    const ProcessWatch watch(process, {});
    QVERIFY(watch.ended());
    QVERIFY(toldWithin(watch.stopToken(), std::chrono::seconds(30)));
}

void TestHostWatch::watchIsStoppedFromOutside()
{
    const pid_t process = startSleeper();
    {
        std::stop_source outer;
        const ProcessWatch watch(process, outer.get_token());
        auto waiting = std::async(std::launch::async, [&] { watch.wait(std::chrono::hours(1)); });
        outer.request_stop();
        waiting.get();
        QVERIFY(watch.stopToken().stop_requested());
        QVERIFY(!watch.ended());
        const ProcessWatch late(process, outer.get_token());
        QVERIFY(late.stopToken().stop_requested());
        QVERIFY(!late.ended());
    }
    end(process);
}

void TestHostWatch::watchEndsWhileTheProcessLives()
{
    std::stop_token token;
    const pid_t process = startSleeper();
    {
        const ProcessWatch watch(process, {});
        token = watch.stopToken();
    }
    QVERIFY(!token.stop_requested());
    QVERIFY(::kill(process, 0) == 0);
    end(process);
}

void TestHostWatch::deviceGroupsAreUniqueAndNotRoots()
{
    QCOMPARE(deviceGroups({}), std::vector<unsigned>{});
    QCOMPARE(deviceGroups({"/dev/null", "nvidia.com/gpu=all", "/dev/gone", "null", "/etc/passwd"}),
             std::vector<unsigned>{});
    if (::geteuid() != 0)
        QSKIP("only root may make device nodes");
    const auto folder = TemporaryDirectory::make(fs::temp_directory_path(), "fl-devices-");
    const auto node = [&](const char *name, gid_t group, mode_t kind = S_IFCHR) {
        const fs::path path = folder->path() / name;
        return ::mknod(path.c_str(), kind | 0660, makedev(1, 3)) == 0 && ::chown(path.c_str(), 0, group) == 0;
    };
    if (!node("card0", 44))
        QSKIP("no device node may be made here");
    QVERIFY(node("renderD128", 105) && node("renderD129", 105) && node("control", 0)
            && node("disk", 6, S_IFBLK));
    QVERIFY(writeFileAtomically(folder->path() / "file", ""));
    QVERIFY(::chown((folder->path() / "file").c_str(), 0, 7) == 0);
    const std::string all = folder->path();
    QCOMPARE(deviceGroups({all}), (std::vector<unsigned>{44, 105}));
    QCOMPARE(deviceGroups({all + "/renderD129", all + "/renderD128", all + "/card0"}),
             (std::vector<unsigned>{44, 105}));
    QCOMPARE(deviceGroups({all + "/renderD128:/dev/dri/renderD128:rw"}), std::vector<unsigned>{105});
    QCOMPARE(deviceGroups({all + "/disk", all + "/file", all + "/control"}), std::vector<unsigned>{});
}

void TestHostWatch::answersOfADemo_data()
{
    QTest::addColumn<QByteArray>("answer"); // empty: the connection is closed without a word
    QTest::addColumn<bool>("ready");
    QTest::addColumn<int>("status"); // 0: none
    const auto row = [](const char *name, const QByteArray &answer, bool ready, int status) {
        QTest::newRow(name) << answer << ready << status;
    };
    row("well", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", true, 200);
    row("well without words", "HTTP/1.1 204 No Content\r\n\r\n", true, 204);
    row("still loading", "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n", false, 503);
    row("elsewhere", "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
        false, 302);
    row("not there", "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", false, 404);
    row("cut off", "", false, 0);
    row("cut off within the answer", "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nok", false, 0);
    row("no HTTP at all", "220 smtp.example.org ESMTP\r\n", false, 0);
}

void TestHostWatch::answersOfADemo()
{
    QFETCH(QByteArray, answer);
    QFETCH(bool, ready);
    QFETCH(int, status);
    const auto listener = listenOnLoopback(0);
    ::fcntl(listener->socket.get(), F_SETFL, 0);
    limitWaiting(listener->socket.get());
    auto asked = std::async(std::launch::async, [&] {
        const FileDescriptor served = acceptFrom(listener->socket);
        std::string request;
        while (request.find("\r\n\r\n") == std::string::npos) {
            const std::string byte = receive(served, 1);
            if (byte.empty())
                break;
            request += byte;
        }
        sendAll(served, answer.toStdString());
        return request;
    });
    const ReadinessAnswer told = askWhetherReady(listener->port, "health?full=1", std::chrono::seconds(30));
    QCOMPARE(told.ready, ready);
    QCOMPARE(told.status.value_or(0), long(status));
    QVERIFY(!told.timedOut);
    const QString request = QString::fromStdString(asked.get());
    QVERIFY2(request.startsWith("GET /health?full=1 HTTP/1.1\r\n"), qPrintable(request));
    QVERIFY2(request.contains("Connection: close\r\n", Qt::CaseInsensitive), qPrintable(request));
}

void TestHostWatch::noAnswerAtAll()
{
    const auto listener = listenOnLoopback(0);
    // The kernel takes the connection, nobody answers.
    const ReadinessAnswer silent = askWhetherReady(listener->port, "/", std::chrono::milliseconds(200));
    QVERIFY(!silent.ready && !silent.status && silent.timedOut);
    const ReadinessAnswer refused
        = askWhetherReady(freeLoopbackPort().value(), "/", std::chrono::seconds(30));
    QVERIFY(!refused.ready && !refused.status && !refused.timedOut);
    std::stop_source stop;
    auto asking = std::async(std::launch::async, [&] {
        return askWhetherReady(listener->port, "/", std::chrono::hours(1), stop.get_token());
    });
    QTest::qSleep(100);
    stop.request_stop();
    QVERIFY(!asking.get().ready);
}

QTEST_GUILESS_MAIN(TestHostWatch)
#include "tst_host_watch.moc"
