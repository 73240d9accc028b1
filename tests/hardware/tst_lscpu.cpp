// lscpu's own answers as an oracle: those recorded beside its dumps of real computers, and on this computer
// the program itself.

#include "core/process.h"
#include "hardware/probe.h"
#include "recordings.h"

#include <QMap>
#include <QSet>
#include <set>

using namespace firstlight;
namespace fs = std::filesystem;

namespace {

using Partition = std::set<CpuList>;

struct Answer {
    QMap<QString, QStringList> values;  ///< all of a name: computers of several designs have several
    QMap<QString, Partition> partition; ///< CPUs by the value of each column of the table
    Partition cores;                    ///< by Core and Socket
    Partition kernelPackages;           ///< by Socket of the second table, with the kernel's numbers
};

/// CPUs by the value of each column, and under "core" by those of Core and Socket.
QMap<QString, Partition> partitionBy(const QStringList &columns, const QStringList &rows)
{
    QMap<QString, QMap<QString, CpuList>> byValue;
    for (const QString &row : rows) {
        const QStringList fields = row.split(',');
        const int cpu = fields[0].toInt();
        for (qsizetype i = 1; i < std::min(fields.size(), columns.size()); ++i) {
            if (!columns[i].isEmpty() && !fields[i].isEmpty())
                byValue[columns[i]][fields[i]].push_back(cpu);
        }
        byValue["core"][fields.mid(1, 2).join(',')].push_back(cpu);
    }
    QMap<QString, Partition> partitions;
    for (auto [column, values] : byValue.asKeyValueRange()) {
        for (const CpuList &cpus : values)
            partitions[column].insert(cpus);
    }
    return partitions;
}

/// The first table has numbers that count from 0, the second the kernel's.
void readTables(const QStringList &lines, Answer &answer)
{
    QStringList columns;
    QList<QStringList> tables;
    for (const QString &line : lines) {
        if (line.startsWith("# CPU,")) {
            columns = line.mid(2).split(',');
            tables << QStringList();
        } else if (!tables.isEmpty() && !line.isEmpty() && line[0].isDigit()) {
            tables.last() << line;
        }
    }
    if (tables.isEmpty())
        return;
    answer.partition = partitionBy(columns, tables[0]);
    answer.cores = answer.partition.take("core");
    if (tables.size() > 1)
        answer.kernelPackages = partitionBy(columns, tables[1]).value("Socket");
}

Answer parseAnswer(const QString &text)
{
    Answer answer;
    const QStringList lines = text.split('\n');
    for (const QString &line : lines) {
        if (const auto colon = line.indexOf(':'); colon > 0 && !line.startsWith('#'))
            answer.values[line.left(colon).trimmed()] << line.mid(colon + 1).trimmed();
    }
    readTables(lines, answer);
    return answer;
}

/// "0-62:2" is every second one.
CpuList parseStrided(const QString &text)
{
    CpuList cpus;
    for (const QString &range : text.split(',', Qt::SkipEmptyParts)) {
        const QString ends = range.section(':', 0, 0);
        const int step = range.contains(':') ? range.section(':', 1).toInt() : 1;
        const int last = ends.contains('-') ? ends.section('-', 1).toInt() : ends.toInt();
        for (int cpu = ends.section('-', 0, 0).toInt(); cpu <= last; cpu += step)
            cpus.push_back(cpu);
    }
    std::ranges::sort(cpus);
    return cpus;
}

/// "1 MiB" or "1.3 MiB (32 instances)", a number of bytes without rounding where lscpu did not round.
struct Size {
    double bytes = 0;
    double rounding = 0;
    int instances = 0; ///< 0: lscpu does not say
};

Size parseSize(const QString &text)
{
    const QStringList words = text.split(' ');
    double unit = words.value(1) == "KiB" ? 1024.0 : words.value(1) == "MiB" ? 1048576.0 : 1073741824.0;
    return {.bytes = words[0].toDouble() * unit,
            .rounding = words[0].contains('.') ? 0.06 * unit : 0.0,
            .instances = text.contains('(') ? text.section('(', 1).section(' ', 0, 0).toInt() : 0};
}

Partition asPartition(const std::optional<std::vector<CpuList>> &groups)
{
    return groups ? Partition(groups->begin(), groups->end()) : Partition();
}

QString text(const std::optional<std::string> &value)
{
    return QString::fromStdString(value.value_or(""));
}

void compareIdentity(const Machine &machine, const Answer &lscpu)
{
    const Cpu &cpu = machine.cpu;
    const auto value = [&](const char *key) { return lscpu.values.value(key).value(0); };
    QVERIFY(cpu.online);
    QCOMPARE(*cpu.online, parseStrided(value("On-line CPU(s) list")));
    if (lscpu.values.contains("Architecture"))
        QCOMPARE(text(cpu.architecture), value("Architecture"));
    // We decode RISC-V's number of the vendor, and lscpu knows no vendor of LoongArch and POWER.
    if (const QString vendor = value("Vendor ID"); !vendor.isEmpty() && !vendor.startsWith("0x"))
        QCOMPARE(text(cpu.vendor), vendor);
    QStringList models = lscpu.values.value("Model name");
    models.removeAll("-");
    if (!models.isEmpty() && cpu.architecture != "aarch64")
        QCOMPARE(text(cpu.model), models[0]);
    if (!models.isEmpty() && cpu.architecture == "aarch64") {
        QStringList ours = text(cpu.model).split(" + ");
        ours.sort(); // lscpu sorts them, we name them in the order of their CPUs
        models.sort();
        QCOMPARE(ours, models);
    }
    if (cpu.architecture == "x86_64") {
        QCOMPARE(QString::number(cpu.family.value_or(-1)), value("CPU family"));
        QCOMPARE(QString::number(cpu.modelNumber.value_or(-1)), value("Model"));
        QCOMPARE(QString::number(cpu.stepping.value_or(-1)), value("Stepping"));
    }
    if (lscpu.values.contains("Flags") && cpu.architecture != "riscv64") {
        QStringList flags = value("Flags").split(' ', Qt::SkipEmptyParts);
        QSet<QString> common(flags.begin(), flags.end());
        for (const QString &other : lscpu.values["Flags"]) {
            flags = other.split(' ', Qt::SkipEmptyParts);
            common.intersect(QSet<QString>(flags.begin(), flags.end()));
        }
        QSet<QString> ours;
        for (const std::string &flag : cpu.flags.value_or(std::set<std::string>()))
            ours << QString::fromStdString(flag);
        QCOMPARE(ours, common);
    }
    const QMap<QString, QString> hypervisors{
        {"KVM", "kvm"},       {"Oracle", "oracle"}, {"pHyp", "phyp"}, {"Microsoft", "microsoft"},
        {"VMware", "vmware"}, {"Xen", "xen"},       {"", ""}};
    if (const QString vendor = value("Hypervisor vendor"); hypervisors.contains(vendor))
        QCOMPARE(text(cpu.hypervisor), hypervisors[vendor]);
    else if (value("Hypervisor").startsWith("z/VM"))
        QCOMPARE(text(cpu.hypervisor), QString("zvm"));
    else
        QCOMPARE(value("Hypervisor"), QString("PR/SM")); // splits the whole computer: no guest runs slower
}

void compareTopology(const Machine &machine, const Answer &lscpu)
{
    const Cpu &cpu = machine.cpu;
    QVERIFY(cpu.cores && cpu.packages);
    std::size_t most = 0;
    for (const CpuList &core : *cpu.cores)
        most = std::max(most, core.size());
    QCOMPARE(QString::number(most), lscpu.values.value("Thread(s) per core").value(0));
    // Where there are several designs lscpu counts the cores and sockets of each from 0.
    const bool mixed = lscpu.values.value("Model name").size() > 1;
    if (!lscpu.cores.empty() && !mixed)
        QCOMPARE(asPartition(cpu.cores), lscpu.cores);
    if (mixed && !lscpu.kernelPackages.empty())
        QCOMPARE(asPartition(cpu.packages), lscpu.kernelPackages);
    else if (lscpu.partition.contains("Socket"))
        QCOMPARE(asPartition(cpu.packages), lscpu.partition["Socket"]);
    int cores = 0;
    for (qsizetype i = 0; i < lscpu.values.value("Core(s) per socket").size(); ++i)
        cores += lscpu.values["Core(s) per socket"][i].toInt()
                 * lscpu.values.value("Socket(s)").value(i).toInt();
    if (cores > 0)
        QCOMPARE(static_cast<int>(cpu.cores->size()), cores);

    std::set<long long> frequencies;
    for (const QString &megahertz : lscpu.values.value("CPU max MHz"))
        frequencies.insert(std::llround(megahertz.toDouble() * 1e6));
    std::set<long long> ours;
    for (const CoreType &type : cpu.coreTypes.value_or(std::vector<CoreType>())) {
        if (type.maximumHz)
            ours.insert(static_cast<long long>(*type.maximumHz));
    }
    QCOMPARE(ours, frequencies);
    if (mixed)
        QCOMPARE(static_cast<qsizetype>(cpu.coreTypes->size()), lscpu.values["Model name"].size());
}

void compareCaches(const Machine &machine, const Answer &lscpu)
{
    QMap<QString, std::pair<double, int>> ours; // bytes in all and instances
    QMap<QString, Partition> sharing;
    for (const Cache &cache : machine.cpu.caches.value_or(std::vector<Cache>())) {
        const QString name = "L" + QString::number(cache.level)
                             + (cache.kind == "data"          ? "d"
                                : cache.kind == "instruction" ? "i"
                                                              : "");
        auto &[bytes, instances] = ours[name];
        const auto count = static_cast<int>(std::max<std::size_t>(cache.sharedBy.size(), 1));
        bytes += static_cast<double>(cache.sizeBytes.value_or(0)) * count;
        instances += count;
        sharing[name].insert(cache.sharedBy.begin(), cache.sharedBy.end());
    }
    for (auto [name, values] : lscpu.values.asKeyValueRange()) {
        if (!name.endsWith(" cache"))
            continue;
        const QString cache = name.chopped(6);
        QVERIFY2(ours.contains(cache), qPrintable(cache));
        const Size size = parseSize(values[0]);
        QVERIFY2(std::abs(ours[cache].first - size.bytes) <= size.rounding, qPrintable(cache));
        if (size.instances > 0)
            QCOMPARE(ours[cache].second, size.instances);
    }
    for (auto [column, partition] : lscpu.partition.asKeyValueRange()) {
        if (column.startsWith('L'))
            QCOMPARE(sharing[column], partition);
    }
}

void compareNodes(const Machine &machine, const Answer &lscpu)
{
    const auto &nodes = machine.memory.numaNodes;
    QCOMPARE(nodes ? static_cast<int>(nodes->size()) : 0,
             lscpu.values.value("NUMA node(s)").value(0).toInt());
    for (const NumaNode &node : nodes.value_or(std::vector<NumaNode>())) {
        const QString key = "NUMA node" + QString::number(node.number) + " CPU(s)";
        QVERIFY2(lscpu.values.contains(key), qPrintable(key));
        // One dump of s390x lists CPUs that are not online.
        QCOMPARE(node.cpus, intersection(parseStrided(lscpu.values[key][0]), *machine.cpu.online));
    }
}

void compare(const Machine &machine, const Answer &lscpu)
{
    compareIdentity(machine, lscpu);
    if (!QTest::currentTestFailed())
        compareTopology(machine, lscpu);
    if (!QTest::currentTestFailed())
        compareCaches(machine, lscpu);
    if (!QTest::currentTestFailed())
        compareNodes(machine, lscpu);
}

} // namespace

