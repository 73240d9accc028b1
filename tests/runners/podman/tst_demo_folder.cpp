#include "runners/podman/demo_folder.h"

#include <QTest>

#include <fcntl.h>
#include <memory>
#include <sys/stat.h>
#include <unistd.h>

using namespace firstlight;
namespace fs = std::filesystem;

/// The folder of one launch: who may reach it, and when it may go.
class TestDemoFolder : public QObject {
    Q_OBJECT

private slots:
    void init();
    void socketFolderBelongsToWhoMakesTheSocket_data();
    void socketFolderBelongsToWhoMakesTheSocket();
    void everyLaunchHasItsOwn();
    void placeThatCannotBeWrittenTo();
    void forwarderLivesWhileTheLockIsHeld();
    void onlyStaleFoldersAreRemoved();
    void nothingIsRemovedThroughALink();
    void lockSerialisesLaunches();

private:
    fs::path make(const std::string &demo = "chat", const std::string &user = "") const
    {
        return makeDemoFolder(m_directories, demo, user).value();
    }

    std::unique_ptr<TemporaryDirectory> m_temporary;
    Directories m_directories;
};

namespace {

struct stat examine(const fs::path &path)
{
    struct stat info { };
    if (::lstat(path.c_str(), &info) != 0)
        qFatal("no %s", path.c_str());
    return info;
}

} // namespace

void TestDemoFolder::init()
{
    m_temporary = std::make_unique<TemporaryDirectory>(
        TemporaryDirectory::make(fs::temp_directory_path(), "fl-folder-").value());
    m_directories = {};
    m_directories.runtime = m_temporary->path() / "run";
}

void TestDemoFolder::socketFolderBelongsToWhoMakesTheSocket_data()
{
    QTest::addColumn<QString>("user");
    QTest::addColumn<uint>("owner"); // as root; anybody else keeps what they make
    QTest::addColumn<uint>("group");
    QTest::addColumn<uint>("mode");
    QTest::newRow("an unprivileged user") << "65532:65532" << 65532u << 65532u << 0700u;
    QTest::newRow("user and group differ") << "1000:2000" << 1000u << 2000u << 0700u;
    QTest::newRow("root inside is this user") << "0:0" << 0u << 0u << 0700u;
    QTest::newRow("not known") << "" << 0u << 0u << 0777u;
    QTest::newRow("a name, which only the image could resolve") << "nobody" << 0u << 0u << 0777u;
    QTest::newRow("no group") << "1000" << 0u << 0u << 0777u;
    QTest::newRow("no number behind the colon") << "1000:users" << 0u << 0u << 0777u;
    QTest::newRow("more than two numbers") << "1:2:3" << 0u << 0u << 0777u;
    QTest::newRow("a number that does not fit") << "99999999999:0" << 0u << 0u << 0777u;
}

void TestDemoFolder::socketFolderBelongsToWhoMakesTheSocket()
{
    QFETCH(QString, user);
    QFETCH(uint, owner);
    QFETCH(uint, group);
    QFETCH(uint, mode);
    for (const mode_t mask : {0022u, 0077u, 0000u}) {
        const mode_t before = ::umask(mask);
        const auto folder = makeDemoFolder(m_directories, "chat", user.toStdString());
        ::umask(before);
        QVERIFY(folder);
        const struct stat socket = examine(*folder / "socket");
        QVERIFY(S_ISDIR(socket.st_mode));
        QCOMPARE(uint(socket.st_mode & 07777), mode);
        const bool root = ::geteuid() == 0;
        QCOMPARE(uint(socket.st_uid), root ? owner : uint(::geteuid()));
        QCOMPARE(uint(socket.st_gid), root ? group : uint(::getegid()));
        // Strangers get no further than this, so a socket folder for everybody is none.
        QCOMPARE(uint(examine(*folder).st_mode & 07777), 0700u);
        QCOMPARE(uint(examine(*folder).st_uid), uint(::geteuid()));
        QCOMPARE(uint(examine(demosFolder(m_directories, "chat")).st_mode & 0077), 0u);
    }
}

