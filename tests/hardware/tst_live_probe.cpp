#include "core/process.h"
#include "hardware/machine_json.h"
#include "hardware/probe.h"

#include <QCoreApplication>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sys/resource.h>
#include <unistd.h>

using namespace firstlight;

namespace {

QString outputOf(const std::string &program, const std::vector<std::string> &arguments)
{
    const auto ended
        = runChecked({.program = program, .arguments = arguments, .environment = {{"LC_ALL", "C"}}});
    return ended ? QString::fromStdString(ended->output) : QString();
}

/// "field" → "data" of `lscpu -J`, nested or flat by version.
void collect(const QJsonArray &entries, QMap<QString, QString> &values)
{
    for (const QJsonValue &entry : entries) {
        const QString field = entry["field"].toString().chopped(1);
        if (!values.contains(field))
            values[field] = entry["data"].toString();
        collect(entry["children"].toArray(), values);
    }
}

QMap<QString, QString> lscpu()
{
    QMap<QString, QString> values;
    collect(QJsonDocument::fromJson(outputOf("lscpu", {"-J"}).toUtf8())["lscpu"].toArray(), values);
    return values;
}

} // namespace

class TestLiveProbe : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void isSteady()
    {
        auto first = probe({}).value();
        auto second = probe({}).value();
        first.memory.availableBytes = second.memory.availableBytes; // this alone changes while we look
        QCOMPARE(first, second);
        QCOMPARE(machineFromJson(nlohmann::json::parse(toJson(first).dump())).value(), first);
    }

    void agreesWithLscpu()
    {
        const auto values = lscpu();
        if (values.isEmpty())
            QSKIP("lscpu is not installed");
        const Cpu cpu = probe({}).value().cpu;
        QCOMPARE(QString::fromStdString(cpu.architecture), values["Architecture"]);
        QCOMPARE(static_cast<int>(cpu.online.value().size()),
                 static_cast<int>(parseCpuList(values["On-line CPU(s) list"].toStdString())->size()));
        if (values.contains("Vendor ID") && values["Vendor ID"] != "-")
            QCOMPARE(QString::fromStdString(cpu.vendor.value_or("")), values["Vendor ID"]);
        if (cpu.architecture == "x86_64") {
            QCOMPARE(QString::fromStdString(cpu.model.value_or("")), values["Model name"]);
            QCOMPARE(QString::number(cpu.family.value_or(-1)), values["CPU family"]);
            QCOMPARE(QString::number(cpu.modelNumber.value_or(-1)), values["Model"]);
            QStringList flags = values["Flags"].split(' ', Qt::SkipEmptyParts);
            flags.removeDuplicates();
            QCOMPARE(static_cast<int>(cpu.flags.value().size()), flags.size());
            for (const QString &flag : flags)
                QVERIFY(cpu.flags->contains(flag.toStdString()));
        }
        const int threads = values["Thread(s) per core"].toInt();
        if (threads > 0 && cpu.cores && cpu.online->size() % static_cast<std::size_t>(threads) == 0)
            QVERIFY(cpu.cores->size() >= cpu.online->size() / static_cast<std::size_t>(threads));
        const QString hypervisor = values["Hypervisor vendor"].toLower();
        if (hypervisor == "kvm" || hypervisor == "xen" || hypervisor == "microsoft" || hypervisor == "vmware")
            QCOMPARE(QString::fromStdString(cpu.hypervisor.value_or("")), hypervisor);
        else if (hypervisor.isEmpty())
            QVERIFY(!cpu.hypervisor);
    }

    void levelAgreesWithTheLoader()
    {
        const Cpu cpu = probe({}).value().cpu;
        if (cpu.architecture != "x86_64")
            QSKIP("the loader names levels on x86-64 only");
        const QString text = outputOf("/lib64/ld-linux-x86-64.so.2", {"--help"});
        if (!text.contains("x86-64-v2"))
            QSKIP("this loader does not tell its levels");
        QString best = "x86-64-v1";
        for (const char *level : {"x86-64-v2", "x86-64-v3", "x86-64-v4"}) {
            if (text.contains(QString(level) + " (supported"))
                best = level;
        }
        QCOMPARE(QString::fromStdString(cpu.isaLevel.value_or("")), best);
    }

    void allowedCpusAreWhatNprocCounts()
    {
        const QString count = outputOf("nproc", {});
        if (count.isEmpty())
            QSKIP("nproc is not installed");
        const Cpu cpu = probe({}).value().cpu;
        QVERIFY(cpu.allowed);
        QCOMPARE(static_cast<int>(cpu.allowed->size()), count.trimmed().toInt());
    }

    void affinityIsSeen()
    {
        const auto taskset = findProgram("taskset");
        if (!taskset)
            QSKIP("taskset is not installed");
        const CpuList allowed = probe({}).value().cpu.allowed.value();
        const std::string last = std::to_string(allowed.back());
        const QString shown = outputOf(
            *taskset, {"-c", last, std::filesystem::read_symlink("/proc/self/exe"), "--print-allowed"});
        QCOMPARE(shown.toStdString(), last);
    }

    void memoryAgreesWithTheKernel()
    {
        const Memory memory = probe({}).value().memory;
        const auto pages = static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES))
                           * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
        QCOMPARE(memory.totalBytes.value_or(0), pages);
        QVERIFY(memory.availableBytes.value_or(0) > 0);
        QVERIFY(*memory.availableBytes <= *memory.totalBytes);
    }

    void enginesOfThisUser()
    {
        const Engines engines = probe({}).value().engines.value();
        QCOMPARE(engines.rootless, geteuid() != 0);
        rlimit limit{};
        QCOMPARE(getrlimit(RLIMIT_NOFILE, &limit), 0);
        QVERIFY(engines.openFilesLimit && *engines.openFilesLimit <= limit.rlim_max);
        QVERIFY(engines.processesLimit && *engines.processesLimit > 0);
        QCOMPARE(engines.podman.has_value(), findProgram("podman").has_value());
        QCOMPARE(engines.systemd, std::filesystem::is_directory("/run/systemd/system"));
        if (engines.podman) {
            const QString version = outputOf("podman", {"--version"});
            QCOMPARE("podman version " + QString::fromStdString(engines.podman->version.value_or("")),
                     version.trimmed());
            for (const OciRuntime &runtime : engines.podman->runtimes) {
                QVERIFY(!runtime.works); // nobody allowed a trial
                QCOMPARE(access(runtime.path.c_str(), X_OK), 0);
            }
        }
    }

    void storageIsAsked()
    {
        ProbeOptions options;
        options.storagePaths = {"/", "/no/such/folder/yet"};
        const auto storage = probe(options).value().storage;
        QCOMPARE(storage.size(), 2u);
        QCOMPARE(storage[0].path, std::string("/"));
        QVERIFY(storage[0].freeBytes);
        QCOMPARE(storage[1].path, std::string("/no/such/folder/yet"));
    }

    void aMissingRootIsAnError()
    {
        ProbeOptions options;
        options.root = "/no/such/root";
        QCOMPARE(probe(options).error().code, std::string("machine-root-unreadable"));
    }

    void canBeCancelled()
    {
        std::stop_source stop;
        stop.request_stop();
        QCOMPARE(probe({}, stop.get_token()).error().code, std::string("cancelled"));
    }
};

int main(int argc, char **argv)
{
    if (argc == 2 && std::string_view(argv[1]) == "--print-allowed") {
        std::cout << formatCpuList(probe({}).value().cpu.allowed.value());
        return 0;
    }
    QCoreApplication application(argc, argv);
    TestLiveProbe test;
    return QTest::qExec(&test, argc, argv);
}

#include "tst_live_probe.moc"
