#include "hardware/platform.h"
#include "recordings.h"

using namespace firstlight;

class TestPlatform : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void boards_data()
    {
        QTest::addColumn<QString>("vendor");
        QTest::addColumn<QString>("product");
        QTest::addColumn<QString>("version");
        QTest::addColumn<QString>("expected");
        const auto row
            = [](const char *name, const char *vendor, const char *product, const char *version,
                 const char *expected) { QTest::newRow(name) << vendor << product << version << expected; };
        row("laptop", "Dell Inc.", "XPS 13 7390", "", "Dell Inc. XPS 13 7390");
        row("lenovo", "LENOVO", "20XWCTO1WW", "ThinkPad X1 Carbon Gen 9", "LENOVO ThinkPad X1 Carbon Gen 9");
        row("vendor twice", "HP", "HP ZBook Fury", "", "HP ZBook Fury");
        row("assembled", "To Be Filled By O.E.M.", "To Be Filled By O.E.M.", "", "");
        row("assembled, other words", "System manufacturer", "System Product Name", "", "");
        row("vendor only", "ASUSTeK", "Default string", "", "ASUSTeK");
        row("nothing", "", "", "", "");
    }

    void boards()
    {
        QFETCH(QString, vendor);
        QFETCH(QString, product);
        QFETCH(QString, version);
        QFETCH(QString, expected);
        CraftedRoot root;
        root.file("sys/class/dmi/id/sys_vendor", vendor.toStdString() + "\n")
            .file("sys/class/dmi/id/product_name", product.toStdString() + "\n")
            .file("sys/class/dmi/id/product_version", version.toStdString() + "\n")
            .file("sys/class/dmi/id/product_serial", "SECRET\n");
        QCOMPARE(QString::fromStdString(boardName(*Root::open(root.path())).value_or("")), expected);
    }

    void boardOfADeviceTree()
    {
        CraftedRoot root;
        root.file("proc/device-tree/model", std::string("Raspberry Pi 5 Model B Rev 1.0\0", 31));
        QCOMPARE(boardName(*Root::open(root.path())).value_or(""),
                 std::string("Raspberry Pi 5 Model B Rev 1.0"));
    }

    void platforms()
    {
        CraftedRoot root;
        const Root opened = *Root::open(root.path());
        QCOMPARE(platform(opened, "5.15.90.1-microsoft-standard-WSL2").value_or(""), std::string("wsl2"));
        QCOMPARE(platform(opened, "4.4.0-19041-Microsoft").value_or(""), std::string("wsl1"));
        QVERIFY(!platform(opened, "6.1.0-18-amd64"));
        QVERIFY(!platform(opened, std::nullopt));
        root.file("proc/device-tree/compatible", std::string("apple,j293\0apple,t8103\0", 23));
        QCOMPARE(platform(opened, "6.6.3-asahi").value_or(""), std::string("asahi"));
    }

    void containers_data()
    {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QString>("content");
        QTest::addColumn<QString>("expected");
        QTest::newRow("podman") << "run/.containerenv"
                                << "engine=\"podman-4.3.1\"\nname=\"x\"\n"
                                << "podman";
        QTest::newRow("podman, little said") << "run/.containerenv"
                                             << ""
                                             << "podman";
        QTest::newRow("docker") << ".dockerenv"
                                << ""
                                << "docker";
        QTest::newRow("nspawn") << "run/systemd/container"
                                << "systemd-nspawn\n"
                                << "systemd-nspawn";
        QTest::newRow("kubernetes") << "proc/self/cgroup"
                                    << "1:memory:/kubepods/besteffort/pod1/2\n"
                                    << "kubernetes";
        QTest::newRow("none") << "proc/self/cgroup"
                              << "0::/user.slice/user-1000.slice\n"
                              << "";
    }

    void containers()
    {
        QFETCH(QString, file);
        QFETCH(QString, content);
        QFETCH(QString, expected);
        CraftedRoot root;
        root.file(file.toStdString(), content.toStdString());
        const Root opened = *Root::open(root.path());
        QCOMPARE(QString::fromStdString(container(opened, std::nullopt).value_or("")), expected);
        QCOMPARE(QString::fromStdString(container(opened, "wsl2").value_or("")),
                 expected.isEmpty() ? QString("wsl") : expected);
    }
};

QTEST_APPLESS_MAIN(TestPlatform)
#include "tst_platform.moc"
