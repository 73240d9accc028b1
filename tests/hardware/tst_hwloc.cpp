// hwloc's lstopo as an oracle: on the computers that it recorded itself, and on this one.

#include "core/process.h"
#include "hardware/probe.h"
#include "recordings.h"

#include <QXmlStreamReader>
#include <map>
#include <set>

using namespace firstlight;
namespace fs = std::filesystem;

namespace {

using Partition = std::set<CpuList>;

struct Node {
    CpuList cpus;
    std::uint64_t bytes = 0;
    bool operator==(const Node &) const = default;
};

/// By level, kind, bytes, line and ways.
using CacheKey = std::tuple<int, std::string, std::uint64_t, int, int>;

struct Topology {
    Partition packages;
    Partition dies;
    Partition cores;
    Partition units;
    std::map<CacheKey, Partition> caches;
    std::map<int, Node> nodes;
    std::vector<int> distances; ///< row by row
};

/// "0x000000ff,,0x0000ffff"; hwloc leaves out words of zeros.
CpuList parseSet(const QString &text)
{
    QStringList words = text.split(',');
    for (QString &word : words) {
        word = word.startsWith("0x") ? word.mid(2) : word;
        word = word.isEmpty() ? "0" : word;
    }
    return parseCpuMask(words.join(',').toStdString()).value_or(CpuList{-1});
}

void addObject(const QXmlStreamAttributes &attributes, Topology &topology)
{
    const QString type = attributes.value("type").toString();
    const CpuList cpus = parseSet(attributes.value("cpuset").toString());
    if (type == "Package")
        topology.packages.insert(cpus);
    else if (type == "Die")
        topology.dies.insert(cpus);
    else if (type == "Core")
        topology.cores.insert(cpus);
    else if (type == "PU")
        topology.units.insert(cpus);
    else if (type == "NUMANode")
        topology.nodes[attributes.value("os_index").toInt()]
            = {cpus, attributes.value("local_memory").toULongLong()};
    else if (type.endsWith("Cache")) {
        static const std::map<int, std::string> kinds{{0, "unified"}, {1, "data"}, {2, "instruction"}};
        topology
            .caches[{attributes.value("depth").toInt(), kinds.at(attributes.value("cache_type").toInt()),
                     attributes.value("cache_size").toULongLong(), attributes.value("cache_linesize").toInt(),
                     attributes.value("cache_associativity").toInt()}]
            .insert(cpus);
    }
}

Topology parseTopology(const std::string &xml)
{
    Topology topology;
    QXmlStreamReader reader(QString::fromStdString(xml));
    bool latencies = false;
    while (!reader.atEnd()) {
        if (reader.readNext() != QXmlStreamReader::StartElement)
            continue;
        if (reader.name() == QLatin1String("object")) {
            addObject(reader.attributes(), topology);
        } else if (reader.name() == QLatin1String("distances2")) {
            latencies = reader.attributes().value("name") == QLatin1String("NUMALatency");
        } else if (latencies && reader.name() == QLatin1String("u64values")) {
            for (const QString &number : reader.readElementText().split(' ', Qt::SkipEmptyParts))
                topology.distances.push_back(number.toInt());
        }
    }
    return topology;
}

Topology ourTopology(const Machine &machine)
{
    const Cpu &cpu = machine.cpu;
    Topology topology;
    for (const CpuList &cpus : cpu.packages.value_or(std::vector<CpuList>()))
        topology.packages.insert(cpus);
    for (const CpuList &cpus : cpu.dies.value_or(std::vector<CpuList>()))
        topology.dies.insert(cpus);
    for (const CpuList &cpus : cpu.cores.value_or(std::vector<CpuList>()))
        topology.cores.insert(cpus);
    for (const int unit : cpu.online.value_or(CpuList()))
        topology.units.insert({unit});
    for (const Cache &cache : cpu.caches.value_or(std::vector<Cache>()))
        topology
            .caches[{cache.level, cache.kind, cache.sizeBytes.value_or(0), cache.lineBytes.value_or(0),
                     cache.ways.value_or(0)}]
            .insert(cache.sharedBy.begin(), cache.sharedBy.end());
    for (const NumaNode &node : machine.memory.numaNodes.value_or(std::vector<NumaNode>())) {
        topology.nodes[node.number] = {node.cpus, node.memoryBytes.value_or(0)};
        for (const std::uint64_t distance : node.distances.value_or(std::vector<std::uint64_t>()))
            topology.distances.push_back(static_cast<int>(distance));
    }
    return topology;
}

void compare(const Machine &machine, const Topology &hwloc)
{
    Topology ours = ourTopology(machine);
    QCOMPARE(ours.units, hwloc.units);
    QCOMPARE(ours.cores, hwloc.cores);
    QCOMPARE(ours.packages, hwloc.packages);
    // hwloc shows dies only where they are not the packages.
    if (ours.dies == ours.packages)
        ours.dies.clear();
    QCOMPARE(ours.dies, hwloc.dies);
    QVERIFY(ours.caches == hwloc.caches);
    std::set<int> numbers;
    for (const auto &[number, node] : hwloc.nodes) {
        numbers.insert(number);
        QVERIFY(ours.nodes.contains(number));
        QCOMPARE(ours.nodes[number].bytes, node.bytes);
        // hwloc gives memory without CPUs the CPUs of the package that it stands beside.
        if (!ours.nodes[number].cpus.empty())
            QCOMPARE(ours.nodes[number].cpus, node.cpus);
    }
    for (const auto &[number, node] : ours.nodes)
        QVERIFY2(numbers.contains(number) || node.bytes == 0, qPrintable(QString::number(number)));
    if (hwloc.nodes.size() > 1 && hwloc.nodes.size() == ours.nodes.size())
        QCOMPARE(ours.distances, hwloc.distances);
}

Result<ProcessResult> lstopo(const fs::path &root)
{
    ProcessSpec command{.program
                        = findProgram("lstopo-no-graphics").value_or(findProgram("lstopo").value_or("")),
                        .arguments = {"--of", "xml", "--no-io", "-"}};
    if (!root.empty())
        command.environment = {{"HWLOC_FSROOT", root.string()},
                               {"HWLOC_COMPONENTS", "linux,stop"},
                               {"HWLOC_THISSYSTEM", "0"},
                               // otherwise it leaves out the memory of GPUs that POWER9 reaches by NVLink
                               {"HWLOC_KEEP_NVIDIA_GPU_NUMA_NODES", "1"}};
    return runChecked(command);
}

bool hasLstopo()
{
    return findProgram("lstopo") || findProgram("lstopo-no-graphics");
}

} // namespace

