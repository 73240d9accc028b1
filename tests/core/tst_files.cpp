#include "core/directories.h"
#include "core/files.h"
#include "core/process.h"
#include "core/sha256.h"

#include <QTest>
#include <cstdlib>
#include <sys/mount.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

using namespace firstlight;
namespace fs = std::filesystem;

class TestFiles : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void writesAtomically()
    {
        const auto folder = TemporaryDirectory::make("/tmp", "firstlight-test");
        QVERIFY(folder);
        const fs::path path = folder->path() / "a/b/file";
        QVERIFY(writeFileAtomically(path, "one"));
        QVERIFY(writeFileAtomically(path, "two", 0600));
        QCOMPARE(*readFile(path), std::string("two"));
        struct stat info { };
        QCOMPARE(::stat(path.c_str(), &info), 0);
        QCOMPARE(info.st_mode & 0777, 0600u);
        QCOMPARE(std::distance(fs::directory_iterator(path.parent_path()), fs::directory_iterator()), 1);
    }

    void readerNeverSeesHalfAFile()
    {
        const auto folder = TemporaryDirectory::make("/tmp", "firstlight-test");
        const fs::path path = folder->path() / "file";
        const std::string a(200'000, 'a');
        const std::string b(300'000, 'b');
        QVERIFY(writeFileAtomically(path, a));
        std::jthread writer([&](std::stop_token stop) {
            for (int round = 0; !stop.stop_requested(); ++round)
                (void)writeFileAtomically(path, round % 2 == 0 ? b : a);
        });
        for (int round = 0; round < 200; ++round) {
            const auto content = readFile(path);
            QVERIFY(content);
            QVERIFY(*content == a || *content == b);
        }
    }

    void fullDiskIsNamedAndLeavesNothing()
    {
        const auto folder = TemporaryDirectory::make("/tmp", "firstlight-test");
        if (::mount("tmpfs", folder->path().c_str(), "tmpfs", 0, "size=64k") != 0)
            QSKIP("mounting a small tmpfs needs root");
        const auto written = writeFileAtomically(folder->path() / "file", std::string(1'000'000, 'x'));
        const auto left = std::distance(fs::directory_iterator(folder->path()), fs::directory_iterator());
        const auto free = freeDiskBytes(folder->path() / "not/yet/there");
        ::umount(folder->path().c_str());
        QVERIFY(!written);
        QCOMPARE(written.error().code, std::string("disk-full"));
        QCOMPARE(left, 0);
        QVERIFY(free && *free <= 65536);
    }

    void tellsWhichFileIsMissing()
    {
        const auto content = readFile("/no/such/file");
        QCOMPARE(content.error().code, std::string("file-io"));
        QCOMPARE(content.error().facts.at("path"), std::string("/no/such/file"));
    }

    void refusesTooLargeFiles()
    {
        QCOMPARE(readFile("/dev/zero", 1000).error().code, std::string("file-too-large"));
    }

    void lockExcludesAnotherProcess()
    {
        const auto folder = TemporaryDirectory::make("/tmp", "firstlight-test");
        const fs::path path = folder->path() / "lock";
        {
            const auto lock = FileLock::tryLock(path);
            QVERIFY(lock);
            QCOMPARE(
                runProcess({.program = "flock", .arguments = {"-n", path, "true"}})->exitCode.value_or(-1),
                1);
            QCOMPARE(FileLock::tryLock(path).error().code, std::string("file-locked"));
        }
        QVERIFY(FileLock::tryLock(path));
    }

    void waitingForALockCanBeCancelled()
    {
        const auto folder = TemporaryDirectory::make("/tmp", "firstlight-test");
        const auto lock = FileLock::tryLock(folder->path() / "lock");
        std::stop_source source;
        source.request_stop();
        QCOMPARE(FileLock::wait(folder->path() / "lock", source.get_token()).error().kind,
                 ErrorKind::Cancelled);
    }

    void hashesLikeSha256sum()
    {
        QCOMPARE(sha256Hex("abc"),
                 std::string("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
        const auto theirs = runProcess({.program = "sha256sum", .arguments = {"/bin/sh"}});
        QVERIFY(theirs);
        QCOMPARE(*sha256OfFile("/bin/sh"), theirs->output.substr(0, 64));
    }

    void oneVariableMovesEverything()
    {
        ::setenv("FIRSTLIGHT_HOME", "/tmp/some/very/long/home", 1);
        const Directories directories = directoriesFromEnvironment();
        ::unsetenv("FIRSTLIGHT_HOME");
        QCOMPARE(directories.data, fs::path("/tmp/some/very/long/home/data"));
        QCOMPARE(directories.cache, fs::path("/tmp/some/very/long/home/cache"));
        QVERIFY(directories.runtime.string().size() < 60); // a unix socket path ends at 107 bytes
        ::setenv("XDG_DATA_HOME", "relative", 1);
        ::setenv("HOME", "/home/somebody", 1);
        QCOMPARE(directoriesFromEnvironment().data, fs::path("/home/somebody/.local/share/firstlight"));
        ::unsetenv("XDG_DATA_HOME");
    }
};

QTEST_APPLESS_MAIN(TestFiles)
#include "tst_files.moc"
