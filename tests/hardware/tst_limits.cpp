#include "hardware/probe.h"
#include "recordings.h"

using namespace firstlight;

namespace {

Machine probed(const CraftedRoot &root)
{
    ProbeOptions options;
    options.root = root.path();
    return probe(options).value();
}

const std::string cpuText = "processor : 0\nvendor_id : GenuineIntel\ncpu family : 6\nflags : lm\n\n";

/// Cgroup v2, this process three groups deep.
void fillUnified(CraftedRoot &root, const std::string &group = "/a/b/c")
{
    root.file("proc/cpuinfo", cpuText)
        .file("proc/meminfo", "MemTotal: 1000 kB\nMemFree: 1 kB\nMemAvailable: 900 kB\nSwapTotal: 0 kB\n")
        .file("sys/devices/system/cpu/online", "0-7\n")
        .file("proc/self/cgroup", "0::" + group + "\n")
        .file("proc/self/mountinfo",
              "29 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n");
}

void fillVersionOne(CraftedRoot &root, const std::string &mountedGroup = "/")
{
    root.file("proc/cpuinfo", cpuText)
        .file("proc/meminfo", "MemTotal: 1000 kB\nMemAvailable: 900 kB\n")
        .file("sys/devices/system/cpu/online", "0-7\n")
        .file("proc/self/cgroup", "5:cpuset:/box\n4:memory:/box/inner\n2:cpu,cpuacct:/box/inner\n0::/\n")
        .file("proc/self/mountinfo",
              "32 31 0:29 " + mountedGroup
                  + " /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n33 31 0:30 "
                  + mountedGroup + " /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n34 31 0:31 "
                  + mountedGroup + " /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset\n");
}

} // namespace

