#include "core/files.h"
#include "core/process.h"
#include "hardware/probe.h"
#include "hardware/recorder.h"
#include "hardware/storage/mounts.h"
#include "hardware/storage/read_sample.h"
#include "hardware/storage/storage.h"
#include "recordings.h"

#include <nlohmann/json.hpp>

using namespace firstlight;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

const std::string mounts = "21 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw\n"
                           "22 21 0:21 / /proc rw - proc proc rw\n"
                           "30 21 8:17 / /home rw - ext4 /dev/sdb1 rw\n"
                           "31 30 0:45 /@data /home/a\\040b rw - btrfs /dev/mapper/x\\040y rw,subvol=/@data\n"
                           "32 30 0:46 / /home/a rw - fuse.sshfs me@there: rw\n"
                           "33 21 0:47 / /tmp rw - tmpfs tmpfs rw\n"
                           "34 33 8:33 / /tmp rw - xfs /dev/sdc1 rw\n"
                           "broken\n"
                           "35 21 - ext4 x\n";

/// firstlight.json of a recording.
std::string answers(const std::map<std::string, std::string> &answers)
{
    return nlohmann::json{{"schema", "firstlight-recording/1"}, {"answers", answers}}.dump();
}

std::vector<Storage> storageOf(const Root &root, const std::vector<fs::path> &paths)
{
    SlowFacts facts({});
    return readStorage(root, paths, false, facts, {});
}

CraftedRoot &recordedDisk(CraftedRoot &folder, const std::string &device)
{
    return folder.file("proc/x", "")
        .file(answersFile, answers({{"folders", "/data\n/gone\n"},
                                    {"free bytes of /data", "123456"},
                                    {"file system of /data", "ext4 " + device},
                                    {"read speed of /data", "2000000000"}}));
}

std::size_t filesIn(const fs::path &folder)
{
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

} // namespace

