#include "catalog/catalog.h"
#include "catalog/choosing/inclusion.h"
#include "catalog/choosing/requirement_check.h"

#include <QtTest>

using namespace firstlight;

namespace {

/// A demo with one variant per requirement, all else the least there can be.
Demo demoRequiring(const std::vector<std::string> &requirements, const std::string &more = {})
{
    std::string text
        = "schema: firstlight/1\nid: d\nkind: llm\nname: { en: D, zh_CN: 一 }\n"
          "summary: { en: D, zh_CN: 一 }\nlicence: { code: MIT }\ninterface: { port: 80, socket: true }\n"
          "ready: { http: / }\nvariants:\n";
    for (std::size_t i = 0; i < requirements.size(); ++i)
        text += "  - { id: v" + std::to_string(i)
                + ", image: a/b:c, unlocked: true, requires: " + requirements[i] + more + " }\n";
    const Result<Demo> demo = parseDemo(text, "d.yaml");
    if (!demo)
        qFatal("%s at %s:%s", demo.error().code.c_str(), demo.error().facts.at("line").c_str(),
               demo.error().facts.at("column").c_str());
    return *demo;
}

Machine workstation()
{
    Machine machine;
    machine.cpu.architecture = "x86_64";
    machine.cpu.isaLevel = "x86-64-v3";
    machine.cpu.flags = std::set<std::string>{"avx2", "fma"};
    machine.memory.totalBytes = std::uint64_t{8} << 30;
    Accelerator nvidia{
        .address = "0000:01:00.0", .kind = "gpu", .vendor = "nvidia", .vendorId = "10de", .deviceId = "2684"};
    nvidia.driver = "nvidia";
    nvidia.driverVersion = "550.54.14";
    nvidia.compute = "8.9";
    nvidia.memoryBytes = std::uint64_t{24} << 30;
    nvidia.nodes = {{"/dev/nvidiactl", NodeAccess::Usable}, {"/dev/nvidia0", NodeAccess::Usable}};
    Accelerator intel{
        .address = "0000:00:02.0", .kind = "gpu", .vendor = "intel", .vendorId = "8086", .deviceId = "a780"};
    intel.driver = "i915";
    intel.integrated = true;
    machine.accelerators = std::vector<Accelerator>{intel, nvidia};
    Engines engines;
    engines.podman
        = Podman{.path = "/usr/bin/podman", .version = "4.3.1", .runtimes = {}, .networkBackend = {}};
    engines.cdi = {{.kind = "nvidia.com/gpu", .version = {}, .devices = {}}};
    machine.engines = engines;
    return machine;
}

const char *nameOf(const Obstacles &obstacles)
{
    return isYes(obstacles) ? "yes" : isUnknown(obstacles) ? "unknown" : "no";
}

Obstacles check(const std::string &requirement, const Machine &machine, const std::string &more = {})
{
    return checkRequirement(demoRequiring({requirement}, more).variants[0], machine).obstacles;
}

} // namespace

