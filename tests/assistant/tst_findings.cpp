#include "assistant/findings.h"

#include <QTest>
#include <algorithm>

using namespace firstlight;

namespace {

Machine healthy()
{
    Machine machine;
    machine.cpu.architecture = "x86_64";
    machine.cpu.isaLevel = "x86-64-v3";
    machine.cpu.flags = {"avx2", "vmx"};
    machine.cpu.online = CpuList{0, 1, 2, 3};
    machine.cpu.allowed = machine.cpu.online;
    machine.memory.totalBytes = 16ull << 30;
    machine.storage = {{.path = "/home/fl", .freeBytes = 100ull << 30}};
    machine.accelerators.emplace().push_back({.address = "0000:01:00.0",
                                              .kind = "gpu",
                                              .vendor = "nvidia",
                                              .vendorId = "10de",
                                              .deviceId = "2684",
                                              .name = "GeForce RTX 4090",
                                              .driverBound = true,
                                              .driver = "nvidia"});
    Engines &engines = machine.engines.emplace();
    engines.podman = Podman{.path = "/usr/bin/podman"};
    engines.podman->runtimes = {{.name = "crun", .path = "/usr/bin/crun", .works = true}};
    engines.subordinateIds = true;
    engines.delegatedControllers = {"memory", "pids"};
    Virtualization &virtualization = machine.virtualization.emplace();
    virtualization.kvm = Kvm{.device = {.path = "/dev/kvm", .access = NodeAccess::Usable}, .works = true};
    virtualization.extension = "vmx";
    return machine;
}

using Change = void (*)(Machine &);

} // namespace
Q_DECLARE_METATYPE(Change)

class TestFindings : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void nothingIsWrongWithAHealthyComputer()
    {
        for (const Finding &finding : findingsAbout(healthy()))
            QFAIL(finding.code.c_str());
    }

    void theUnknownIsNoFinding() { QVERIFY(findingsAbout(Machine()).empty()); }

    void findings_data()
    {
        QTest::addColumn<Change>("change");
        QTest::addColumn<QString>("code");
        QTest::addColumn<QString>("fact");
        QTest::addColumn<QString>("value");
        const auto row = [](const char *code, const char *fact, const char *value, Change change) {
            QTest::newRow(code) << change << code << fact << value;
        };
        row("accelerator-without-driver", "device", "GeForce RTX 4090", [](Machine &machine) {
            machine.accelerators->front().driverBound = false;
            machine.accelerators->front().driver.reset();
        });
        row("accelerator-driver-unfit", "driver", "nouveau",
            [](Machine &machine) { machine.accelerators->front().driver = "nouveau"; });
        row("accelerator-denied", "group", "render", [](Machine &machine) {
            machine.accelerators->front().nodes
                = {{.path = "/dev/dri/renderD128", .access = NodeAccess::Denied, .group = "render"}};
        });
        row("accelerator-node-absent", "path", "/dev/nvidia-uvm", [](Machine &machine) {
            machine.accelerators->front().nodes = {{.path = "/dev/nvidia-uvm", .access = NodeAccess::Absent}};
        });
        row("cpus-forbidden", "allowed", "2", [](Machine &machine) { machine.cpu.allowed = CpuList{0, 1}; });
        row("cpu-time-limited", "cpus", "1.5", [](Machine &machine) { machine.cpu.quotaCpus = 1.5; });
        row("instructions-hidden", "flags", "avx2, fma", [](Machine &machine) {
            machine.cpu.microarchitecture = {.name = "zen3", .missing = {"avx2", "fma", "pku"}};
        });
        row("instructions-old", "level", "x86-64-v2",
            [](Machine &machine) { machine.cpu.isaLevel = "x86-64-v2"; });
        row("memory-limited", "limit", "1073741824",
            [](Machine &machine) { machine.memory.limitBytes = 1ull << 30; });
        row("memory-small", "total", "2147483648",
            [](Machine &machine) { machine.memory.totalBytes = 2ull << 30; });
        row("disk-small", "path", "/home/fl",
            [](Machine &machine) { machine.storage.front().freeBytes = 1ull << 30; });
        row("podman-missing", "", "", [](Machine &machine) { machine.engines->podman.reset(); });
        row("oci-runtime-missing", "", "",
            [](Machine &machine) { machine.engines->podman->runtimes.clear(); });
        row("oci-runtime-broken", "reason", "no cgroup", [](Machine &machine) {
            machine.engines->podman->runtimes.front().works = false;
            machine.engines->podman->runtimes.front().reason = "no cgroup";
        });
        row("oci-runtime-replaced", "runtime", "crun", [](Machine &machine) {
            machine.engines->podman->runtimes.front().works = false;
            machine.engines->podman->runtimes.push_back(
                {.name = "runc", .path = "/usr/bin/runc", .works = true});
        });
        row("subordinate-ids-missing", "", "",
            [](Machine &machine) { machine.engines->subordinateIds = false; });
        row("limits-not-delegated", "", "",
            [](Machine &machine) { machine.engines->delegatedControllers = {"pids"}; });
        row("on-battery", "", "", [](Machine &machine) { machine.onBattery = true; });
        row("kvm-denied", "group", "kvm", [](Machine &machine) {
            machine.virtualization->kvm->device
                = {.path = "/dev/kvm", .access = NodeAccess::Denied, .group = "kvm"};
        });
        row("kvm-broken", "reason", "run", [](Machine &machine) {
            machine.virtualization->kvm->works = false;
            machine.virtualization->kvm->reason = "run";
        });
        row("kvm-not-loaded", "", "",
            [](Machine &machine) { machine.virtualization->kvm->device.access = NodeAccess::Absent; });
        row("kvm-not-nested", "hypervisor", "vmware", [](Machine &machine) {
            machine.virtualization->kvm->device.access = NodeAccess::Absent;
            machine.cpu.hypervisor = "vmware";
        });
        row("kvm-off-in-firmware", "", "", [](Machine &machine) {
            machine.virtualization->kvm->device.access = NodeAccess::Absent;
            machine.virtualization->extension.reset();
        });
    }

    void findings()
    {
        QFETCH(Change, change);
        QFETCH(QString, code);
        QFETCH(QString, fact);
        QFETCH(QString, value);
        Machine machine = healthy();
        change(machine);
        const auto found = findingsAbout(machine);
        QCOMPARE(found.size(), 1u); // and nothing else came with it
        QCOMPARE(QString::fromStdString(found.front().code), code);
        if (!fact.isEmpty())
            QCOMPARE(QString::fromStdString(found.front().facts.at(fact.toStdString())), value);
    }

    void aDpuNeedsNoDriver()
    {
        Machine machine = healthy();
        machine.accelerators->front().kind = "dpu";
        machine.accelerators->front().driverBound = false;
        QVERIFY(findingsAbout(machine).empty());
    }

    void theHeaviestComesFirst()
    {
        Machine machine = healthy();
        machine.onBattery = true;
        machine.virtualization->kvm->works = false;
        machine.engines->podman.reset();
        const auto found = findingsAbout(machine);
        QCOMPARE(found.size(), 3u);
        QVERIFY(std::ranges::is_sorted(found, {}, &Finding::weight));
        QCOMPARE(found.front().code, std::string("podman-missing"));
    }
};

QTEST_APPLESS_MAIN(TestFindings)
#include "tst_findings.moc"
