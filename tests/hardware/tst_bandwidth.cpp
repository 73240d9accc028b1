#include "hardware/memory/bandwidth.h"
#include "hardware/memory/read_kernel.h"
#include "hardware/recorder.h"
#include "recordings.h"

#include <filesystem>
#include <sched.h>
#include <sys/mman.h>

using namespace firstlight;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t gibibyte = std::uint64_t(1) << 30;

CpuList range(int first, int last)
{
    CpuList cpus;
    for (int cpu = first; cpu <= last; ++cpu)
        cpus.push_back(cpu);
    return cpus;
}

/// Two nodes of four cores with two threads each, and a node of memory alone.
Machine twoNodes()
{
    Machine machine;
    machine.cpu.online = range(0, 15);
    machine.cpu.allowed = range(0, 15);
    machine.cpu.cores.emplace();
    for (int core = 0; core < 8; ++core)
        machine.cpu.cores->push_back({core, core + 8});
    machine.memory.availableBytes = 64 * gibibyte;
    machine.memory.numaNodes
        = {NumaNode{.number = 0, .cpus = {0, 1, 2, 3, 8, 9, 10, 11}},
           NumaNode{.number = 1, .cpus = {4, 5, 6, 7, 12, 13, 14, 15}}, NumaNode{.number = 2, .cpus = {}}};
    return machine;
}

CpuList cpusOfThisProcess()
{
    cpu_set_t set;
    CPU_ZERO(&set);
    CpuList cpus;
    if (sched_getaffinity(0, sizeof set, &set) == 0) {
        for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
            if (CPU_ISSET(cpu, &set))
                cpus.push_back(cpu);
        }
    }
    return cpus;
}

/// Small enough for any test computer, and time for many passes.
BandwidthPlan smallPlan()
{
    return {.nodes = {{0, cpusOfThisProcess()}},
            .bytesPerThread = 8u << 20,
            .leastNodeBytes = 1u << 20,
            .budget = 2000ms};
}

} // namespace

