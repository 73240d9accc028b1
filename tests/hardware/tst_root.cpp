#include "hardware/root.h"
#include "recordings.h"

#include <sys/stat.h>
#include <thread>

using namespace firstlight;

class TestRoot : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void missingFolderIsAnError()
    {
        const auto root = Root::open("/no/such/folder");
        QVERIFY(!root);
        QCOMPARE(root.error().code, std::string("machine-root-unreadable"));
        QCOMPARE(root.error().facts.at("path"), std::string("/no/such/folder"));
    }

    void readsBelow()
    {
        CraftedRoot folder;
        folder.file("proc/x", " 12 \n")
            .file("sys/b", "")
            .file("sys/a", "0x1f")
            .link("sys/driver", "../../drivers/xe");
        const Root root = *Root::open(folder.path());
        QVERIFY(!root.isLive());
        QCOMPARE(root.read("proc/x").value_or(""), std::string(" 12 \n"));
        QCOMPARE(root.readTrimmed("proc/x").value_or(""), std::string("12"));
        QCOMPARE(root.readNumber("proc/x").value_or(0), 12u);
        QCOMPARE(root.readNumber("sys/a", 16).value_or(0), 31u);
        QVERIFY(!root.readTrimmed("sys/b"));
        QVERIFY(!root.read("sys"));
        QVERIFY(!root.read("proc/absent"));
        QCOMPARE(root.entries("sys"), (std::vector<std::string>{"a", "b", "driver"}));
        QVERIFY(root.entries("proc/x").empty());
        QCOMPARE(root.linkName("sys/driver").value_or(""), std::string("xe"));
        QVERIFY(!root.linkName("sys/a"));
        QVERIFY(root.exists("sys/a"));
        QVERIFY(!root.exists("sys/c"));
    }

    void longFilesAreRefused()
    {
        CraftedRoot folder;
        folder.file("big", std::string(100'000, 'x'));
        const Root root = *Root::open(folder.path());
        QVERIFY(!root.read("big"));
        QCOMPARE(root.read("big", 100'000).value_or("").size(), 100'000u);
    }

    void linksDoNotEscape_data()
    {
        QTest::addColumn<QString>("target");
        QTest::newRow("absolute") << "/etc/passwd";
        QTest::newRow("dots") << "../../../../../../../../../../etc/passwd";
        QTest::newRow("magic") << "/proc/self/root/etc/passwd";
    }

    void linksDoNotEscape()
    {
        QFETCH(QString, target);
        CraftedRoot folder;
        folder.link("proc/cpuinfo", target.toStdString()).link("out", "/").link("up", "../../../../../../..");
        const Root root = *Root::open(folder.path());
        QVERIFY(!root.read("proc/cpuinfo"));
        QVERIFY(!root.read("out/etc/passwd"));
        QVERIFY(!root.read("up/etc/passwd"));
        QVERIFY(!root.read("../../../../../../../etc/passwd"));
        QVERIFY(!root.exists("out/etc"));
        QVERIFY(!root.linkName("out/etc/mtab"));
        // An absolute link means the recorded computer's own file.
        folder.file("etc/passwd", "recorded");
        if (target != "/proc/self/root/etc/passwd")
            QCOMPARE(root.read("proc/cpuinfo").value_or(""), std::string("recorded"));
    }

    void aPipeDoesNotHoldUs()
    {
        CraftedRoot folder;
        folder.file("proc/x", "");
        QCOMPARE(::mkfifo((folder.path() / "proc/meminfo").c_str(), 0600), 0);
        QVERIFY(!Root::open(folder.path())->read("proc/meminfo"));
    }

    /// Other programs rename files all the time.
    void renamesElsewhereDoNotDisturb()
    {
        CraftedRoot folder;
        folder.file("sys/devices/sda/queue/rotational", "1\n").file("sys/devices/sda/sda1/partition", "1\n");
        const Root root = *Root::open(folder.path());
        CraftedRoot other;
        other.file("a", "");
        std::jthread renaming([&](std::stop_token stop) {
            while (!stop.stop_requested()) {
                std::filesystem::rename(other.path() / "a", other.path() / "b");
                std::filesystem::rename(other.path() / "b", other.path() / "a");
            }
        });
        for (int i = 0; i < 20'000; ++i)
            QCOMPARE(root.readTrimmed("sys/devices/sda/sda1/../queue/rotational"), std::optional<std::string>("1"));
    }

    void theLiveRootIsTheComputer()
    {
        const Root root = *Root::open("/");
        QVERIFY(root.isLive());
        QVERIFY(root.read("proc/self/status"));
    }
};

QTEST_APPLESS_MAIN(TestRoot)
#include "tst_root.moc"