class TestLscpu : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void recorded_data()
    {
        QTest::addColumn<QString>("archive");
        std::error_code none;
        for (const auto &entry : fs::directory_iterator(sharedMachines() / "lscpu", none)) {
            if (entry.path().extension() == ".gz")
                QTest::newRow(entry.path().stem().stem().c_str())
                    << QString::fromStdString(entry.path().string());
        }
        if (none)
            QTest::newRow("none") << QString();
    }

    void recorded()
    {
        QFETCH(QString, archive);
        if (archive.isEmpty() || !findProgram("tar"))
            QSKIP("recordings of lscpu are not beside the repository, or tar is missing");
        const auto folder = TemporaryDirectory::make(scratchParent(), "firstlight-lscpu-");
        QVERIFY(runChecked(
            {.program = "tar", .arguments = {"-xf", archive.toStdString(), "-C", folder->path().string()}}));
        const auto machine = loadMachine(fs::directory_iterator(folder->path())->path());
        QVERIFY(machine);
        const auto expected = readFile(archive.chopped(7).toStdString() + ".expected.txt");
        QVERIFY(expected);
        compare(*machine, parseAnswer(QString::fromStdString(*expected)));
    }

    void thisComputer()
    {
        const auto program = findProgram("lscpu");
        if (!program)
            QSKIP("there is no lscpu here");
        const auto summary = runChecked({.program = *program});
        const auto table = runChecked({.program = *program, .arguments = {"-p=CPU,Core,Socket,Node"}});
        QVERIFY(summary && table);
        const auto machine = probe({});
        QVERIFY(machine);
        compare(*machine, parseAnswer(QString::fromStdString(summary->output + "\n" + table->output)));
    }
};

QTEST_GUILESS_MAIN(TestLscpu)
#include "tst_lscpu.moc"
