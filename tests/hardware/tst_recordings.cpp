#include "core/process.h"
#include "hardware/machine_json.h"
#include "hardware/probe.h"
#include "recordings.h"

#include <QRegularExpression>
#include <algorithm>
#include <nlohmann/json.hpp>
#include <random>
#include <set>

using namespace firstlight;
namespace fs = std::filesystem;

namespace {

struct Answer {
    const char *file;
    const char *architecture;
    const char *vendor;
    const char *isaLevel;
};

// Written by hand from the vendors' data sheets of each processor.
constexpr Answer answers[]{
    {"bgq-rhel6-power7", "ppc64", "IBM", "power7"},
    {"darwin-mojave-haswell", "x86_64", "GenuineIntel", "x86-64-v3"},
    {"darwin-mojave-skylake", "x86_64", "GenuineIntel", "x86-64-v3"},
    {"darwin-monterey-m2", "aarch64", "Apple", "armv8.6-a"},
    {"darwin-sequoia-m4", "aarch64", "Apple", "armv8.6-a"},
    {"linux-amazon-neoverse_n1", "aarch64", "ARM", "armv8.2-a"},
    {"linux-asahi-m1", "aarch64", "Apple", "armv8.2-a"},
    {"linux-centos7-cascadelake", "x86_64", "GenuineIntel", "x86-64-v4"},
    {"linux-centos7-thunderx2", "aarch64", "Cavium", "armv8.0-a"},
    {"linux-rhel6-piledriver", "x86_64", "AuthenticAMD", "x86-64-v2"},
    {"linux-rhel7-haswell", "x86_64", "GenuineIntel", "x86-64-v3"},
    {"linux-rhel7-skylake_avx512", "x86_64", "GenuineIntel", "x86-64-v4"},
    {"linux-rhel7-zen", "x86_64", "AuthenticAMD", "x86-64-v3"},
    {"linux-rhel8-power9", "ppc64le", "IBM", "power9"},
    {"linux-rhel9-neoverse_v2", "aarch64", "ARM", "armv9-a"},
    {"linux-rocky8.5-zen4", "x86_64", "AuthenticAMD", "x86-64-v4"},
    {"linux-scientific7-k10", "x86_64", "AuthenticAMD", "x86-64-v1"},
    {"linux-scientificfermi6-bulldozer", "x86_64", "AuthenticAMD", "x86-64-v2"},
    {"linux-sifive-u74mc", "riscv64", "", "rva20"},
    {"linux-ubuntu18.04-broadwell", "x86_64", "GenuineIntel", "x86-64-v3"},
    {"linux-ubuntu22.04-ampere1", "aarch64", "Ampere", "armv8.6-a"},
    {"linux-ubuntu22.04-neoverse_n2", "aarch64", "ARM", "armv9-a"},
    {"linux-ubuntu24.04-alderlake", "x86_64", "GenuineIntel", "x86-64-v3"},
    {"linux-ubuntu26.04-arrowlake_s", "x86_64", "GenuineIntel", "x86-64-v3"},
    {"linux-unknown-power10", "ppc64le", "IBM", "power10"},
    {"windows-cpuid-broadwell", "x86_64", "GenuineIntel", "x86-64-v3"},
};

/// From the recordings beside the repository, else from our own; empty if neither has it.
fs::path archspecFile(const std::string &name)
{
    for (const fs::path &folder : {sharedMachines() / "archspec", ownMachines()}) {
        if (fs::exists(folder / name))
            return folder / name;
    }
    return {};
}

std::vector<fs::path> entriesOf(const fs::path &folder, const std::string &suffix = {})
{
    std::vector<fs::path> paths;
    std::error_code none;
    for (const auto &entry : fs::directory_iterator(folder, none)) {
        if (entry.path().filename().string().ends_with(suffix))
            paths.push_back(entry.path());
    }
    std::ranges::sort(paths);
    return paths;
}

void checkSteadyAndRoundTrip(const fs::path &path, Machine &machine)
{
    const auto first = loadMachine(path);
    const auto second = loadMachine(path);
    QVERIFY2(first, path.c_str());
    QVERIFY(second);
    QCOMPARE(*first, *second);
    const std::string text = toJson(*first).dump();
    const auto again = machineFromJson(nlohmann::json::parse(text));
    QVERIFY(again);
    QCOMPARE(*again, *first);
    QCOMPARE(toJson(*again).dump(), text);
    QVERIFY(!first->engines); // a recording does not tell what this computer's engines can do
    machine = *first;
}

/// What lscpu printed as "Name: value", and its CPU,Core table.
struct LscpuAnswer {
    QMap<QString, QString> values;
    std::set<int> cpus;
    std::set<QString> cores; ///< "core,socket"
    bool mixed = false;      ///< several kinds of cores, which lscpu numbers each from 0
};

LscpuAnswer readLscpuAnswer(const fs::path &path)
{
    LscpuAnswer answer;
    bool inTable = false;
    bool tableDone = false;
    const QString text = QString::fromStdString(readFile(path).value_or(""));
    for (const QString &line : text.split('\n')) {
        if (line.startsWith("# CPU,Core")) {
            inTable = !tableDone;
        } else if (line.isEmpty()) {
            tableDone = tableDone || inTable;
            inTable = false;
        } else if (inTable && line[0].isDigit()) {
            answer.cpus.insert(line.split(',')[0].toInt());
            if (!line.split(',')[1].isEmpty())
                answer.cores.insert(line.section(',', 1, 2));
        } else if (const auto colon = line.indexOf(':'); colon > 0 && !inTable) {
            const QString key = line.left(colon).trimmed();
            answer.mixed = answer.mixed || (key == "Model name" && answer.values.contains(key));
            if (!answer.values.contains(key))
                answer.values[key] = line.mid(colon + 1).trimmed();
        }
    }
    return answer;
}

void extract(const fs::path &archive, const fs::path &folder)
{
    const auto done = runChecked({.program = "tar", .arguments = {"-xf", archive, "-C", folder}});
    QVERIFY2(done, archive.c_str());
}

} // namespace

