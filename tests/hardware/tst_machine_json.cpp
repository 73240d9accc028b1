#include "full_machine.h"
#include "hardware/machine_json.h"
#include "hardware/probe.h"
#include "recordings.h"

#include <nlohmann/json.hpp>

using namespace firstlight;
using nlohmann::json;

class TestMachineJson : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void roundTrips()
    {
        for (const Machine &machine : {fullMachine(), Machine()}) {
            const json profile = json::parse(toJson(machine).dump());
            const auto again = machineFromJson(profile);
            QVERIFY(again);
            QCOMPARE(*again, machine);
            QCOMPARE(toJson(*again).dump(), profile.dump());
        }
    }

    void unknownIsNull()
    {
        const json profile = toJson(Machine());
        QVERIFY(profile["memory"]["totalBytes"].is_null());
        QVERIFY(profile["cpu"]["flags"].is_null());
        QVERIFY(profile["accelerators"].is_null());
        QVERIFY(profile["engines"].is_null());
    }

    void listsAreInKernelFormat()
    {
        const json profile = toJson(fullMachine());
        QVERIFY(profile["cpu"]["online"] == json("0-3"));
        QVERIFY(profile["cpu"]["cores"] == json({"0,2", "1,3"}));
        QVERIFY(profile["engines"]["cgroups"] == json("hybrid"));
    }

    void unknownKeysAreIgnoredAndMissingOnesUnknown()
    {
        const auto machine = machineFromJson(
            {{"schema", "firstlight-machine/1"}, {"later", {1, 2}}, {"cpu", {{"architecture", "x"}}}});
        QVERIFY(machine);
        QCOMPARE(machine->cpu.architecture, std::string("x"));
        QVERIFY(!machine->cpu.online);
    }

    void wrongTypesAreNamed_data()
    {
        QTest::addColumn<QString>("pointer");
        QTest::addColumn<QByteArray>("value");
        QTest::newRow("string") << "/cpu/model" << QByteArray("5");
        QTest::newRow("number") << "/cpu/family" << QByteArray("\"6\"");
        QTest::newRow("negative") << "/memory/totalBytes" << QByteArray("-1");
        QTest::newRow("fraction") << "/memory/totalBytes" << QByteArray("1.5");
        QTest::newRow("large") << "/cpu/stepping" << QByteArray("99999999999");
        QTest::newRow("cpu list") << "/cpu/online" << QByteArray("\"3-1\"");
        QTest::newRow("core") << "/cpu/cores/1" << QByteArray("\"x\"");
        QTest::newRow("flags") << "/cpu/flags" << QByteArray("\"avx2\"");
        QTest::newRow("a flag") << "/cpu/flags/0" << QByteArray("null");
        QTest::newRow("enum") << "/engines/cgroups" << QByteArray("\"v3\"");
        QTest::newRow("access") << "/accelerators/0/nodes/1/access" << QByteArray("true");
        QTest::newRow("boolean") << "/engines/systemd" << QByteArray("\"yes\"");
        QTest::newRow("object") << "/engines" << QByteArray("[]");
        QTest::newRow("array") << "/accelerators" << QByteArray("{}");
        QTest::newRow("required") << "/cpu/architecture" << QByteArray("null");
    }

    void wrongTypesAreNamed()
    {
        QFETCH(QString, pointer);
        QFETCH(QByteArray, value);
        json profile = toJson(fullMachine());
        profile[json::json_pointer(pointer.toStdString())] = json::parse(value.toStdString());
        const auto machine = machineFromJson(profile);
        QVERIFY(!machine);
        QCOMPARE(machine.error().code, std::string("machine-profile-damaged"));
        QCOMPARE(QString::fromStdString(machine.error().facts.at("pointer")), pointer);
    }

    void otherSchemasAreRefused_data()
    {
        QTest::addColumn<QByteArray>("profile");
        QTest::newRow("none") << QByteArray("{}");
        QTest::newRow("later") << QByteArray(R"({"schema": "firstlight-machine/2"})");
        QTest::newRow("number") << QByteArray(R"({"schema": 1})");
        QTest::newRow("array") << QByteArray("[]");
        QTest::newRow("null") << QByteArray("null");
    }

    void otherSchemasAreRefused()
    {
        QFETCH(QByteArray, profile);
        const auto machine = machineFromJson(json::parse(profile.toStdString()));
        QVERIFY(!machine);
        QCOMPARE(machine.error().facts.at("pointer"), std::string("/schema"));
    }

    void filesAreLoaded()
    {
        CraftedRoot folder;
        folder.file("good.json", "\n" + toJson(fullMachine()).dump(2))
            .file("cut.json", toJson(fullMachine()).dump().substr(0, 500))
            .file("text", "hello\n")
            .file("empty/x", "");
        QCOMPARE(loadMachine(folder.path() / "good.json").value_or(Machine()), fullMachine());
        QCOMPARE(loadMachine(folder.path() / "cut.json").error().code,
                 std::string("machine-profile-damaged"));
        QCOMPARE(loadMachine(folder.path() / "text").error().code, std::string("machine-recording-unknown"));
        QCOMPARE(loadMachine(folder.path() / "empty").error().code, std::string("machine-recording-unknown"));
        const auto absent = loadMachine(folder.path() / "absent");
        QCOMPARE(absent.error().code, std::string("machine-recording-unreadable"));
        QVERIFY(absent.error().kind == ErrorKind::BadInput);
    }
};

QTEST_APPLESS_MAIN(TestMachineJson)
#include "tst_machine_json.moc"
