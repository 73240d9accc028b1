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

std::string cpuFolder(int cpu)
{
    return "sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/";
}

void cache(CraftedRoot &root, int cpu, int index, const char *level, const char *type, const char *size,
           const std::string &shared)
{
    const std::string folder = cpuFolder(cpu) + "cache/index" + std::to_string(index) + "/";
    root.file(folder + "level", std::string(level) + "\n")
        .file(folder + "type", std::string(type) + "\n")
        .file(folder + "size", std::string(size) + "\n")
        .file(folder + "shared_cpu_list", shared + "\n");
}

/// x86 with \a cpus online CPUs without SMT, in one package.
void fill(CraftedRoot &root, int cpus, const std::string &vendor = "GenuineIntel", int model = 151)
{
    const std::string all = "0-" + std::to_string(cpus - 1) + "\n";
    std::string text;
    for (int cpu = 0; cpu < cpus; ++cpu) {
        text += "processor : " + std::to_string(cpu) + "\nvendor_id : " + vendor
                + "\ncpu family : 6\nmodel : " + std::to_string(model) + "\nflags : lm\n\n";
        root.file(cpuFolder(cpu) + "topology/thread_siblings_list", std::to_string(cpu) + "\n")
            .file(cpuFolder(cpu) + "topology/core_siblings_list", all);
    }
    root.file("proc/cpuinfo", text).file("sys/devices/system/cpu/online", all);
}

std::string kinds(const Machine &machine)
{
    std::string text;
    for (const CoreType &type : machine.cpu.coreTypes.value_or(std::vector<CoreType>()))
        text += type.kind + ":" + formatCpuList(type.cpus) + " ";
    return text;
}

std::string shown(const Machine &machine)
{
    std::string text;
    for (const Cache &cache : machine.cpu.caches.value_or(std::vector<Cache>())) {
        text += "L" + std::to_string(cache.level) + " " + cache.kind + " "
                + std::to_string(cache.sizeBytes.value_or(0) >> 10) + ":";
        for (const CpuList &cpus : cache.sharedBy)
            text += " " + formatCpuList(cpus);
        text += "; ";
    }
    return text;
}

} // namespace