class TestRecordings : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void archspec_data()
    {
        QTest::addColumn<QString>("architecture");
        QTest::addColumn<QString>("vendor");
        QTest::addColumn<QString>("isaLevel");
        for (const Answer &answer : answers)
            QTest::newRow(answer.file) << answer.architecture << answer.vendor << answer.isaLevel;
    }

    void archspec()
    {
        QFETCH(QString, architecture);
        QFETCH(QString, vendor);
        QFETCH(QString, isaLevel);
        const fs::path path = archspecFile(QTest::currentDataTag());
        if (path.empty())
            QSKIP("this recording is not beside the repository");
        Machine machine;
        checkSteadyAndRoundTrip(path, machine);
        QCOMPARE(QString::fromStdString(machine.cpu.architecture), architecture);
        QCOMPARE(QString::fromStdString(machine.cpu.vendor.value_or("")), vendor);
        QCOMPARE(QString::fromStdString(machine.cpu.isaLevel.value_or("")), isaLevel);
        QCOMPARE(machine.cpu.flags.has_value(), !architecture.startsWith("ppc"));
        const bool isLinux = QString(QTest::currentDataTag()).startsWith("linux");
        if (machine.cpu.flags && isLinux) {
            // Each flag stands in the text as a word (RISC-V joins its own).
            const QString text = QString::fromStdString(readFile(path).value_or(""));
            for (const std::string &flag : *machine.cpu.flags) {
                if (architecture != "riscv64")
                    QVERIFY(text.contains(QRegularExpression(
                        "\\b" + QRegularExpression::escape(QString::fromStdString(flag)) + "\\b")));
            }
        }
        QVERIFY(!machine.accelerators);
        QCOMPARE(machine.memory.totalBytes.has_value(), architecture == "aarch64" && !isLinux);
    }

    void otherTextsAreRefused_data()
    {
        QTest::addColumn<QString>("file");
        for (const char *file : {"LICENSE-MIT", "COPYRIGHT"})
            QTest::newRow(file) << file;
    }

    void otherTextsAreRefused()
    {
        QFETCH(QString, file);
        const fs::path path = archspecFile(file.toStdString());
        if (path.empty())
            QSKIP("this recording is not beside the repository");
        const auto machine = loadMachine(path);
        QVERIFY(!machine);
        QCOMPARE(machine.error().code, std::string("machine-recording-unknown"));
        QVERIFY(machine.error().kind == ErrorKind::BadInput);
        QCOMPARE(machine.error().facts.at("path"), path.string());
    }

    void commentsAreSkipped()
    {
        CraftedRoot folder;
        const std::string text = readFile(ownMachines() / "linux-rhel7-haswell").value();
        folder.file("x", "COMMENT : taken by hand: see there\n" + text);
        QCOMPARE(*loadMachine(folder.path() / "x"), *loadMachine(ownMachines() / "linux-rhel7-haswell"));
    }

    void likeLscpu_data()
    {
        QTest::addColumn<QString>("archive");
        const auto archives = entriesOf(sharedMachines() / "lscpu", ".tar.gz");
        for (const fs::path &archive : archives)
            QTest::newRow(archive.filename().c_str()) << QString::fromStdString(archive.string());
        if (archives.empty())
            QTest::newRow("none") << QString();
    }

    void likeLscpu()
    {
        QFETCH(QString, archive);
        if (archive.isEmpty() || !findProgram("tar"))
            QSKIP("recordings of lscpu are not beside the repository, or tar is missing");
        const auto folder = TemporaryDirectory::make(scratchParent(), "firstlight-test-");
        extract(archive.toStdString(), folder->path());
        Machine machine;
        checkSteadyAndRoundTrip(entriesOf(folder->path()).at(0), machine);

        const LscpuAnswer lscpu = readLscpuAnswer(archive.chopped(7).toStdString() + ".expected.txt");
        const Cpu &cpu = machine.cpu;
        QVERIFY(cpu.online && cpu.cores);
        QCOMPARE(QString::fromStdString(formatCpuList(*cpu.online)),
                 QString::fromStdString(
                     formatCpuList(*parseCpuList(lscpu.values.value("On-line CPU(s) list").toStdString()))));
        QCOMPARE(std::set<int>(cpu.online->begin(), cpu.online->end()), lscpu.cpus);
        if (!lscpu.cores.empty() && !lscpu.mixed)
            QCOMPARE(cpu.cores->size(), lscpu.cores.size());
        if (cpu.architecture == "x86_64") {
            QCOMPARE(QString::number(cpu.family.value_or(-1)), lscpu.values.value("CPU family"));
            QCOMPARE(QString::number(cpu.modelNumber.value_or(-1)), lscpu.values.value("Model"));
            QCOMPARE(QString::number(cpu.stepping.value_or(-1)), lscpu.values.value("Stepping"));
            QCOMPARE(QString::fromStdString(cpu.vendor.value_or("")), lscpu.values.value("Vendor ID"));
        }
        if (cpu.architecture != "riscv64" && lscpu.values.contains("Flags") && cpu.flags) {
            QStringList flags = lscpu.values.value("Flags").split(' ', Qt::SkipEmptyParts);
            QStringList ours;
            for (const std::string &flag : *cpu.flags)
                ours << QString::fromStdString(flag);
            flags.removeDuplicates();
            flags.sort();
            ours.sort();
            QCOMPARE(ours, flags);
        }
    }

    void gathered_data()
    {
        QTest::addColumn<QString>("file");
        QTest::addColumn<int>("cpus");
        QTest::addColumn<int>("cores");
        QTest::addColumn<QString>("isaLevel");
        QTest::newRow("hybrid") << "20em64t-hybrid-1p6c2t+2ca4co1t" << 20 << 14 << "x86-64-v3";
        QTest::newRow("gb10") << "nvidia-dgx-gb10" << 20 << 20 << "armv9-a";
        QTest::newRow("power9") << "nvidiagpunumanodes" << 32 << 8 << "power9";
    }

    void gathered()
    {
        QFETCH(QString, file);
        QFETCH(int, cpus);
        QFETCH(int, cores);
        QFETCH(QString, isaLevel);
        const fs::path archive = sharedMachines() / "hwloc" / (file.toStdString() + ".tar.bz2");
        if (!fs::exists(archive) || !findProgram("tar") || !findProgram("bzip2"))
            QSKIP("recordings of hwloc are not beside the repository, or tar or bzip2 is missing");
        const auto folder = TemporaryDirectory::make(scratchParent(), "firstlight-test-");
        extract(archive, folder->path());
        Machine machine;
        checkSteadyAndRoundTrip(folder->path() / file.toStdString(), machine);
        QCOMPARE(static_cast<int>(machine.cpu.online->size()), cpus);
        QCOMPARE(static_cast<int>(machine.cpu.cores->size()), cores);
        QCOMPARE(QString::fromStdString(machine.cpu.isaLevel.value_or("")), isaLevel);
        QVERIFY(machine.memory.totalBytes.value_or(0) > 0);
        if (file == "nvidiagpunumanodes") { // six V100 with 16 GB, whose PCI ids are not in it
            QCOMPARE(machine.accelerators->size(), 6u);
            for (const Accelerator &gpu : *machine.accelerators) {
                QCOMPARE(gpu.vendor, std::string("nvidia"));
                QCOMPARE(gpu.driver.value_or(""), std::string("nvidia"));
                QCOMPARE(gpu.memoryBytes.value_or(0), 0x3f0000000u);
                QCOMPARE(gpu.memoryKind.value_or(""), std::string("dedicated"));
            }
        }
        if (file == "nvidia-dgx-gb10")
            QVERIFY(!machine.accelerators); // it holds neither PCI nor the driver's files
    }

    void ownRecordings_data()
    {
        QTest::addColumn<int>("cpus");
        QTest::addColumn<int>("cores");
        QTest::addColumn<QString>("isaLevel");
        QTest::addColumn<QString>("design");
        QTest::addColumn<QString>("coreTypes");
        QTest::addColumn<int>("nodes");
        QTest::addColumn<int>("accelerators"); // -1: not known
        QTest::newRow("amd-epyc-milan-guest") << 2 << 2 << "x86-64-v3"
                                              << "zen3"
                                              << "uniform" << 1 << 0;
        QTest::newRow("amd-instinct-mi210") << -1 << -1 << ""
                                            << ""
                                            << "" << -1 << 8;
        QTest::newRow("intel-i7-1370p") << 20 << 14 << "x86-64-v3"
                                        << "raptorlake"
                                        << "performance 12, efficiency 8" << 1 << -1;
        QTest::newRow("nvidia-dgx-gb10") << 20 << 20 << "armv9-a"
                                         << "cortex_x925"
                                         << "performance 10, efficiency 10" << 1 << -1;
        QTest::newRow("power9-v100") << 32 << 8 << "power9"
                                     << "power9"
                                     << "uniform" << 8 << 6;
    }

    void ownRecordings()
    {
        QFETCH(int, cpus);
        QFETCH(int, cores);
        QFETCH(QString, isaLevel);
        QFETCH(QString, design);
        QFETCH(QString, coreTypes);
        QFETCH(int, nodes);
        QFETCH(int, accelerators);
        const auto machine = loadMachine(ownMachines() / QTest::currentDataTag());
        QVERIFY(machine);
        QCOMPARE(machineFromJson(nlohmann::json::parse(toJson(*machine).dump())).value(), *machine);
        const auto count = [](const auto &list) { return list ? static_cast<int>(list->size()) : -1; };
        const Cpu &cpu = machine->cpu;
        QCOMPARE(count(cpu.online), cpus);
        QCOMPARE(count(cpu.cores), cores);
        QCOMPARE(QString::fromStdString(cpu.isaLevel.value_or("")), isaLevel);
        QCOMPARE(QString::fromStdString(cpu.microarchitecture.value_or(Microarchitecture()).name), design);
        QStringList types;
        for (const CoreType &type : cpu.coreTypes.value_or(std::vector<CoreType>()))
            types << QString::fromStdString(type.kind)
                         + (type.kind == "uniform" ? QString() : QString(" %1").arg(type.cpus.size()));
        QCOMPARE(types.join(", "), coreTypes);
        QCOMPARE(count(machine->memory.numaNodes), nodes);
        QCOMPARE(count(machine->accelerators), accelerators);
    }

    void roots_data()
    {
        QTest::addColumn<QString>("path");
        const auto roots = entriesOf(sharedMachines() / "roots");
        for (const fs::path &root : roots)
            QTest::newRow(root.filename().c_str()) << QString::fromStdString(root.string());
        if (roots.empty())
            QTest::newRow("none") << QString();
    }

    void roots()
    {
        QFETCH(QString, path);
        if (path.isEmpty())
            QSKIP("recorded roots are not beside the repository");
        Machine machine;
        checkSteadyAndRoundTrip(path.toStdString(), machine);
        const fs::path answerFile = fs::path(path.toStdString()) / "lscompute.json";
        const auto text = readFile(answerFile);
        if (!text)
            return;
        const auto answer = nlohmann::json::parse(*text);
        const auto &cpu = answer["cpus"][0];
        const std::map<std::string, std::string> names{
            {"amd64", "x86_64"}, {"arm64", "aarch64"}, {"riscv64", "riscv64"}};
        QCOMPARE(machine.cpu.architecture, names.at(cpu["architecture"]));
        if (cpu.contains("manufacturer-id"))
            QCOMPARE(machine.cpu.vendor.value_or(""), cpu["manufacturer-id"].get<std::string>());
        for (const char *key : {"flags", "features"}) {
            if (cpu.contains(key) && machine.cpu.architecture != "riscv64")
                QCOMPARE(*machine.cpu.flags, cpu[key].get<std::set<std::string>>());
        }
        QCOMPARE(machine.memory.totalBytes.value_or(0), answer["memory"]["total-ram"].get<std::uint64_t>());
        QCOMPARE(machine.memory.swapBytes.value_or(0), answer["memory"]["total-swap"].get<std::uint64_t>());
        checkDisplays(machine, answer["devices"]);
        checkProperties(machine, answer["devices"]);
    }

    void instinctServer()
    {
        const fs::path topology = sharedMachines() / "kfd/mi210-xgmi-pcie";
        if (!fs::exists(topology))
            QSKIP("the recording of a server with MI210 is not beside the repository");
        CraftedRoot root;
        fs::create_directories(root.path() / "sys/class/kfd/kfd");
        fs::create_directories(root.path() / "proc");
        fs::copy(topology, root.path() / "sys/class/kfd/kfd/topology", fs::copy_options::recursive);
        Machine machine;
        checkSteadyAndRoundTrip(root.path(), machine);
        QCOMPARE(machine.accelerators->size(), 8u);
        for (const Accelerator &gpu : *machine.accelerators) {
            QCOMPARE(gpu.compute.value_or(""), std::string("gfx90a"));
            QCOMPARE(gpu.deviceId, std::string("740f"));
            QCOMPARE(gpu.integrated, std::optional(false));
            QCOMPARE(gpu.driver.value_or(""), std::string("amdgpu"));
            QCOMPARE(gpu.memoryKind.value_or(""), std::string("dedicated"));
            QCOMPARE(gpu.computeUnits.value_or(0), 104);
            QVERIFY(!gpu.memoryBytes); // the recording holds no memory banks
            // Two hives of four, each linked with the three others of its own.
            QCOMPARE(gpu.linkedTo.size(), 3u);
            for (const std::string &address : gpu.linkedTo) {
                const auto peer = std::ranges::find(*machine.accelerators, address, &Accelerator::address);
                QVERIFY(peer != machine.accelerators->end());
                QVERIFY(std::ranges::find(peer->linkedTo, gpu.address) != peer->linkedTo.end());
            }
        }
    }

    void damagedTextsNeverCrash()
    {
        std::mt19937 random(20240817);
        const auto below = [&](std::size_t limit) { return static_cast<std::size_t>(random() % limit); };
        auto files = entriesOf(ownMachines());
        std::erase_if(files, [](const fs::path &path) { return fs::is_directory(path); });
        QVERIFY(!files.empty());
        CraftedRoot folder;
        int understood = 0;
        for (int round = 0; round < 3000; ++round) {
            std::string text = readFile(files[below(files.size())]).value();
            text.resize(1 + below(text.size()));
            for (std::size_t change = below(8); change > 0; --change) {
                const std::size_t at = below(text.size());
                switch (below(4)) {
                case 0:
                    text[at] = static_cast<char>(random());
                    break;
                case 1:
                    text.insert(at, text.substr(below(text.size()), below(200)));
                    break;
                case 2:
                    text.erase(at, below(100));
                    break;
                default:
                    text.insert(at, 1, "\n:\0{,-"[below(6)]);
                }
                if (text.empty())
                    text = "\n";
            }
            const fs::path path = folder.path() / "text";
            folder.file("text", text).file("root/proc/cpuinfo", text).file("root/proc/meminfo", text);
            if (round % 10 == 0) { // the same bytes wherever a root is read
                for (const char *name :
                     {"proc/self/cgroup", "proc/self/mountinfo", "sys/devices/system/cpu/online",
                      "etc/os-release", "proc/self/status", "sys/class/kfd/kfd/topology/nodes/1/properties"})
                    folder.file(std::string("root/") + name, text);
            }
            const auto fromText = loadMachine(path);
            understood += fromText ? 1 : 0;
            const auto fromRoot = loadMachine(folder.path() / "root");
            QVERIFY(fromRoot);
            for (const auto &machine : {fromText, fromRoot}) {
                if (machine) // words of a damaged file need not be UTF-8
                    (void)toJson(*machine).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
            }
        }
        QVERIFY(understood > 500);
    }

    void damagedProfilesNeverCrash()
    {
        std::mt19937 random(7);
        const std::string good = toJson(*loadMachine(ownMachines() / "linux-rhel7-haswell")).dump();
        for (int round = 0; round < 2000; ++round) {
            std::string text = good;
            for (int change = 0; change < 4; ++change)
                text[random() % text.size()] = "{}[]\",:0-9ntx"[random() % 13];
            const auto profile = nlohmann::json::parse(text, nullptr, false);
            if (!profile.is_discarded())
                (void)machineFromJson(profile);
        }
    }

