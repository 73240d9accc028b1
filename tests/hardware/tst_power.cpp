#include "hardware/power.h"
#include "hardware/probe.h"
#include "recordings.h"

using namespace firstlight;

namespace {

/// The files of one supply: "type=Mains online=1".
void addSupply(CraftedRoot &root, const QString &name, const QString &fields)
{
    for (const QString &field : fields.split(' ', Qt::SkipEmptyParts)) {
        const QString value = QString(field.section('=', 1)).replace('_', ' ');
        root.file(("sys/class/power_supply/" + name + "/" + field.section('=', 0, 0)).toStdString(),
                  (value + "\n").toStdString());
    }
}

QString nameOf(const std::optional<bool> &answer)
{
    return !answer ? "unknown" : *answer ? "battery" : "mains";
}

} // namespace

class TestPower : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void supplies_data()
    {
        QTest::addColumn<QStringList>("supplies");
        QTest::addColumn<QString>("answer");
        const auto row = [](const char *name, const QStringList &supplies, const char *answer) {
            QTest::newRow(name) << supplies << answer;
        };
        row("laptop on mains", {"type=Mains online=1", "type=Battery status=Charging scope=System"}, "mains");
        row("laptop on battery", {"type=Mains online=0", "type=Battery status=Discharging"}, "battery");
        row("weak charger", {"type=USB online=1", "type=Battery status=Discharging"}, "mains");
        row("fast charger", {"type=USB online=2", "type=Battery status=Discharging"}, "mains");
        row("empty USB ports", {"type=USB online=0", "type=USB online=0", "type=Battery status=Discharging"},
            "battery");
        row("held at 80 %", {"type=Mains online=0", "type=Battery status=Not_charging"}, "mains");
        row("two batteries", {"type=Battery status=Full", "type=Battery status=Discharging"}, "battery");
        row("UPS", {"type=UPS status=Discharging"}, "battery");
        row("mouse alone", {"type=Battery status=Discharging scope=Device"}, "mains");
        row("mouse and laptop",
            {"type=Battery status=Discharging scope=Device", "type=Battery status=Full",
             "type=Mains online=1"},
            "mains");
        row("battery that does not know", {"type=Battery status=Unknown"}, "unknown");
        row("battery without status", {"type=Battery"}, "unknown");
        row("mains off and no battery", {"type=Mains online=0"}, "unknown");
        row("huge number", {"type=Mains online=18446744073709551616", "type=Battery status=Discharging"},
            "battery");
        row("negative number", {"type=Mains online=-9223372036854775808"}, "unknown");
        row("nothing in it", {"dummy=1"}, "unknown");
        row("garbage", {"type=\xff\xfe online=x status=y scope=z"}, "unknown");
    }

    void supplies()
    {
        QFETCH(QStringList, supplies);
        QFETCH(QString, answer);
        CraftedRoot folder;
        for (int i = 0; i < supplies.size(); ++i)
            addSupply(folder, "supply" + QString::number(i), supplies[i]);
        QCOMPARE(nameOf(onBattery(*Root::open(folder.path()))), answer);
    }

    void noFolderTellsNothing()
    {
        CraftedRoot folder;
        folder.file("sys/class/dmi/id/sys_vendor", "Somebody");
        QVERIFY(!onBattery(*Root::open(folder.path())));
        QVERIFY(!loadMachine(folder.path())->onBattery);
    }

    void anEmptyFolderIsADesktop()
    {
        CraftedRoot folder;
        std::filesystem::create_directories(folder.path() / "sys/class/power_supply");
        QCOMPARE(nameOf(onBattery(*Root::open(folder.path()))), "mains");
        QCOMPARE(nameOf(loadMachine(folder.path())->onBattery), "mains");
    }

    void aFileInPlaceOfTheFolder()
    {
        CraftedRoot folder;
        folder.file("sys/class/power_supply", "Mains");
        QVERIFY(!onBattery(*Root::open(folder.path())));
    }

    void foldersInPlaceOfFiles()
    {
        CraftedRoot folder;
        std::filesystem::create_directories(folder.path() / "sys/class/power_supply/BAT0/type");
        folder.link("sys/class/power_supply/AC", "AC"); // a link to itself
        QVERIFY(!onBattery(*Root::open(folder.path())));
    }

    void thisComputer()
    {
        const Root root = *Root::open("/");
        QCOMPARE(onBattery(root).has_value(), root.exists("sys/class/power_supply"));
        QCOMPARE(probe({}).value().onBattery, onBattery(root));
    }
};

QTEST_APPLESS_MAIN(TestPower)
#include "tst_power.moc"