class TestRequirements : public QObject {
    Q_OBJECT

private slots:
    void answers_data()
    {
        QTest::addColumn<QByteArray>("requirement");
        QTest::addColumn<QByteArray>("answer");
        const auto row = [](const char *requirement, const char *answer) {
            QTest::newRow(requirement) << QByteArray(requirement) << QByteArray(answer);
        };
        row("{}", "yes");
        row("{ arch: x86_64 }", "yes");
        row("{ arch: [ aarch64, x86_64 ] }", "yes");
        row("{ arch: aarch64 }", "no");
        row("{ isa: avx512-vnni }", "no");
        row("{ isa: arm-i8mm }", "no");
        row("{ platform: asahi }", "no");
        row("{ platform: \"!= asahi\" }", "yes");
        row("{ device: { vendor: nvidia, cuda: \">= 12.4\" } }", "unknown");
        row("{ arch: \"!= aarch64\" }", "yes");
        row("{ isa: x86-64-v2 }", "yes");
        row("{ isa: x86-64-v3 }", "yes");
        row("{ isa: x86-64-v4 }", "no");
        row("{ isa: armv8.2-a }", "no");
        row("{ flags: [ avx2, fma ] }", "yes");
        row("{ flags: avx512f }", "no");
        row("{ memory: \">= 8 GiB\" }", "yes");
        row("{ memory: \">= 8.5 GiB\" }", "no");
        row("{ memory: \"<= 8 GiB\" }", "yes");
        row("{ device: { vendor: nvidia } }", "yes");
        row("{ device: { vendor: amd } }", "no");
        row("{ device: { vendor: \"!= amd\" } }", "yes");
        row("{ device: { vendor: nvidia, compute: \">= 7.5\", driver: \">= 550\", memory: \">= 4 GiB\" } }",
            "yes");
        row("{ device: { vendor: nvidia, compute: \">= 10\" } }", "no"); // 8.9 is older than 10
        row("{ device: { compute: [ \"8.6\", \"8.9\" ] } }", "yes");
        row("{ device: { vendor: nvidia, compute: gfx1100 } }", "no");
        row("{ device: { vendor: intel, driver: \">= 1\" } }", "unknown");
        row("{ device: { vendor: intel, memory: \">= 6 GiB\" } }", "yes"); // shares the computer's
        row("{ device: { vendor: intel, module: nvidia } }", "no");        // not both of one device
        row("{ device: { kind: npu } }", "no");
        row("{ engine: { cdi: nvidia.com/gpu } }", "yes");
        row("{ engine: { cdi: amd.com/gpu } }", "no");
        row("{ engine: { podman: \">= 4.3\" } }", "yes");
        row("{ engine: { podman: \">= 5\" } }", "no");
        row("{ not: { arch: aarch64 } }", "yes");
        row("{ not: { arch: x86_64 } }", "no");
        row("{ not: { not: { arch: x86_64 } } }", "yes");
        row("{ not: { device: { vendor: nvidia } } }", "no");
        row("{ not: { device: { vendor: amd } } }", "yes");
        row("{ not: { device: { vendor: intel, driver: \">= 1\" } } }", "unknown");
        row("{ any: [ { arch: aarch64 }, { flags: avx2 } ] }", "yes");
        row("{ any: [ { arch: aarch64 }, { flags: avx512f } ] }", "no");
        row("{ any: [ { arch: aarch64 }, { device: { vendor: intel, driver: \">= 1\" } } ] }", "unknown");
        row("{ any: [ { device: { vendor: intel, driver: \">= 1\" } }, { arch: x86_64 } ] }", "yes");
        row("{ all: [ { device: { vendor: intel, driver: \">= 1\" } }, { arch: aarch64 } ] }", "no");
        row("{ all: [ { device: { vendor: intel, driver: \">= 1\" } }, { arch: x86_64 } ] }", "unknown");
        row("{ arch: x86_64, isa: x86-64-v4 }", "no"); // all entries of a map
    }
    void answers()
    {
        QFETCH(QByteArray, requirement);
        QFETCH(QByteArray, answer);
        QCOMPARE(QByteArray(nameOf(check(requirement.toStdString(), workstation()))), answer);
    }

    void namedSets()
    {
        Machine machine = workstation();
        machine.cpu.flags = {"avx512f", "avx512_vnni", "amx_tile", "amx_int8"};
        QCOMPARE(nameOf(check("{ isa: avx512-vnni }", machine)), "yes");
        const Obstacles amx = check("{ isa: amx }", machine);
        QCOMPARE(amx.at(0).kind, ObstacleKind::CpuFlags);
        QCOMPARE(amx.at(0).subject, std::string("amx_bf16"));
        QCOMPARE(check("{ isa: arm-sve2 }", machine).at(0).kind, ObstacleKind::Architecture);
        machine.cpu.flags.reset();
        QCOMPARE(nameOf(check("{ isa: amx }", machine)), "unknown");
        machine.cpu.architecture = "aarch64";
        machine.cpu.flags = {"asimddp", "i8mm"};
        QCOMPARE(nameOf(check("{ isa: arm-i8mm }", machine)), "yes");

        const auto requirement = [](const char *text) { return demoRequiring({text}).variants[0].requires_; };
        QVERIFY(implies(requirement("{ isa: arm-i8mm }"), requirement("{ isa: arm-dotprod }")));
        QVERIFY(!implies(requirement("{ isa: arm-dotprod }"), requirement("{ isa: arm-i8mm }")));
        QVERIFY(implies(requirement("{ isa: amx }"), requirement("{ arch: x86_64 }")));
    }

