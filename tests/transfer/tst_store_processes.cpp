#include "faulty_server.h"

#include "core/files.h"
#include "core/sha256.h"
#include "transfer/store.h"

#include <QCoreApplication>
#include <QTemporaryDir>
#include <QTest>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace firstlight;

/// What real processes do to one store: this program starts itself with "--fetch ROOT URL SHA256 SIZE".
class TestStoreProcesses : public QObject {
    Q_OBJECT

private slots:
    void twoAtOnceFetchOnce();
    void killedAtAnyMomentThenResumed_data();
    void killedAtAnyMomentThenResumed();
    void fullDiskIsSaid_data();
    void fullDiskIsSaid();
};

namespace {

const std::string bytes = [] {
    std::string text(2'000'000, '\0');
    std::uint32_t value = 7;
    for (char &letter : text) {
        value = value * 1664525u + 1013904223u;
        letter = static_cast<char>(value >> 24);
    }
    return text;
}();

QStringList fetchArguments(const QString &root, const std::string &url)
{
    return {"--fetch", root, QString::fromStdString(url), QString::fromStdString(sha256Hex(bytes)),
            QString::number(bytes.size())};
}

int fetchOnce(char **arguments)
{
    NoProgress progress;
    Store store(arguments[2], {.firstPause = std::chrono::milliseconds(10)});
    const WantedFile wanted{.name = "model",
                            .sources = {arguments[3]},
                            .sha256 = arguments[4],
                            .sizeBytes = std::strtoull(arguments[5], nullptr, 10)};
    const auto path = store.fetch(wanted, progress);
    std::puts(path ? path->c_str() : path.error().code.c_str());
    return path ? 0 : 1;
}

qint64 partSize(const QString &root)
{
    struct stat info { };
    const std::string path = root.toStdString() + "/incoming/" + sha256Hex(bytes) + ".part";
    return ::stat(path.c_str(), &info) == 0 ? info.st_size : -1;
}

void serve(const QTemporaryDir &folder)
{
    std::ofstream(folder.filePath("model").toStdString(), std::ios::binary) << bytes;
}

} // namespace

void TestStoreProcesses::twoAtOnceFetchOnce()
{
    QTemporaryDir folder;
    serve(folder);
    START_SERVER(server, folder.path());
    const QString root = folder.filePath("store");
    QProcess first;
    QProcess second;
    const auto arguments = fetchArguments(root, server.url("slow-2000/model"));
    first.start(QCoreApplication::applicationFilePath(), arguments);
    second.start(QCoreApplication::applicationFilePath(), arguments);
    QVERIFY(first.waitForFinished() && second.waitForFinished());
    QCOMPARE(first.exitCode(), 0);
    QCOMPARE(second.exitCode(), 0);
    QCOMPARE(first.readAllStandardOutput(), second.readAllStandardOutput());
    QCOMPARE(server.requests().size(), 1);
    QVERIFY(readFile(root.toStdString() + "/blobs/sha256/" + sha256Hex(bytes)).value() == bytes);
    QVERIFY(std::filesystem::is_empty(root.toStdString() + "/incoming"));
}

void TestStoreProcesses::killedAtAnyMomentThenResumed_data()
{
    QTest::addColumn<qint64>("at");
    QTest::newRow("before the first byte") << qint64(0);
    QTest::newRow("early") << qint64(100'000);
    QTest::newRow("in the middle") << qint64(1'000'000);
    QTest::newRow("late") << qint64(1'800'000);
}

void TestStoreProcesses::killedAtAnyMomentThenResumed()
{
    QFETCH(qint64, at);
    QTemporaryDir folder;
    serve(folder);
    START_SERVER(server, folder.path());
    const QString root = folder.filePath("store");
    QProcess killed;
    killed.start(QCoreApplication::applicationFilePath(),
                 fetchArguments(root, server.url("slow-2000/model")));
    QTRY_VERIFY_WITH_TIMEOUT(partSize(root) >= at || killed.state() == QProcess::NotRunning, 20000);
    ::kill(static_cast<pid_t>(killed.processId()), SIGKILL);
    killed.waitForFinished();
    QCOMPARE(killed.exitStatus(), QProcess::CrashExit);
    const qint64 left = partSize(root);
    QVERIFY(left >= at && left < static_cast<qint64>(bytes.size()));
    QVERIFY(!QFile::exists(root + "/blobs/sha256/" + QString::fromStdString(sha256Hex(bytes))));
    server.forgetRequests();
    QProcess next;
    next.start(QCoreApplication::applicationFilePath(), fetchArguments(root, server.url("plain/model")));
    QVERIFY(next.waitForFinished());
    QCOMPARE(next.exitCode(), 0);
    QCOMPARE(server.ranges(), QStringList(left > 0 ? "bytes=" + QString::number(left) + "-" : QString("")));
    QVERIFY(readFile(root.toStdString() + "/blobs/sha256/" + sha256Hex(bytes)).value() == bytes);
    QVERIFY(std::filesystem::is_empty(root.toStdString() + "/incoming"));
}

void TestStoreProcesses::fullDiskIsSaid_data()
{
    QTest::addColumn<bool>("digestKnown");
    QTest::addColumn<bool>("sizeKnown");
    QTest::addColumn<QString>("fault");
    QTest::addColumn<QString>("code");
    QTest::newRow("size known beforehand") << true << true << "plain"
                                           << "disk-too-small";
    QTest::newRow("size told by the server") << true << false << "plain"
                                             << "disk-too-small";
    QTest::newRow("size never told") << true << false << "nolength-9999999"
                                     << "disk-full";
    QTest::newRow("neither told, not resumable") << false << false << "nolength-9999999"
                                                 << "disk-full";
}

void TestStoreProcesses::fullDiskIsSaid()
{
    QFETCH(bool, digestKnown);
    QFETCH(bool, sizeKnown);
    QFETCH(QString, fault);
    QFETCH(QString, code);
    QTemporaryDir folder;
    const QString disk = folder.filePath("disk");
    QVERIFY(QDir().mkdir(disk));
    if (::mount("tmpfs", disk.toLocal8Bit().constData(), "tmpfs", 0, "size=1m") != 0)
        QSKIP("mounting a small disk needs root");
    serve(folder);
    {
        START_SERVER(server, folder.path());
        NoProgress progress;
        Store store(disk.toStdString());
        WantedFile wanted{.name = "model", .sources = {server.url(fault.toStdString() + "/model")}};
        if (digestKnown)
            wanted.sha256 = sha256Hex(bytes);
        if (sizeKnown)
            wanted.sizeBytes = bytes.size();
        const auto path = store.fetch(wanted, progress);
        const bool blobs = QFile::exists(disk + "/blobs");
        const qint64 left = partSize(disk);
        const auto others = QDir(disk + "/incoming").entryList({"source-*.part", "*.json"}, QDir::Files);
        ::umount2(disk.toLocal8Bit().constData(), MNT_DETACH);
        QVERIFY(!path);
        QCOMPARE(path.error().code, code.toStdString());
        QVERIFY(!blobs);
        QVERIFY(others.isEmpty());
        // What can be continued after making room stays; nothing else does.
        QCOMPARE(left > 0, code == "disk-full" && digestKnown);
    }
}

int main(int argc, char **argv)
{
    if (argc == 6 && std::string_view(argv[1]) == "--fetch")
        return fetchOnce(argv);
    QCoreApplication application(argc, argv);
    TestStoreProcesses test;
    return QTest::qExec(&test, argc, argv);
}

#include "tst_store_processes.moc"
