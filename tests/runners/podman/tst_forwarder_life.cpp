#include "runners/podman/forwarder.h"

#include "forwarder_launch.h"

#include <QTest>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <vector>

using namespace firstlight;
using namespace firstlight::sockets;
namespace fs = std::filesystem;

/// What the forwarder is told and trusts, when it ends, and what it leaves.
class TestForwarderLife : public QObject {
    Q_OBJECT

private slots:
    void argumentsComeBack();
    void argumentsThatAreRefused_data();
    void argumentsThatAreRefused();
    void clientsAreTurnedAwayUntilTheDemoListens();
    void onlyASocketIsASocket_data();
    void onlyASocketIsASocket();
    void aLinkInPlaceOfTheFolderIsRefused();
    void aLongPathIsNoObstacle();
    void endsWithTheContainer();
    void containerThatEndedBefore();
    void onlyOneForwarderServesAFolder();
    void killedForwarderFreesItsFolder();
};

void TestForwarderLife::argumentsComeBack()
{
    const ForwarderOptions options{.listener = 7,
                                   .demoFolder = "/run/a b/--folder",
                                   .socketName = "demo.sock",
                                   .containerProcess = 4711};
    const auto parsed = parseForwarderArguments(forwarderArguments(options));
    QVERIFY(parsed);
    QVERIFY(*parsed == options);
}

void TestForwarderLife::argumentsThatAreRefused_data()
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

void TestForwarderLife::argumentsThatAreRefused()
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

void TestForwarderLife::clientsAreTurnedAwayUntilTheDemoListens()
{
    ForwardedLaunch launch;
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

void TestForwarderLife::onlyASocketIsASocket_data()
{
    QTest::addColumn<QString>("what");
    for (const char *what : {"link to a socket of the host", "link to a socket beside it", "link to nothing",
                             "file", "folder", "pipe", "character device"})
        QTest::newRow(what) << what;
}

void TestForwarderLife::onlyASocketIsASocket()
{
    QFETCH(QString, what);
    ForwardedLaunch launch;
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

void TestForwarderLife::aLinkInPlaceOfTheFolderIsRefused()
{
    ForwardedLaunch launch;
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

void TestForwarderLife::aLongPathIsNoObstacle()
{
    ForwardedLaunch launch(0, std::string(120, 'x'));
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

void TestForwarderLife::endsWithTheContainer()
{
    ForwardedLaunch launch;
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

void TestForwarderLife::containerThatEndedBefore()
{
    ForwardedLaunch launch;
    launch.process->end();
    ChildProcess container = startContainer();
    launch.options.containerProcess = container.id();
    container.end();
    auto listener = listenOnLoopback(0);
    launch.options.listener = listener->socket.get();
    QCOMPARE(startForwarder(launch.options).wait(), 0);
    QVERIFY(!fs::exists(launch.folder));
}

void TestForwarderLife::onlyOneForwarderServesAFolder()
{
    ForwardedLaunch launch;
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

void TestForwarderLife::killedForwarderFreesItsFolder()
{
    ForwardedLaunch launch;
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
    return runTestOrForwarder<TestForwarderLife>(count, arguments);
}

#include "tst_forwarder_life.moc"