class TestTopology : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void threeKindsOfIntelCores()
    {
        CraftedRoot root;
        fill(root, 8);
        root.file("sys/devices/cpu_core/cpus", "0-1\n").file("sys/devices/cpu_atom/cpus", "2-7\n");
        for (int cpu = 0; cpu < 8; ++cpu)
            cache(root, cpu, 0, "2", "Unified", "2048K",
                  cpu < 2   ? std::to_string(cpu)
                  : cpu < 6 ? "2-5"
                            : "6-7");
        for (int cpu = 0; cpu < 6; ++cpu)
            cache(root, cpu, 1, "3", "Unified", "12M", "0-5");
        const Machine machine = probed(root);
        QCOMPARE(kinds(machine), std::string("performance:0-1 efficiency:2-5 low-power:6-7 "));
        QCOMPARE(shown(machine), std::string("L2 unified 2048: 0 1 2-5 6-7; L3 unified 12288: 0-5; "));
    }

    void onlyLowPowerCoresBesideTheFastOnes()
    {
        CraftedRoot root;
        fill(root, 4, "GenuineIntel", 189);
        root.file("sys/devices/cpu_core/cpus", "0-1\n").file("sys/devices/cpu_atom/cpus", "2-3\n");
        cache(root, 0, 0, "3", "Unified", "12M", "0-1");
        cache(root, 1, 0, "3", "Unified", "12M", "0-1");
        QCOMPARE(kinds(probed(root)), std::string("performance:0-1 low-power:2-3 "));
    }

    void aHybridModelThatShowsNothingIsUnknown()
    {
        CraftedRoot root;
        fill(root, 4);
        QVERIFY(!probed(root).cpu.coreTypes);
        CraftedRoot server;
        fill(server, 4, "GenuineIntel", 85);
        QCOMPARE(kinds(probed(server)), std::string("uniform:0-3 "));
    }

    void turboStepsAreOneKindAndDenseCoresAnother()
    {
        CraftedRoot root;
        fill(root, 6, "AuthenticAMD", 36);
        const char *kilohertz[]{"5100000", "5000000", "4900000", "5100000", "3300000", "3300000"};
        for (int cpu = 0; cpu < 6; ++cpu)
            root.file(cpuFolder(cpu) + "cpufreq/cpuinfo_max_freq", std::string(kilohertz[cpu]) + "\n")
                .file(cpuFolder(cpu) + "cpufreq/scaling_governor", cpu < 4 ? "powersave\n" : "performance\n");
        const Machine machine = probed(root);
        QCOMPARE(kinds(machine), std::string("performance:0-3 efficiency:4-5 "));
        QCOMPARE(machine.cpu.coreTypes->front().maximumHz.value_or(0), 5100000000u);
        QCOMPARE(machine.cpu.governor.value_or(""), std::string("performance+powersave"));
    }

    void armByMainIdOfSysfs()
    {
        CraftedRoot root;
        root.file("proc/cpuinfo", "processor : 0\nprocessor : 1\n\nFeatures : fp asimd\n")
            .file("sys/devices/system/cpu/online", "0-1\n")
            .file(cpuFolder(0) + "regs/identification/midr_el1", "0x00000000410fd050\n")
            .file(cpuFolder(1) + "regs/identification/midr_el1", "0x00000000411fd0b1\n");
        root.file("proc/sys/kernel/arch", "aarch64\n");
        const Machine machine = probed(root);
        QCOMPARE(kinds(machine), std::string("performance:1 efficiency:0 "));
        QCOMPARE(machine.cpu.coreTypes->front().name.value_or(""), std::string("Cortex-A76"));
    }

    void armOfUnknownDesignByCapacity()
    {
        CraftedRoot root;
        root.file("proc/cpuinfo",
                  "processor : 0\nFeatures : fp asimd\nCPU implementer : 0x99\nCPU part : 0x1\n\n"
                  "processor : 1\nFeatures : fp asimd\nCPU implementer : 0x99\nCPU part : 0x2\n")
            .file("sys/devices/system/cpu/online", "0-1\n")
            .file(cpuFolder(0) + "cpu_capacity", "400\n")
            .file(cpuFolder(1) + "cpu_capacity", "1024\n");
        QCOMPARE(kinds(probed(root)), std::string("performance:1 efficiency:0 "));
    }

    void thirdLevelsOfTwoSizes()
    {
        CraftedRoot root; // as AMD's X3D
        fill(root, 4, "AuthenticAMD", 97);
        for (int cpu = 0; cpu < 4; ++cpu) {
            cache(root, cpu, 0, "1", "Data", "32K", std::to_string(cpu));
            cache(root, cpu, 1, "3", "Unified", cpu < 2 ? "98304K" : "32768K", cpu < 2 ? "0-1" : "2-3");
        }
        QCOMPARE(shown(probed(root)),
                 std::string("L1 data 32: 0 1 2 3; L3 unified 32768: 2-3; L3 unified 98304: 0-1; "));
    }

    void cachesOfOfflineCpusAreNotShown()
    {
        CraftedRoot root;
        fill(root, 4);
        root.file("sys/devices/system/cpu/online", "0,2-3\n");
        for (const int cpu : {0, 2, 3})
            cache(root, cpu, 0, "2", "Unified", "4M", cpu < 2 ? "0-1" : "2-3");
        QCOMPARE(shown(probed(root)), std::string("L2 unified 4096: 0 2-3; "));
    }

    void damagedCachesAreLeftOut()
    {
        CraftedRoot root;
        fill(root, 2);
        cache(root, 0, 0, "1", "Data", "many K", "1");  // not with its own CPU
        cache(root, 0, 1, "99", "Unified", "32K", "0"); // no such level
        cache(root, 1, 0, "1", "Data", "18446744073709551615K", "0-1");
        const Machine machine = probed(root);
        QCOMPARE(shown(machine), std::string("L1 data 0: 0-1; "));
        QVERIFY(!machine.cpu.caches->front().sizeBytes);
    }

    void cachesOfMainframeByText()
    {
        CraftedRoot root;
        root.file("proc/cpuinfo",
                  "vendor_id : IBM/S390\ncache0 : level=1 type=Data scope=Private size=128K line_size=256 "
                  "associativity=8\ncache1 : level=3 type=Unified scope=Shared size=64M\n"
                  "processor 0: version = FF, identification = 1, machine = 2964\n"
                  "processor 1: version = FF, identification = 1, machine = 2964\n");
        const Machine machine = probed(root);
        QCOMPARE(shown(machine), std::string("L1 data 128:; L3 unified 65536:; "));
        QCOMPARE(machine.cpu.caches->front().lineBytes.value_or(0), 256);
        QCOMPARE(machine.cpu.microarchitecture->name, std::string("z13"));
    }

    void diesAndPackages()
    {
        CraftedRoot root;
        fill(root, 4);
        for (int cpu = 0; cpu < 4; ++cpu) {
            root.file(cpuFolder(cpu) + "topology/package_cpus_list", cpu < 2 ? "0-1\n" : "2-3\n")
                .file(cpuFolder(cpu) + "topology/die_cpus_list", std::to_string(cpu) + "\n");
        }
        const Machine machine = probed(root);
        QCOMPARE(machine.cpu.packages.value_or(std::vector<CpuList>()),
                 (std::vector<CpuList>{{0, 1}, {2, 3}}));
        QCOMPARE(machine.cpu.dies.value_or(std::vector<CpuList>()),
                 (std::vector<CpuList>{{0}, {1}, {2}, {3}}));
    }

    void nodesWithAndWithoutCpus()
    {
        CraftedRoot root;
        fill(root, 4);
        const std::string nodes = "sys/devices/system/node/";
        root.file(nodes + "online", "0,2-3\n")
            .file(nodes + "node0/cpulist", "0-1\n")
            .file(nodes + "node0/meminfo", "Node 0 MemTotal:       1024 kB\nNode 0 MemFree: 1 kB\n")
            .file(nodes + "node0/distance", "10 20 40\n")
            .file(nodes + "node2/cpumap", "0000000c\n")
            .file(nodes + "node2/distance", "20 10\n")
            .file(nodes + "node3/cpulist", "\n")
            .file(nodes + "node3/meminfo", "Node 3 MemTotal: 99999999999999999999 kB\n");
        const auto found = probed(root).memory.numaNodes;
        QVERIFY(found);
        QCOMPARE(found->size(), 3u);
        QCOMPARE(found->at(0).memoryBytes.value_or(0), 1024u * 1024);
        QCOMPARE(found->at(0).distances.value_or(std::vector<std::uint64_t>()), (std::vector<std::uint64_t>{10, 20, 40}));
        QCOMPARE(found->at(1).number, 2);
        QCOMPARE(found->at(1).cpus, (CpuList{2, 3}));
        QVERIFY(!found->at(1).distances); // not one for each node
        QVERIFY(found->at(2).cpus.empty());
        QVERIFY(!found->at(2).memoryBytes);
    }

    void hugePages()
    {
        CraftedRoot root;
        fill(root, 1);
        const std::string folder = "sys/kernel/mm/hugepages/";
        root.file(folder + "hugepages-1048576kB/nr_hugepages", "0\n")
            .file(folder + "hugepages-2048kB/nr_hugepages", "512\n")
            .file(folder + "hugepages-2048kB/free_hugepages", "500\n")
            .file(folder + "hugepages-xkB/nr_hugepages", "5\n")
            .file("sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never\n");
        const Memory memory = probed(root).memory;
        QVERIFY(memory.hugePages);
        QCOMPARE(memory.hugePages->size(), 2u);
        QCOMPARE(memory.hugePages->at(0).pageBytes, 2u << 20);
        QCOMPARE(memory.hugePages->at(0).free.value_or(0), 500u);
        QVERIFY(!memory.hugePages->at(1).free);
        QCOMPARE(memory.transparentHugePages.value_or(""), std::string("madvise"));
    }

    void boards_data()
    {
        QTest::addColumn<QString>("vendor");
        QTest::addColumn<QString>("product");
        QTest::addColumn<QString>("board");
        QTest::newRow("both") << "LENOVO"
                              << "20XY"
                              << "LENOVO 20XY";
        QTest::newRow("vendor twice") << "HP"
                                      << "HP ZBook 15"
                                      << "HP ZBook 15";
        QTest::newRow("no product") << "ASUS"
                                    << "System Product Name"
                                    << "ASUS";
        QTest::newRow("nothing") << "To Be Filled By O.E.M."
                                 << "To be filled by O.E.M."
                                 << "";
        QTest::newRow("default") << "Default string"
                                 << " "
                                 << "";
    }

    void boards()
    {
        QFETCH(QString, vendor);
        QFETCH(QString, product);
        QFETCH(QString, board);
        CraftedRoot root;
        fill(root, 1);
        root.file("sys/class/dmi/id/sys_vendor", vendor.toStdString() + "\n")
            .file("sys/class/dmi/id/product_name", product.toStdString() + "\n");
        QCOMPARE(QString::fromStdString(probed(root).board.value_or("")), board);
    }

    void platforms()
    {
        CraftedRoot mac;
        fill(mac, 1);
        mac.file("proc/device-tree/model", std::string("Apple MacBook Air (M1, 2020)\0", 29))
            .file("proc/device-tree/compatible", std::string("apple,j313\0apple,t8103\0", 23));
        QCOMPARE(probed(mac).board.value_or(""), std::string("Apple MacBook Air (M1, 2020)"));
        QCOMPARE(probed(mac).platform.value_or(""), std::string("asahi"));
        CraftedRoot windows;
        fill(windows, 1);
        windows.file("proc/sys/kernel/osrelease", "5.15.90.1-microsoft-standard-WSL2\n");
        QCOMPARE(probed(windows).platform.value_or(""), std::string("wsl2"));
        QCOMPARE(probed(windows).container.value_or(""), std::string("wsl"));
        windows.file("proc/sys/kernel/osrelease", "4.4.0-19041-Microsoft\n");
        QCOMPARE(probed(windows).platform.value_or(""), std::string("wsl1"));
    }

    void containers()
    {
        CraftedRoot root;
        fill(root, 1);
        QVERIFY(!probed(root).container);
        root.file("proc/self/cgroup", "0::/system.slice/docker-0123.scope\n");
        QCOMPARE(probed(root).container.value_or(""), std::string("docker"));
        root.file("proc/self/cgroup", "0::/user.slice/user-1000.slice/session-1.scope\n")
            .file(".dockerenv", "");
        QCOMPARE(probed(root).container.value_or(""), std::string("docker"));
        root.file("proc/2/comm", "kthreadd\n"); // a virtual machine made of an image
        QVERIFY(!probed(root).container);
        root.file("run/.containerenv", "");
        QCOMPARE(probed(root).container.value_or(""), std::string("podman"));
        root.file("run/systemd/container", "systemd-nspawn\n");
        QCOMPARE(probed(root).container.value_or(""), std::string("systemd-nspawn"));
        root.file("run/secrets/kubernetes.io/serviceaccount/namespace", "x");
        QCOMPARE(probed(root).container.value_or(""), std::string("kubernetes"));
        CraftedRoot pod;
        fill(pod, 1);
        pod.file("proc/self/cgroup", "0::/kubepods.slice/kubepods-pod1.slice/cri-containerd-2.scope\n");
        QCOMPARE(probed(pod).container.value_or(""), std::string("kubernetes"));
    }

    void bytesOfAnyKindNeverCrash()
    {
        const std::vector<std::string> contents{"",
                                                "\n",
                                                std::string(64, '\0'),
                                                "-9223372036854775808\n",
                                                "18446744073709551616\n",
                                                "0-65535\n",
                                                "0-99999999\n",
                                                "ffffffff,ffffffff,g\n",
                                                ",,,,\n",
                                                "4294967295,0\n"};
        for (const std::string &content : contents) {
            CraftedRoot root;
            fill(root, 2);
            for (const char *name :
                 {"level", "type", "size", "shared_cpu_list", "coherency_line_size", "ways_of_associativity"})
                root.file(cpuFolder(0) + "cache/index0/" + name, content);
            for (const char *name : {"topology/thread_siblings_list", "topology/package_cpus_list",
                                     "topology/die_cpus_list", "cpufreq/cpuinfo_max_freq", "cpu_capacity",
                                     "cpufreq/scaling_governor", "regs/identification/midr_el1"})
                root.file(cpuFolder(0) + name, content);
            for (const char *name :
                 {"sys/devices/cpu_core/cpus", "sys/devices/cpu_atom/cpus", "sys/devices/system/node/online",
                  "sys/devices/system/node/node0/cpulist", "sys/devices/system/node/node0/distance",
                  "sys/devices/system/node/node0/meminfo", "sys/kernel/mm/transparent_hugepage/enabled",
                  "sys/class/dmi/id/sys_vendor", "proc/device-tree/model", "run/systemd/container"})
                root.file(name, content);
            const Machine machine = probed(root);
            QCOMPARE(machine.cpu.online.value_or(CpuList()), (CpuList{0, 1}));
            for (const Cache &cache : machine.cpu.caches.value_or(std::vector<Cache>())) {
                for (const CpuList &cpus : cache.sharedBy)
                    QVERIFY(!cpus.empty());
            }
        }
        CraftedRoot loops;
        fill(loops, 2);
        loops.link(cpuFolder(0) + "cache", "cache").link("sys/devices/system/node", "node");
        loops.file("sys/kernel/mm/hugepages", "a file in place of a folder");
        QVERIFY(!probed(loops).cpu.caches);
        QVERIFY(!probed(loops).memory.numaNodes);
        QVERIFY(!probed(loops).memory.hugePages);
    }
};

QTEST_APPLESS_MAIN(TestTopology)
#include "tst_topology.moc"
