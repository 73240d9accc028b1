#include "core/process.h"
#include "hardware/memory/huge_pages.h"
#include "hardware/memory/numa.h"
#include "hardware/probe.h"
#include "recordings.h"

using namespace firstlight;

namespace {

CraftedRoot &node(CraftedRoot &root, int number, const std::string &cpus, const std::string &kibibytes,
                  const std::string &distances)
{
    const std::string text = std::to_string(number);
    const std::string folder = "sys/devices/system/node/node" + text + "/";
    return root.file(folder + "cpulist", cpus + "\n")
        .file(folder + "meminfo", "\nNode " + text + " MemTotal:       " + kibibytes + " kB\nNode " + text
                                      + " MemFree:        10 kB\n")
        .file(folder + "distance", distances + "\n");
}

} // namespace

class TestNuma : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void noNodesAreUnknown()
    {
        CraftedRoot root;
        QVERIFY(!readNumaNodes(*Root::open(root.path()), CpuList{0}));
        QVERIFY(!readHugePages(*Root::open(root.path())));
        QVERIFY(!readTransparentHugePages(*Root::open(root.path())));
    }

    void nodes()
    {
        CraftedRoot root;
        node(root, 0, "0-3", "1000", "10 20 80");
        node(root, 1, "4-7", "2000", "20 10 80");
        node(root, 252, "", "16000", "80 80 10"); // memory of a GPU
        root.file("sys/devices/system/node/online", "0-1,252\n");
        const auto nodes = readNumaNodes(*Root::open(root.path()), CpuList{0, 1, 2, 4, 5});
        QVERIFY(nodes);
        QCOMPARE(nodes->size(), 3u);
        QCOMPARE((*nodes)[0].cpus, (CpuList{0, 1, 2}));
        QCOMPARE((*nodes)[1].memoryBytes.value_or(0), 2000u * 1024);
        QCOMPARE((*nodes)[1].distances.value(), (std::vector<std::uint64_t>{20, 10, 80}));
        QCOMPARE((*nodes)[2].number, 252);
        QVERIFY((*nodes)[2].cpus.empty());
    }

    void oldKernelsAreUnderstood()
    {
        CraftedRoot root;
        node(root, 10, "1", "1", "10 20");
        node(root, 2, "0", "1", "20 10");
        const auto nodes = readNumaNodes(*Root::open(root.path()), std::nullopt);
        QCOMPARE(nodes.value().size(), 2u);
        QCOMPARE((*nodes)[0].number, 2);
        QCOMPARE((*nodes)[0].cpus, CpuList{0});
    }

    void theDamagedIsUnknown()
    {
        CraftedRoot root;
        node(root, 0, "x", "99999999999999999999", "10 20");
        const auto nodes = readNumaNodes(*Root::open(root.path()), CpuList{0});
        QVERIFY((*nodes)[0].cpus.empty());
        QVERIFY(!(*nodes)[0].memoryBytes);
        QVERIFY(!(*nodes)[0].distances); // two distances, one node
    }

    void hugePages()
    {
        CraftedRoot root;
        const std::string folder = "sys/kernel/mm/hugepages/hugepages-";
        root.file(folder + "1048576kB/nr_hugepages", "1\n")
            .file(folder + "2048kB/nr_hugepages", "8\n")
            .file(folder + "2048kB/free_hugepages", "5\n")
            .file(folder + "kB/nr_hugepages", "8\n")
            .file("sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never\n");
        const auto sizes = readHugePages(*Root::open(root.path())).value();
        QCOMPARE(sizes.size(), 2u);
        QCOMPARE(sizes[0], (HugePages{.pageBytes = 2u << 20, .total = 8, .free = 5}));
        QCOMPARE(sizes[1], (HugePages{.pageBytes = 1u << 30, .total = 1, .free = std::nullopt}));
        QCOMPARE(readTransparentHugePages(*Root::open(root.path())).value_or(""), std::string("madvise"));
    }

    void liveNodesAgreeWithLscpu()
    {
        const auto ended = runChecked(
            {.program = "lscpu", .arguments = {"-p=CPU,NODE"}, .environment = {{"LC_ALL", "C"}}});
        if (!ended)
            QSKIP("lscpu is not installed");
        std::map<int, CpuList> expected;
        const QString text = QString::fromStdString(ended->output);
        for (const QString &line : text.split('\n')) {
            const auto fields = line.split(',');
            if (fields.size() == 2 && !line.startsWith('#') && !fields[1].isEmpty())
                expected[fields[1].toInt()].push_back(fields[0].toInt());
        }
        std::map<int, CpuList> found;
        for (const NumaNode &each : probe({}).value().memory.numaNodes.value_or(std::vector<NumaNode>())) {
            if (!each.cpus.empty())
                found[each.number] = each.cpus;
        }
        QCOMPARE(found, expected);
    }
};

QTEST_APPLESS_MAIN(TestNuma)
#include "tst_numa.moc"