private:
    /// Every display and accelerator class device of the answer is ours as well, at the same address, and no
    /// other.
    static void checkDisplays(const Machine &machine, const nlohmann::json &devices)
    {
        std::set<std::string> expected;
        for (const auto &device : devices) {
            const QString deviceClass = QString::fromStdString(device.value("device-class", "0x0"));
            const uint number = deviceClass.toUInt(nullptr, 16);
            const std::string vendor = device.value("vendor-id", "");
            if ((number >> 8 == 0x3 || number == 0x1200) && vendor != "0x1A03" && vendor != "0x102B")
                expected.insert(device["slot"].get<std::string>());
        }
        std::set<std::string> found;
        for (const Accelerator &accelerator : machine.accelerators.value_or(std::vector<Accelerator>()))
            found.insert(accelerator.address);
        QCOMPARE(found, expected);
    }

    /// What the answer says of a device that we know as well is the same. The answer's memory of NVIDIA and
    /// Intel devices is of nvidia-smi and clinfo, which no file tells (for built-in graphics it is main
    /// memory).
    static void checkProperties(const Machine &machine, const nlohmann::json &devices)
    {
        const auto digits = [](const std::string &id) {
            return QString::number(QString::fromStdString(id).toUInt(nullptr, 16), 16).rightJustified(4, '0');
        };
        for (const auto &device : devices) {
            const auto &all = *machine.accelerators;
            const auto found = std::ranges::find(all, device.value("slot", ""), &Accelerator::address);
            if (found == all.end())
                continue;
            QCOMPARE(QString::fromStdString(found->vendorId), digits(device["vendor-id"]));
            QCOMPARE(QString::fromStdString(found->deviceId), digits(device["device-id"]));
            const auto more = device.value("additional-properties", nlohmann::json::object());
            const auto text = [&](const char *name) { return more.value(name, std::string()); };
            if (more.contains("microarchitecture"))
                QCOMPARE(found->compute.value_or(""), text("microarchitecture"));
            if (more.contains("compute-capability"))
                QCOMPARE(found->compute.value_or(""), text("compute-capability"));
            if (more.contains("vram") && found->vendor == "amd")
                QCOMPARE(std::to_string(found->memoryBytes.value_or(0)), text("vram"));
            if (device.contains("device-name") && found->name)
                QCOMPARE(*found->name, device["device-name"].get<std::string>());
        }
    }
};

QTEST_GUILESS_MAIN(TestRecordings)
#include "tst_recordings.moc"