    void nothingKnown_data()
    {
        QTest::addColumn<QByteArray>("requirement");
        for (const char *requirement :
             {"{ arch: x86_64 }", "{ isa: x86-64-v2 }", "{ flags: avx2 }", "{ memory: \">= 1 GiB\" }",
              "{ device: { vendor: nvidia } }", "{ not: { device: { vendor: nvidia } } }"})
            QTest::newRow(requirement) << QByteArray(requirement);
    }
    void nothingKnown()
    {
        QFETCH(QByteArray, requirement);
        const Obstacles obstacles = check(requirement.toStdString(), Machine{});
        QCOMPARE(nameOf(obstacles), "unknown");
        QCOMPARE(obstacles[0].kind, ObstacleKind::Undescribed);
    }

    void unknownLevelOfAnotherFamilyIsNo()
    {
        Machine machine = workstation();
        machine.cpu.isaLevel.reset();
        QCOMPARE(nameOf(check("{ isa: armv8.2-a }", machine)), "no");
        QCOMPARE(nameOf(check("{ isa: x86-64-v2 }", machine)), "unknown");
    }

    void bothSides()
    {
        const Obstacle memory = check("{ memory: \">= 16 GiB\" }", workstation()).at(0);
        QCOMPARE(memory.kind, ObstacleKind::MemoryTotal);
        QCOMPARE(memory.needed, std::string("17179869184"));
        QCOMPARE(memory.found, std::string("8589934592"));
        const Obstacle flags = check("{ flags: [ avx2, avx512f, amx_int8 ] }", workstation()).at(0);
        QCOMPARE(flags.kind, ObstacleKind::CpuFlags);
        QCOMPARE(flags.subject, std::string("avx512f, amx_int8"));
        const Obstacle device
            = check("{ device: { vendor: nvidia, compute: \">= 9.0\" } }", workstation()).at(0);
        QCOMPARE(device.kind, ObstacleKind::DeviceProperty);
        QCOMPARE(device.subject, std::string("compute"));
        QCOMPARE(device.needed, std::string("9.0"));
        QCOMPARE(device.found, std::string("8.9"));
        const Obstacle none = check("{ device: { vendor: amd, kind: gpu } }", workstation()).at(0);
        QCOMPARE(none.kind, ObstacleKind::NoDevice);
        QCOMPARE(none.subject, std::string("amd"));
        QCOMPARE(none.found, std::string("intel gpu, nvidia gpu"));
        const Obstacle forbidden = check("{ not: { arch: x86_64 } }", workstation()).at(0);
        QCOMPARE(forbidden.needed, std::string("!= x86_64"));
        QCOMPARE(forbidden.found, std::string("x86_64"));
    }

    void sameReasonIsSaidOnce()
    {
        Machine machine = workstation();
        machine.cpu.architecture = "aarch64";
        QCOMPARE(check("{ arch: x86_64, isa: x86-64-v2 }", machine).size(), 1u);
    }

    void nearestMiss() // the device that comes nearest speaks, wherever it stands
    {
        Machine machine = workstation();
        Accelerator old = machine.accelerators->at(1);
        old.address = "0000:02:00.0";
        old.compute = "5.0";
        old.driverVersion = "390.1";
        for (int i = 0; i < 2; ++i) {
            machine.accelerators = i == 0 ? std::vector{old, workstation().accelerators->at(1)}
                                          : std::vector{workstation().accelerators->at(1), old};
            const Obstacles obstacles
                = check("{ device: { vendor: nvidia, compute: \">= 7.5\", driver: \">= 570\" } }", machine);
            QCOMPARE(obstacles.size(), 1u);
            QCOMPARE(obstacles[0].found, std::string("550.54.14"));
            QVERIFY(obstacles[0].fixable); // a driver can be updated
        }
    }