void TestDemoFolder::everyLaunchHasItsOwn()
{
    const fs::path first = make();
    const fs::path second = make();
    QVERIFY(first != second);
    QCOMPARE(first.parent_path(), demosFolder(m_directories, "chat"));
    QCOMPARE(second.parent_path(), demosFolder(m_directories, "chat"));
    QCOMPARE(make("draw").parent_path(), demosFolder(m_directories, "draw"));
    // The lock lies where the demo cannot reach it.
    QCOMPARE(forwarderLockPath(first).parent_path(), first);
    QVERIFY(fs::is_empty(first / "socket"));
}

void TestDemoFolder::placeThatCannotBeWrittenTo()
{
    QVERIFY(writeFileAtomically(m_directories.runtime, "a file"));
    const auto folder = makeDemoFolder(m_directories, "chat", "");
    QVERIFY(!folder);
    QCOMPARE(folder.error().code, std::string("file-io"));
}

void TestDemoFolder::forwarderLivesWhileTheLockIsHeld()
{
    const fs::path folder = make();
    QVERIFY(!forwarderLives(folder)); // there is no lock yet
    QVERIFY(!fs::exists(forwarderLockPath(folder)));
    {
        const auto lock = FileLock::tryLock(forwarderLockPath(folder));
        QVERIFY(lock);
        QVERIFY(forwarderLives(folder));
        QVERIFY(forwarderLives(folder)); // looking changes nothing
    }
    QVERIFY(!forwarderLives(folder));
    QVERIFY(FileLock::tryLock(forwarderLockPath(folder)));
    QVERIFY(!forwarderLives(folder / "gone"));
}

void TestDemoFolder::onlyStaleFoldersAreRemoved()
{
    const fs::path stale = make();
    const fs::path used = make();
    const fs::path held = make();
    const fs::path other = make("draw");
    QVERIFY(writeFileAtomically(stale / "socket/deep/file", "left"));
    const auto ended = FileLock::tryLock(forwarderLockPath(stale)).map([](const FileLock &) {});
    QVERIFY(ended);
    const auto lock = FileLock::tryLock(forwarderLockPath(held));
    QVERIFY(lock);
    removeStaleFolders(m_directories, "chat", {used});
    QVERIFY(!fs::exists(stale));
    QVERIFY(fs::exists(used / "socket"));
    QVERIFY(fs::exists(held / "socket"));
    QVERIFY(fs::exists(other / "socket"));
    removeStaleFolders(m_directories, "never-launched", {});
    QVERIFY(!fs::exists(demosFolder(m_directories, "never-launched")));
}

void TestDemoFolder::nothingIsRemovedThroughALink()
{
    const fs::path stale = make();
    const fs::path outside = m_temporary->path() / "outside";
    QVERIFY(writeFileAtomically(outside / "file", "precious"));
    fs::create_directory_symlink(outside, stale / "socket/link");
    fs::create_directory_symlink(outside, demosFolder(m_directories, "chat") / "link");
    removeStaleFolders(m_directories, "chat", {});
    QVERIFY(!fs::exists(stale));
    QVERIFY(fs::exists(outside / "file"));
}

void TestDemoFolder::lockSerialisesLaunches()
{
    const auto first = FileLock::tryLock(demoLockPath(m_directories, "chat"));
    QVERIFY(first);
    QCOMPARE(FileLock::tryLock(demoLockPath(m_directories, "chat")).error().code, std::string("file-locked"));
    QVERIFY(FileLock::tryLock(demoLockPath(m_directories, "draw")));
    // It is no folder of a launch, so that cleaning up leaves it alone.
    removeStaleFolders(m_directories, "chat", {});
    QVERIFY(fs::exists(demoLockPath(m_directories, "chat")));
}

QTEST_APPLESS_MAIN(TestDemoFolder)
#include "tst_demo_folder.moc"