class TestStorage : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void mountOfPath_data()
    {
        QTest::addColumn<QString>("path");
        QTest::addColumn<QString>("fileSystem");
        QTest::addColumn<QString>("device");
        QTest::newRow("root") << "/"
                              << "ext4"
                              << "254:0";
        QTest::newRow("below root") << "/var/lib"
                                    << "ext4"
                                    << "254:0";
        QTest::newRow("mount point") << "/home"
                                     << "ext4"
                                     << "8:17";
        QTest::newRow("not a name's beginning") << "/homestead"
                                                << "ext4"
                                                << "254:0";
        QTest::newRow("blank") << "/home/a b/c"
                               << "btrfs"
                               << "0:45";
        QTest::newRow("deeper") << "/home/a/x"
                                << "fuse.sshfs"
                                << "0:46";
        QTest::newRow("hidden by the later") << "/tmp/x"
                                             << "xfs"
                                             << "8:33";
    }

    void mountOfPath()
    {
        QFETCH(QString, path);
        const auto mount = mountOf(mounts, path.toStdString());
        QVERIFY(mount);
        QTEST(QString::fromStdString(mount->fileSystem), "fileSystem");
        QTEST(QString::fromStdString(mount->device), "device");
    }

    void noMount()
    {
        QVERIFY(!mountOf("", "/"));
        QVERIFY(!mountOf("\n\n - \n", "/"));
        QVERIFY(!mountOf(std::string("\0\xff - \xfe", 6), "/x"));
        QVERIFY(!mountOf(mounts, ""));
        QVERIFY(!mountOf(mounts, "relative"));
        QCOMPARE(mountOf(mounts, "/home/a b")->source, std::string("/dev/mapper/x y"));
    }

    void rotation_data()
    {
        QTest::addColumn<QString>("rotational");
        QTest::addColumn<QString>("driver");
        QTest::addColumn<int>("answer"); // -1: unknown
        QTest::newRow("disk") << "1\n"
                              << "sd" << 1;
        QTest::newRow("flash") << "0\n"
                               << "sd" << 0;
        QTest::newRow("NVMe") << "0\n"
                              << "nvme" << 0;
        QTest::newRow("virtual disk says what it always says") << "1\n"
                                                               << "virtio_blk" << -1;
        QTest::newRow("virtual flash") << "0\n"
                                       << "virtio_blk" << 0;
        QTest::newRow("Xen") << "1\n"
                             << "vbd" << -1;
        QTest::newRow("no driver link") << "1\n"
                                        << "" << 1;
        for (const char *text : {"", "2", "-1", "x", "18446744073709551616"})
            QTest::newRow(text) << text << "sd" << -1;
    }

    void rotation()
    {
        QFETCH(QString, rotational);
        QFETCH(QString, driver);
        QFETCH(int, answer);
        for (const bool partition : {false, true}) {
            CraftedRoot folder;
            recordedDisk(folder, "8:1").file("sys/devices/sda/queue/rotational", rotational.toStdString());
            if (!driver.isEmpty())
                folder.link("sys/devices/sda/device/driver", "../../../bus/drivers/" + driver.toStdString());
            if (partition)
                folder.file("sys/devices/sda/sda1/partition", "1\n");
            folder.link("sys/dev/block/8:1", partition ? "../../devices/sda/sda1" : "../../devices/sda");
            const auto storage = storageOf(*Root::open(folder.path()), {});
            QCOMPARE(storage[0].rotational.has_value() ? int(*storage[0].rotational) : -1, answer);
        }
    }

    void aVolumeIsWhatIsBelowIt_data()
    {
        QTest::addColumn<QString>("driver");
        QTest::addColumn<int>("answer");
        QTest::newRow("on a disk") << "sd" << 1;
        QTest::newRow("on a virtual disk") << "virtio_blk" << -1;
    }

    void aVolumeIsWhatIsBelowIt()
    {
        QFETCH(QString, driver);
        QFETCH(int, answer);
        CraftedRoot folder;
        recordedDisk(folder, "253:0")
            .file("sys/devices/dm-0/queue/rotational", "1\n")
            .file("sys/devices/vda/queue/rotational", "1\n")
            .file("sys/devices/vda/vda2/partition", "2\n")
            .link("sys/devices/vda/device/driver", "../../../bus/drivers/" + driver.toStdString())
            .link("sys/devices/dm-0/slaves/vda2", "../../vda/vda2")
            .link("sys/dev/block/253:0", "../../devices/dm-0");
        const auto storage = storageOf(*Root::open(folder.path()), {});
        QCOMPARE(storage[0].rotational.has_value() ? int(*storage[0].rotational) : -1, answer);
    }

    void aVolumeOnItselfEnds()
    {
        CraftedRoot folder;
        recordedDisk(folder, "253:0")
            .file("sys/devices/dm-0/queue/rotational", "1\n")
            .link("sys/devices/dm-0/slaves/dm-0", "../../dm-0")
            .link("sys/dev/block/253:0", "../../devices/dm-0");
        QCOMPARE(storageOf(*Root::open(folder.path()), {})[0].rotational, std::optional(true));
    }

    void aRecordingTells()
    {
        CraftedRoot folder;
        recordedDisk(folder, "8:1");
        const auto storage = loadMachine(folder.path()).value().storage;
        QCOMPARE(storage.size(), 2u);
        QCOMPARE(storage[0], (Storage{.path = "/data",
                                      .freeBytes = 123456,
                                      .fileSystem = "ext4",
                                      .rotational = std::nullopt,
                                      .readBytesPerSecond = 2000000000}));
        QCOMPARE(storage[1], (Storage{.path = "/gone"}));
    }

    void aRecordingWithoutAnswersHasNoFolders()
    {
        CraftedRoot folder;
        folder.file("proc/x", "");
        QVERIFY(storageOf(*Root::open(folder.path()), {"/tmp"}).empty());
    }

    void damagedAnswers_data()
    {
        QTest::addColumn<QString>("fileSystem");
        for (const char *text : {"", " ", "ext4 ", "ext4 :", "ext4 ../../../..", "ext4 8:1 x", "\n"})
            QTest::newRow(text) << text;
    }

    void damagedAnswers()
    {
        QFETCH(QString, fileSystem);
        CraftedRoot folder;
        folder.file("proc/x", "")
            .file(answersFile, answers({{"folders", "/data"},
                                        {"free bytes of /data", "-1"},
                                        {"file system of /data", fileSystem.toStdString()},
                                        {"read speed of /data", "1e9"}}));
        const auto storage = storageOf(*Root::open(folder.path()), {});
        QCOMPARE(storage.size(), 1u);
        QVERIFY(!storage[0].freeBytes);
        QVERIFY(!storage[0].rotational);
        QVERIFY(!storage[0].readBytesPerSecond);
    }

    void agreesWithFindmnt()
    {
        const auto findmnt = findProgram("findmnt");
        if (!findmnt)
            QSKIP("findmnt is not installed");
        for (const char *path : {"/", "/proc", "/dev/shm", "/usr/bin", "/tmp"}) {
            if (!fs::is_directory(path))
                continue;
            const auto shown = runChecked(
                {.program = *findmnt, .arguments = {"--noheadings", "--output", "FSTYPE", "--target", path}});
            if (!shown)
                continue;
            const QString last = QString::fromStdString(shown->output).trimmed().section('\n', -1);
            const auto storage = storageOf(*Root::open("/"), {path});
            QCOMPARE(QString::fromStdString(storage[0].fileSystem.value_or("")), last);
        }
    }

    void liveReplaysEqual()
    {
        Recorder recorder;
        const Root live = *Root::open("/", &recorder);
        const auto folder = TemporaryDirectory::make(fs::temp_directory_path(), "firstlight-test-");
        SlowFacts facts({});
        const auto storage
            = readStorage(live, {folder->path(), "/no/such/folder", "/dev/shm"}, true, facts, {});
        QCOMPARE(storage.size(), 3u);
        QVERIFY(!storage[2].readBytesPerSecond); // memory is no disk
        QVERIFY(recorder.write(folder->path() / "recording"));
        QCOMPARE(storageOf(*Root::open(folder->path() / "recording"), {"/elsewhere"}), storage);
    }

    void isRememberedForTheDisk()
    {
        const Root live = *Root::open("/");
        const auto folder = TemporaryDirectory::make(fs::temp_directory_path(), "firstlight-test-");
        SlowFacts facts(folder->path());
        const auto first = readStorage(live, {folder->path()}, true, facts, {});
        if (!first[0].readBytesPerSecond)
            QSKIP("the file system of temporary files cannot be read past its cache, or too slowly");
        const auto second = readStorage(live, {folder->path() / "not/yet/there"}, false, facts, {});
        QCOMPARE(second[0].readBytesPerSecond, first[0].readBytesPerSecond);
    }

    void readsALargeFileThatIsThere()
    {
        const auto folder = TemporaryDirectory::make(fs::temp_directory_path(), "firstlight-test-");
        QVERIFY(writeFileAtomically(folder->path() / "a/b/model", std::string(24u << 20, 'x')));
        const auto speed = measureReading(folder->path(), {.writtenFile = false}, 2000ms);
        if (!speed)
            QSKIP("the file system of temporary files has no O_DIRECT");
        QVERIFY(*speed > 0);
        QVERIFY(!measureReading(folder->path(), {.existingFile = false, .writtenFile = false}, 2000ms));
    }

    void smallAndHollowFilesDoNotCount()
    {
        const auto folder = TemporaryDirectory::make(fs::temp_directory_path(), "firstlight-test-");
        QVERIFY(writeFileAtomically(folder->path() / "small", "x"));
        QVERIFY(writeFileAtomically(folder->path() / "hollow", "x"));
        fs::resize_file(folder->path() / "hollow", std::uintmax_t(1) << 30);
        fs::create_symlink("/dev/zero", folder->path() / "link");
        fs::create_symlink(folder->path(), folder->path() / "loop");
        QVERIFY(!measureReading(folder->path(), {.writtenFile = false}, 2000ms));
    }

    void leavesNothing()
    {
        const auto folder = TemporaryDirectory::make(fs::temp_directory_path(), "firstlight-test-");
        const auto speed = measureReading(folder->path(), {}, 2000ms);
        QCOMPARE(filesIn(folder->path()), 0u);
        if (!speed)
            QSKIP("the file system of temporary files cannot be read past its cache");
        QVERIFY(*speed > 0);
    }

    void stopsWhenAsked()
    {
        const auto folder = TemporaryDirectory::make(fs::temp_directory_path(), "firstlight-test-");
        std::stop_source stop;
        stop.request_stop();
        QVERIFY(!measureReading(folder->path(), {}, 2000ms, stop.get_token()));
        QCOMPARE(filesIn(folder->path()), 0u);
    }

    void foldersThatAreNone()
    {
        QVERIFY(!measureReading("/no/such/folder", {}, 100ms));
        QVERIFY(!measureReading("/proc/self/status", {}, 100ms));
        QVERIFY(!measureReading("/proc", {.existingFile = false}, 100ms));
    }

    void cachedFileSystemsAreNotMeasured()
    {
        for (const char *name : {"tmpfs", "ramfs", "overlay", "zfs", "fuse.sshfs", "9p", "virtiofs", ""})
            QVERIFY(!readsPastCaches(name));
        for (const char *name : {"ext4", "xfs", "btrfs", "f2fs"})
            QVERIFY(readsPastCaches(name));
    }
};

QTEST_APPLESS_MAIN(TestStorage)
#include "tst_storage.moc"