    void deviceInUse_data()
    {
        QTest::addColumn<QByteArray>("driver");
        QTest::addColumn<int>("access");
        QTest::addColumn<int>("kind"); // -1: none
        QTest::newRow("usable") << QByteArray("nvidia") << int(NodeAccess::Usable) << -1;
        QTest::newRow("denied") << QByteArray("nvidia") << int(NodeAccess::Denied)
                                << int(ObstacleKind::DeviceAccess);
        QTest::newRow("absent") << QByteArray("nvidia") << int(NodeAccess::Absent)
                                << int(ObstacleKind::DeviceDriver);
        QTest::newRow("no driver") << QByteArray("") << int(NodeAccess::Absent)
                                   << int(ObstacleKind::DeviceDriver);
        QTest::newRow("wrong driver")
            << QByteArray("nouveau") << int(NodeAccess::Usable) << int(ObstacleKind::DeviceDriver);
    }
    void deviceInUse()
    {
        QFETCH(QByteArray, driver);
        QFETCH(int, access);
        QFETCH(int, kind);
        Machine machine = workstation();
        Accelerator &nvidia = machine.accelerators->at(1);
        nvidia.driver = driver.isEmpty() ? std::nullopt : std::optional(driver.toStdString());
        nvidia.driverBound = !driver.isEmpty();
        if (driver != "nvidia")
            nvidia.driverVersion.reset();
        nvidia.nodes[1].access = static_cast<NodeAccess>(access);
        const std::string needs = "{ device: { vendor: nvidia, module: nvidia, driver: \">= 550\" } }";
        const Obstacles obstacles
            = check(needs, machine, ", accelerated: true, devices: [ nvidia.com/gpu=all ]");
        QCOMPARE(obstacles.size(), kind < 0 ? 0u : 1u);
        if (kind < 0)
            return;
        QCOMPARE(int(obstacles[0].kind), kind);
        QCOMPARE(verdictOf(obstacles), Verdict::AfterFix);
        if (driver != "nvidia")
            QCOMPARE(obstacles[0].needed, std::string("nvidia 550")); // which driver, and how new
    }

    void driverThatNobodyKnows_data()
    {
        QTest::addColumn<int>("bound"); // -1: a recording without links
        QTest::addColumn<QByteArray>("device");
        QTest::addColumn<QByteArray>("verdict");
        QTest::newRow("nothing known")
            << -1 << QByteArray("{ vendor: nvidia, module: nvidia }") << QByteArray("unknown");
        QTest::newRow("any driver, nothing known")
            << -1 << QByteArray("{ vendor: nvidia }") << QByteArray("unknown");
        QTest::newRow("some driver") << 1 << QByteArray("{ vendor: nvidia, module: nvidia }")
                                     << QByteArray("unknown");
        QTest::newRow("some driver is enough") << 1 << QByteArray("{ vendor: nvidia }") << QByteArray("yes");
        QTest::newRow("none") << 0 << QByteArray("{ vendor: nvidia }") << QByteArray("no");
    }
    void driverThatNobodyKnows()
    {
        QFETCH(int, bound);
        QFETCH(QByteArray, device);
        QFETCH(QByteArray, verdict);
        Machine machine = workstation();
        Accelerator &nvidia = machine.accelerators->at(1);
        nvidia.driver.reset();
        nvidia.driverVersion.reset();
        nvidia.driverBound = bound < 0 ? std::nullopt : std::optional(bound == 1);
        const Obstacles obstacles = check("{ device: " + device.toStdString() + " }", machine,
                                          ", accelerated: true, devices: [ nvidia.com/gpu=all ]");
        QCOMPARE(QByteArray(nameOf(obstacles)), verdict);
    }