class TestHwloc : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void recorded_data()
    {
        QTest::addColumn<QString>("archive");
        std::error_code none;
        for (const auto &entry : fs::directory_iterator(sharedMachines() / "hwloc", none)) {
            if (entry.path().extension() == ".bz2")
                QTest::newRow(entry.path().stem().stem().c_str())
                    << QString::fromStdString(entry.path().string());
        }
        if (none)
            QTest::newRow("none") << QString();
    }

    void recorded()
    {
        QFETCH(QString, archive);
        if (archive.isEmpty() || !hasLstopo() || !findProgram("bzip2"))
            QSKIP("recordings of hwloc are not beside the repository, or lstopo or bzip2 is missing");
        const auto folder = TemporaryDirectory::make(scratchParent(), "firstlight-hwloc-");
        QVERIFY(runChecked(
            {.program = "tar", .arguments = {"-xf", archive.toStdString(), "-C", folder->path().string()}}));
        const fs::path root = fs::directory_iterator(folder->path())->path();
        const auto answer = lstopo(root);
        QVERIFY(answer);
        const auto machine = loadMachine(root);
        QVERIFY(machine);
        compare(*machine, parseTopology(answer->output));
    }

    void kindsOfCores()
    {
        const fs::path archives = sharedMachines() / "hwloc";
        if (!fs::exists(archives) || !findProgram("bzip2"))
            QSKIP("recordings of hwloc are not beside the repository, or bzip2 is missing");
        const auto typesOf = [&](const std::string &name) {
            const auto folder = TemporaryDirectory::make(scratchParent(), "firstlight-hwloc-");
            const std::string archive = (archives / (name + ".tar.bz2")).string();
            (void)runChecked(
                {.program = "tar", .arguments = {"-xf", archive, "-C", folder->path().string()}});
            return loadMachine(folder->path() / name)->cpu.coreTypes.value_or(std::vector<CoreType>());
        };
        // Intel's i7-1370P has 6 P cores of 2 threads, 8 E cores.
        const auto hybrid = typesOf("20em64t-hybrid-1p6c2t+2ca4co1t");
        QCOMPARE(hybrid.size(), 2u);
        QCOMPARE(hybrid[0].kind, std::string("performance"));
        QCOMPARE(formatCpuList(hybrid[0].cpus), std::string("0-11"));
        QCOMPARE(hybrid[0].maximumHz.value_or(0), 5200000000u);
        QCOMPARE(hybrid[1].kind, std::string("efficiency"));
        QCOMPARE(formatCpuList(hybrid[1].cpus), std::string("12-19"));
        // NVIDIA's GB10 has 10 Cortex-X925 and 10 Cortex-A725.
        const auto gb10 = typesOf("nvidia-dgx-gb10");
        QCOMPARE(gb10.size(), 2u);
        QCOMPARE(gb10[0].name.value_or(""), std::string("Cortex-X925"));
        QCOMPARE(formatCpuList(gb10[0].cpus), std::string("5-9,15-19"));
        QCOMPARE(gb10[0].capacity.value_or(0), 1024);
        QCOMPARE(gb10[1].name.value_or(""), std::string("Cortex-A725"));
        QCOMPARE(typesOf("nvidiagpunumanodes").size(), 1u);
    }

    void thisComputer()
    {
        if (!hasLstopo())
            QSKIP("there is no lstopo here");
        const auto answer = lstopo({});
        QVERIFY(answer);
        compare(*probe({}), parseTopology(answer->output));
    }
};

QTEST_GUILESS_MAIN(TestHwloc)
#include "tst_hwloc.moc"