class TestLimits : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void unifiedWithoutLimits()
    {
        CraftedRoot root;
        fillUnified(root);
        root.file("sys/fs/cgroup/a/b/c/cpu.max", "max 100000\n")
            .file("sys/fs/cgroup/a/b/c/memory.max", "max\n");
        const Machine machine = probed(root);
        QVERIFY(!machine.cpu.quotaCpus);
        QVERIFY(!machine.cpu.allowed);
        QVERIFY(!machine.memory.limitBytes);
        QCOMPARE(machine.memory.totalBytes.value_or(0), 1000u * 1024);
        QCOMPARE(machine.memory.availableBytes.value_or(0), 900u * 1024);
        QCOMPARE(machine.memory.swapBytes.value_or(1), 0u);
    }

    void unifiedAncestorIsTightest()
    {
        CraftedRoot root;
        fillUnified(root);
        root.file("sys/fs/cgroup/a/b/c/cpu.max", "400000 100000\n")
            .file("sys/fs/cgroup/a/b/cpu.max", "150000 100000\n")
            .file("sys/fs/cgroup/a/cpu.max", "max 100000\n")
            .file("sys/fs/cgroup/a/b/c/memory.max", "800000\n")
            .file("sys/fs/cgroup/a/memory.max", "500000\n")
            .file("sys/fs/cgroup/a/memory.current", "200000\n")
            .file("sys/fs/cgroup/a/memory.stat", "anon 1\ninactive_file 50000\n")
            .file("sys/fs/cgroup/a/b/cpuset.cpus.effective", "2-3\n")
            .file("sys/fs/cgroup/cpuset.cpus.effective", "0-7\n");
        const Machine machine = probed(root);
        QCOMPARE(machine.cpu.quotaCpus.value_or(0), 1.5);
        QCOMPARE(machine.cpu.allowed.value_or(CpuList()), (CpuList{2, 3}));
        QCOMPARE(machine.memory.limitBytes.value_or(0), 500000u);
        QCOMPARE(machine.memory.availableBytes.value_or(0), 350000u);
    }

    void aGroupOverItsLimitLeavesNothing()
    {
        CraftedRoot root;
        fillUnified(root);
        root.file("sys/fs/cgroup/a/memory.max", "1000\n").file("sys/fs/cgroup/a/memory.current", "2000\n");
        QCOMPARE(probed(root).memory.availableBytes.value_or(1), 0u);
    }

    void pathsOutsideOfWhatIsMounted_data()
    {
        QTest::addColumn<QString>("group");
        QTest::newRow("not there") << "/system.slice/docker-123.scope";
        QTest::newRow("above the namespace") << "/../../other";
        QTest::newRow("root") << "/";
        QTest::newRow("endless") << QString("/x").repeated(2000);
    }

    void pathsOutsideOfWhatIsMounted()
    {
        QFETCH(QString, group);
        CraftedRoot root;
        fillUnified(root, group.toStdString());
        root.file("sys/fs/cgroup/cpu.max", "50000 100000\n").file("sys/fs/cgroup/memory.max", "300000\n");
        const Machine machine = probed(root);
        if (group.size() < 100) {
            QCOMPARE(machine.cpu.quotaCpus.value_or(0), 0.5);
            QCOMPARE(machine.memory.limitBytes.value_or(0), 300000u);
        }
    }

    void versionOneAncestors()
    {
        CraftedRoot root;
        fillVersionOne(root);
        root.file("sys/fs/cgroup/cpu,cpuacct/box/inner/cpu.cfs_quota_us", "-1\n")
            .file("sys/fs/cgroup/cpu,cpuacct/box/inner/cpu.cfs_period_us", "100000\n")
            .file("sys/fs/cgroup/cpu,cpuacct/box/cpu.cfs_quota_us", "250000\n")
            .file("sys/fs/cgroup/cpu,cpuacct/box/cpu.cfs_period_us", "100000\n")
            .file("sys/fs/cgroup/memory/box/inner/memory.limit_in_bytes", "9223372036854771712\n")
            .file("sys/fs/cgroup/memory/box/memory.limit_in_bytes", "600000\n")
            .file("sys/fs/cgroup/memory/box/memory.usage_in_bytes", "100000\n")
            .file("sys/fs/cgroup/memory/box/memory.stat", "inactive_file 7\ntotal_inactive_file 40000\n")
            .file("sys/fs/cgroup/cpuset/box/cpuset.cpus", "0-3\n");
        const Machine machine = probed(root);
        QCOMPARE(machine.cpu.quotaCpus.value_or(0), 2.5);
        QCOMPARE(machine.cpu.allowed.value_or(CpuList()), (CpuList{0, 1, 2, 3}));
        QCOMPARE(machine.memory.limitBytes.value_or(0), 600000u);
        QCOMPARE(machine.memory.availableBytes.value_or(0), 540000u);
    }

    void versionOneCpusetsAreNarrowedByEveryAncestor()
    {
        CraftedRoot root;
        fillVersionOne(root);
        root.file("sys/fs/cgroup/cpuset/box/cpuset.cpus", "0-5\n")
            .file("sys/fs/cgroup/cpuset/cpuset.effective_cpus", "2-7\n");
        QCOMPARE(probed(root).cpu.allowed.value_or(CpuList()), (CpuList{2, 3, 4, 5}));
        root.file("sys/fs/cgroup/cpuset/box/cpuset.cpus", "\n"); // a new group has none of its own
        QCOMPARE(probed(root).cpu.allowed.value_or(CpuList()), (CpuList{2, 3, 4, 5, 6, 7}));
        root.file("sys/fs/cgroup/cpuset/box/cpuset.cpus", "0-1\n"); // nothing is left: a file is damaged
        QVERIFY(!probed(root).cpu.allowed);
    }

    void versionOneInsideAContainer()
    {
        CraftedRoot root;
        fillVersionOne(root, "/box");
        root.file("sys/fs/cgroup/cpu,cpuacct/inner/cpu.cfs_quota_us", "100000\n")
            .file("sys/fs/cgroup/cpu,cpuacct/inner/cpu.cfs_period_us", "50000\n")
            .file("sys/fs/cgroup/memory/memory.limit_in_bytes", "700000\n");
        const Machine machine = probed(root);
        QCOMPARE(machine.cpu.quotaCpus.value_or(0), 2.0);
        QCOMPARE(machine.memory.limitBytes.value_or(0), 700000u);
    }

    void recordedAffinity()
    {
        CraftedRoot root;
        fillUnified(root);
        root.file("proc/self/status", "Name: x\nCpus_allowed_list:\t1,4-9\n");
        QCOMPARE(probed(root).cpu.allowed.value_or(CpuList()), (CpuList{1, 4, 5, 6, 7}));
    }

    void siblings()
    {
        CraftedRoot root;
        fillUnified(root);
        for (int cpu = 0; cpu < 8; ++cpu) {
            const std::string list = std::to_string(cpu % 4) + "," + std::to_string(cpu % 4 + 4);
            root.file("sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/topology/thread_siblings_list",
                      list + "\n");
        }
        root.file("sys/devices/system/cpu/online", "0-6\n"); // 7, the sibling of 3, is off
        QCOMPARE(probed(root).cpu.cores.value_or(std::vector<CpuList>()),
                 (std::vector<CpuList>{{0, 4}, {1, 5}, {2, 6}, {3}}));
    }

    void damagedFilesAreUnknown()
    {
        CraftedRoot root;
        fillUnified(root);
        root.file("proc/meminfo",
                  "MemTotal: many kB\nMemAvailable 12\n:\nSwapTotal: 99999999999999999999 kB\n")
            .file("sys/fs/cgroup/a/cpu.max", "0 0\n")
            .file("sys/fs/cgroup/a/b/cpu.max", "1\n")
            .file("sys/devices/system/cpu/online", "7-0\n")
            .file("sys/fs/cgroup/a/memory.max", "-5\n");
        const Machine machine = probed(root);
        QCOMPARE(machine.memory, Memory());
        QVERIFY(!machine.cpu.quotaCpus);
        QVERIFY(!machine.cpu.online);
    }

    void operatingSystem()
    {
        CraftedRoot root;
        fillUnified(root);
        root.file("usr/lib/os-release", "ID=debian\nVERSION_ID=\"12\"\nPRETTY_NAME='A \\\"B\\\" C'\nEMPTY=\n")
            .link("etc/os-release", "../usr/lib/os-release")
            .file("proc/sys/kernel/osrelease", "6.1.0-9-amd64\n");
        const Machine machine = probed(root);
        QCOMPARE(machine.osId.value_or(""), std::string("debian"));
        QCOMPARE(machine.osVersion.value_or(""), std::string("12"));
        QCOMPARE(machine.osName.value_or(""), std::string("A \"B\" C"));
        QCOMPARE(machine.kernel.value_or(""), std::string("6.1.0-9-amd64"));
    }

    void hypervisorOfARecording()
    {
        CraftedRoot root;
        fillUnified(root);
        root.file("sys/class/dmi/id/sys_vendor", "QEMU\n");
        QVERIFY(!probed(root).cpu.hypervisor); // x86 without the flag is bare metal, whatever DMI says
        root.file("proc/cpuinfo", "processor : 0\nvendor_id : X\ncpu family : 6\nflags : lm hypervisor\n");
        QCOMPARE(probed(root).cpu.hypervisor.value_or(""), std::string("kvm"));
        root.file("sys/class/dmi/id/sys_vendor", "Somebody\n");
        QCOMPARE(probed(root).cpu.hypervisor.value_or(""), std::string("unknown"));
        root.file("sys/hypervisor/type", "xen\n");
        QCOMPARE(probed(root).cpu.hypervisor.value_or(""), std::string("xen"));
    }
};

QTEST_APPLESS_MAIN(TestLimits)
#include "tst_limits.moc"