class TestBandwidth : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void oneThreadACore()
    {
        const auto plan = planBandwidth(twoNodes(), 100ms);
        QVERIFY(plan);
        QCOMPARE(plan->nodes.size(), 2u); // nobody reads the memory without CPUs as its own
        QCOMPARE(plan->nodes[0].cpus, (CpuList{0, 1, 2, 3}));
        QCOMPARE(plan->nodes[1].cpus, (CpuList{4, 5, 6, 7}));
        QCOMPARE(plan->budget, 100ms);
    }

    void onlyAllowedCpus()
    {
        Machine machine = twoNodes();
        machine.cpu.allowed = CpuList{1, 9, 11};
        const auto plan = planBandwidth(machine, 100ms);
        QVERIFY(plan);
        QCOMPARE(plan->nodes.size(), 1u);
        QCOMPARE(plan->nodes[0].cpus, (CpuList{1, 11}));
    }

    void noMoreThreadsThanTheQuotaPays()
    {
        Machine machine = twoNodes();
        machine.cpu.quotaCpus = 3.5;
        const auto plan = planBandwidth(machine, 100ms);
        QVERIFY(plan);
        QCOMPARE(plan->nodes[0].cpus.size() + plan->nodes[1].cpus.size(), 3u);
        machine.cpu.quotaCpus = 1e300;
        QCOMPARE(planBandwidth(machine, 100ms)->nodes[0].cpus.size(), 4u);
        machine.cpu.quotaCpus = 0.1;
        QCOMPARE(planBandwidth(machine, 100ms)->nodes[0].cpus.size(), 1u);
    }

    void aNodeWithoutMemoryIsLeftOut()
    {
        Machine machine = twoNodes();
        machine.memory.numaNodes->at(1).memoryBytes = 0;
        QCOMPARE(planBandwidth(machine, 100ms)->nodes.size(), 1u);
    }

    void withoutNodesAllMemoryIsOne()
    {
        Machine machine = twoNodes();
        machine.memory.numaNodes.reset();
        const auto plan = planBandwidth(machine, 100ms);
        QCOMPARE(plan->nodes.size(), 1u);
        QCOMPARE(plan->nodes[0].cpus, range(0, 7));
    }

    void staysInItsShareOfMemory_data()
    {
        QTest::addColumn<quint64>("available");
        QTest::addColumn<int>("cores");
        for (const quint64 gibibytes : {1, 2, 4, 16, 512}) {
            for (const int cores : {1, 8, 192})
                QTest::addRow("%llu GiB, %d cores", gibibytes, cores) << gibibytes * gibibyte << cores;
        }
    }

    void staysInItsShareOfMemory()
    {
        QFETCH(quint64, available);
        QFETCH(int, cores);
        Machine machine;
        machine.cpu.allowed = range(0, cores - 1);
        machine.memory.availableBytes = available;
        machine.cpu.caches = {Cache{.level = 3, .sizeBytes = 32u << 20, .sharedBy = {range(0, cores - 1)}}};
        if (const auto plan = planBandwidth(machine, 100ms)) {
            const std::uint64_t bytes = plan->bytesPerThread * static_cast<std::uint64_t>(cores);
            QVERIFY(bytes <= available / 8);
            QVERIFY(bytes <= gibibyte / 2);
            QVERIFY(bytes >= plan->leastNodeBytes);
        } else {
            QVERIFY(available <= gibibyte && cores == 192); // not a mebibyte for each thread
        }
    }

    void shortOfMemory()
    {
        Machine machine = twoNodes();
        machine.memory.availableBytes = 16u << 20;
        QVERIFY(!planBandwidth(machine, 100ms));
        machine.memory.availableBytes = 0;
        QVERIFY(!planBandwidth(machine, 100ms));
        machine.memory.availableBytes.reset();
        QVERIFY(!planBandwidth(machine, 100ms));
    }

    void unknownCpus()
    {
        Machine machine = twoNodes();
        machine.cpu.allowed.reset();
        QVERIFY(!planBandwidth(machine, 100ms));
        machine.cpu.allowed = CpuList();
        QVERIFY(!planBandwidth(machine, 100ms));
    }

    void measures()
    {
        const auto sample = measureBandwidth(smallPlan());
        QVERIFY(sample);
        QVERIFY(sample->all.oneThreadBytesPerSecond > 0);
        QVERIFY(sample->all.allThreadsBytesPerSecond >= sample->all.oneThreadBytesPerSecond);
        QCOMPARE(sample->nodes.size(), 1u);
        QCOMPARE(sample->nodes.at(0).oneThreadBytesPerSecond, sample->all.oneThreadBytesPerSecond);
    }

    void measuresSeveralNodes()
    {
        const CpuList cpus = cpusOfThisProcess();
        BandwidthPlan plan = smallPlan();
        plan.nodes = {{3, {cpus.front()}}, {7, cpus}}; // as if they were two
        const auto sample = measureBandwidth(plan);
        QVERIFY(sample);
        QCOMPARE(sample->nodes.size(), 2u);
        for (const int number : {3, 7}) {
            QVERIFY(sample->nodes.at(number).oneThreadBytesPerSecond > 0);
            QVERIFY(sample->nodes.at(number).allThreadsBytesPerSecond > 0);
        }
    }

    void aCpuThatIsNotThereIsNoHarm()
    {
        BandwidthPlan plan = smallPlan();
        plan.nodes = {{0, {4000}}};
        QVERIFY(measureBandwidth(plan));
    }

    void stopsWhenAsked()
    {
        std::stop_source stop;
        stop.request_stop();
        QVERIFY(!measureBandwidth(smallPlan(), stop.get_token()));
    }

    void withoutTimeThereIsNoSample()
    {
        BandwidthPlan plan = smallPlan();
        plan.budget = 0ms;
        QVERIFY(!measureBandwidth(plan));
    }

    void memoryThatIsRefused()
    {
        BandwidthPlan plan = smallPlan();
        plan.bytesPerThread = std::size_t(1) << 60;
        QVERIFY(!measureBandwidth(plan));
    }

    void leavesNoThread()
    {
        const auto threads = [] {
            return std::distance(fs::directory_iterator("/proc/self/task"), fs::directory_iterator());
        };
        const auto before = threads();
        QVERIFY(measureBandwidth(smallPlan()));
        QCOMPARE(threads(), before);
    }

    void droppedBytesKeepTheirValue()
    {
        std::vector<unsigned char> bytes(64 * 1024);
        for (std::size_t i = 0; i < bytes.size(); ++i)
            bytes[i] = static_cast<unsigned char>(i * 7);
        const auto expected = bytes;
        dropFromCaches(bytes.data(), bytes.size());
        QCOMPARE(bytes, expected);
    }

    /// The page after the data is forbidden: a step too far would end the test program.
    void readsNoByteTooMuch()
    {
        constexpr std::size_t pageBytes = 65536;
        void *mapped
            = mmap(nullptr, 2 * pageBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        QVERIFY(mapped != MAP_FAILED);
        char *data = static_cast<char *>(mapped);
        QCOMPARE(mprotect(data + pageBytes, pageBytes, PROT_NONE), 0);
        loadAll(data, pageBytes);
        loadAll(data + pageBytes - 256, 256);
        loadAll(data, 0);
        dropFromCaches(data, pageBytes);
        QCOMPARE(munmap(mapped, 2 * pageBytes), 0);
    }

    void textRoundTrip()
    {
        const BandwidthSample sample{.all = {11, 22}, .nodes = {{0, {11, 12}}, {17, {10, 13}}}};
        QCOMPARE(bandwidthSample(toText(sample)).value(), sample);
    }

    void damagedText_data()
    {
        QTest::addColumn<QByteArray>("text");
        for (const char *text : {"", "all", "all 1", "all 1 2 3", "all 0 5\n", "0 1 2\n", "all -1 2\n",
                                 "all 99999999999999999999 1\n", "all 1 2\n-1 2 3\n", "all 1 2\nx 2 3\n"})
            QTest::newRow(QByteArray(text).replace('\n', '/')) << QByteArray(text);
        QTest::newRow("binary") << QByteArray("all 1 2\n\xff\0\xfe", 11);
    }

    void damagedText()
    {
        QFETCH(QByteArray, text);
        QVERIFY(!bandwidthSample(text.toStdString()));
    }

    void isRememberedAndRecorded()
    {
        Recorder recorder;
        const Root root = *Root::open("/", &recorder);
        if (!root.exists("proc/sys/kernel/random/boot_id"))
            QSKIP("this kernel does not tell its boot id");
        const auto folder = TemporaryDirectory::make(scratchParent(), "firstlight-test-");
        Machine machine;
        machine.cpu.allowed = cpusOfThisProcess();
        machine.memory.availableBytes = 2 * gibibyte;
        machine.memory.numaNodes = {NumaNode{.number = 0, .cpus = cpusOfThisProcess()}};
        const Machine unmeasured = machine;

        SlowFacts none(folder->path());
        readBandwidth(root, false, none, {}, machine);
        QCOMPARE(machine, unmeasured); // nobody allowed it

        SlowFacts facts(folder->path());
        readBandwidth(root, true, facts, {}, machine);
        if (!machine.memory.bandwidth)
            QSKIP("memory is too slow or too busy for a sample of 105 ms");
        QVERIFY(machine.memory.numaNodes->front().bandwidth);
        facts.save();

        SlowFacts later(folder->path());
        Machine remembered = unmeasured;
        readBandwidth(root, false, later, {}, remembered);
        if (remembered == unmeasured)
            QSKIP("other programs disturbed the sample, so that it was not kept");
        QCOMPARE(remembered, machine);

        SlowFacts changed(folder->path());
        Machine other = unmeasured;
        other.memory.numaNodes->push_back(NumaNode{.number = 1, .cpus = {}});
        readBandwidth(root, false, changed, {}, other);
        QVERIFY(!other.memory.bandwidth); // memory was added: measure anew

        QVERIFY(recorder.write(folder->path() / "recording"));
        const Root recorded = *Root::open(folder->path() / "recording");
        SlowFacts nothing({});
        Machine replayed = unmeasured;
        readBandwidth(recorded, true, nothing, {}, replayed);
        QCOMPARE(replayed, machine);
    }

    void aRecordingWithoutItIsNotMeasured()
    {
        CraftedRoot folder;
        folder.file("proc/x", "");
        SlowFacts facts({});
        Machine machine = twoNodes();
        readBandwidth(*Root::open(folder.path()), true, facts, {}, machine);
        QCOMPARE(machine, twoNodes());
    }
};

QTEST_APPLESS_MAIN(TestBandwidth)
#include "tst_bandwidth.moc"