    void groupOfTheDeviceIsNamed()
    {
        Machine machine = workstation();
        machine.accelerators->at(0).nodes = {{"/dev/dri/renderD128", NodeAccess::Denied, "render"}};
        const Obstacles obstacles
            = check("{ device: { vendor: intel } }", machine, ", accelerated: true, devices: [ /dev/dri ]");
        QCOMPARE(obstacles.size(), 1u);
        QCOMPARE(obstacles[0].kind, ObstacleKind::DeviceAccess);
        QCOMPARE(obstacles[0].needed, std::string("render"));
    }

    void nodesThatAreNotHandedOver() // what the variant does not use may be denied
    {
        Machine machine = workstation();
        machine.accelerators->at(1).nodes[1].access = NodeAccess::Denied;
        QVERIFY(check("{ device: { vendor: nvidia } }", machine, ", accelerated: true, devices: [ /dev/dri ]")
                    .empty());
        QVERIFY(check("{ device: { vendor: nvidia } }", machine).empty());
    }

    void enginesOfARecording()
    {
        Machine machine = workstation();
        machine.engines.reset();
        QVERIFY(check("{ engine: { cdi: amd.com/gpu, podman: \">= 99\" } }", machine).empty());
    }

    void inclusion_data()
    {
        QTest::addColumn<QByteArray>("stronger");
        QTest::addColumn<QByteArray>("weaker");
        QTest::addColumn<bool>("implied");
        const auto row = [](const char *stronger, const char *weaker, bool implied) {
            QTest::addRow("%s => %s", stronger, weaker)
                << QByteArray(stronger) << QByteArray(weaker) << implied;
        };
        row("{ arch: x86_64 }", "{}", true);
        row("{}", "{ arch: x86_64 }", false);
        row("{ arch: x86_64 }", "{ arch: [ x86_64, aarch64 ] }", true);
        row("{ arch: [ x86_64, aarch64 ] }", "{ arch: x86_64 }", false);
        row("{ isa: x86-64-v3 }", "{ isa: x86-64-v2 }", true);
        row("{ isa: x86-64-v2 }", "{ isa: x86-64-v3 }", false);
        row("{ isa: armv9-a }", "{ isa: armv8.2-a }", true);
        row("{ isa: x86-64-v3 }", "{ arch: x86_64 }", true);
        row("{ flags: [ a, b ] }", "{ flags: a }", true);
        row("{ flags: a }", "{ flags: [ a, b ] }", false);
        row("{ memory: \">= 4 GiB\" }", "{ memory: \">= 2 GB\" }", true);
        row("{ memory: \"<= 4 GiB\" }", "{ memory: \">= 2 GB\" }", false);
        row("{ device: { vendor: nvidia, compute: \">= 7.5\" } }", "{ device: { vendor: [ amd, nvidia ] } }",
            true);
        row("{ device: { vendor: nvidia, compute: \">= 7.10\" } }", "{ device: { compute: \">= 7.9\" } }",
            true);
        row("{ device: { compute: [ \"8.6\", \"8.9\" ] } }", "{ device: { compute: \">= 5.0\" } }", true);
        row("{ device: { compute: [ \"8.6\", gfx900 ] } }", "{ device: { compute: \">= 5.0\" } }", false);
        row("{ device: { vendor: nvidia } }", "{ arch: x86_64 }", false);
        row("{ any: [ { arch: x86_64 } ] }", "{ any: [ { arch: x86_64 } ] }", true);
        row("{ all: [ { arch: x86_64 }, { all: [ { flags: a } ] } ] }", "{ flags: a }", true);
    }
    void inclusion()
    {
        QFETCH(QByteArray, stronger);
        QFETCH(QByteArray, weaker);
        QFETCH(bool, implied);
        const Demo demo = demoRequiring({stronger.toStdString(), weaker.toStdString()});
        QCOMPARE(implies(demo.variants[0].requires_, demo.variants[1].requires_), implied);
    }
};

QTEST_APPLESS_MAIN(TestRequirements)
#include "tst_requirements.moc"
