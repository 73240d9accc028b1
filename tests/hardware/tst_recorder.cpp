#include "hardware/machine_json.h"
#include "hardware/probe.h"
#include "hardware/recorder.h"
#include "recordings.h"

#include <map>
#include <nlohmann/json.hpp>

using namespace firstlight;
namespace fs = std::filesystem;

namespace {

/// Path below \a folder → content of the file, or " -> TARGET" of a link.
std::map<std::string, std::string> tree(const fs::path &folder)
{
    std::map<std::string, std::string> files;
    for (const auto &entry : fs::recursive_directory_iterator(folder)) {
        const std::string name = entry.path().lexically_relative(folder);
        if (entry.is_symlink())
            files[name] = " -> " + fs::read_symlink(entry.path()).string();
        else if (entry.is_regular_file())
            files[name] = readFile(entry.path()).value();
    }
    return files;
}

Machine probed(const fs::path &root, Recorder *recorder = nullptr)
{
    ProbeOptions options;
    options.root = root;
    options.recorder = recorder;
    return probe(options).value();
}

std::set<std::string> hardwareAddresses()
{
    std::set<std::string> addresses;
    std::error_code none;
    for (const auto &entry : fs::directory_iterator("/sys/class/net", none)) {
        QString text = QString::fromStdString(readFile(entry.path() / "address").value_or("")).trimmed();
        if (text.size() >= 17 && text.remove(':').count('0') < 12)
            addresses.insert(readFile(entry.path() / "address").value().substr(0, 17));
    }
    return addresses;
}

} // namespace

class TestRecorder : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aRecordingReplaysEqual()
    {
        Recorder recorder;
        Machine live = probed("/", &recorder);
        CraftedRoot folder;
        QVERIFY(recorder.write(folder.path()));
        Machine replayed = probed(folder.path());
        QVERIFY(live.memory.availableBytes.has_value() == replayed.memory.availableBytes.has_value());
        live.memory.availableBytes.reset(); // what a cgroup uses is read at another moment
        replayed.memory.availableBytes.reset();
        QCOMPARE(QString::fromStdString(toJson(replayed).dump(1)),
                 QString::fromStdString(toJson(live).dump(1)));
        QCOMPARE(loadMachine(folder.path()).value().cpu, live.cpu);
    }

    void twiceWrittenIsTheSame()
    {
        Recorder recorder;
        probed("/", &recorder);
        CraftedRoot first;
        CraftedRoot second;
        QVERIFY(recorder.write(first.path()));
        QVERIFY(recorder.write(second.path()));
        const auto files = tree(first.path());
        QVERIFY(files.size() > 20);
        QVERIFY(files == tree(second.path()));
        // The replay reads nothing that the recording lacks: recorded again, it names the same files.
        Recorder again;
        probed(first.path(), &again);
        for (const std::string &place : again.places())
            QVERIFY2(recorder.places().contains(place), place.c_str());
    }

    void linksStayInside()
    {
        Recorder recorder;
        probed("/", &recorder);
        recorder.notePresent("proc/mounts");
        recorder.notePresent("sys/class/net/lo");
        recorder.notePresent("etc/os-release");
        recorder.notePresent("proc/device-tree/model"); // an absolute link, where there is a device tree
        CraftedRoot folder;
        QVERIFY(recorder.write(folder.path()));
        int links = 0;
        for (const auto &[name, content] : tree(folder.path())) {
            if (!content.starts_with(" -> "))
                continue;
            ++links;
            const fs::path target = content.substr(4);
            QVERIFY2(target.is_relative(), (name + content).c_str());
            const fs::path end = (fs::path(name).parent_path() / target).lexically_normal();
            QVERIFY2(*end.begin() != "..", (name + content).c_str());
        }
        QVERIFY(links > 0);
    }

    void identifiersDoNotSurvive_data()
    {
        QTest::addColumn<QString>("path");
        QTest::addColumn<QString>("content");
        QTest::addColumn<QString>("secret");
        QTest::addColumn<QString>("kept");
        QTest::newRow("board") << "proc/cpuinfo"
                               << "processor\t: 0\nSerial\t\t: 10000000deadbeef\nModel\t: Pi 5\n"
                               << "deadbeef"
                               << "Model\t: Pi 5";
        QTest::newRow("s390x") << "proc/cpuinfo"
                               << "processor 0: version = FF,  identification = 29AA14,  machine = 2817\n"
                               << "29AA14"
                               << "machine = 2817";
        QTest::newRow("mainframe number") << "proc/sysinfo"
                                          << "Type: 2964\nSequence Code: 0000000DEADBEEF\n"
                                          << "DEADBEEF"
                                          << "Type: 2964";
        QTest::newRow("mainframe guest") << "proc/sysinfo"
                                         << "VM00 Name: SECRETVM\nVM00 Control Program: KVM/Linux\n"
                                         << "SECRETVM"
                                         << "VM00 Control Program: KVM/Linux";
        QTest::newRow("KFD") << "proc/version"
                             << "simd_count 8\nunique_id 5577006791947779410\n"
                             << "5577006791"
                             << "simd_count 8";
        QTest::newRow("address of a card") << "proc/version"
                                           << "eth0 52:54:00:Ab:cd:EF up\n"
                                           << "52:54:00"
                                           << "eth0 00:00:00:00:00:00 up";
        QTest::newRow("address with dashes") << "proc/version"
                                             << "52-54-00-ab-cd-ef\n"
                                             << "52-54"
                                             << "00-00-00-00-00-00";
        QTest::newRow("GUID of InfiniBand") << "proc/version"
                                            << "0002:c903:00e0:8d71\n"
                                            << "c903"
                                            << "0000:0000:0000:0000";
        QTest::newRow("UUID") << "proc/version"
                              << "GPU-3f1b2c4d-0a1b-4c3d-8e9f-a1b2c3d4e5f6 ok\n"
                              << "3f1b2c4d"
                              << "GPU-00000000-0000-0000-0000-000000000000 ok";
        QTest::newRow("NFS") << "proc/self/mountinfo"
                             << "40 1 0:50 / /home/kim rw - nfs4 filer.example.org:/home/kim rw\n"
                                "30 24 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n"
                             << "filer.example.org"
                             << "cgroup2 cgroup2";
        QTest::newRow("PCI addresses stay") << "proc/version"
                                            << "0000:03:00.0 and 10de:2684\n"
                                            << "zzz"
                                            << "0000:03:00.0 and 10de:2684";
    }

    void identifiersDoNotSurvive()
    {
        QFETCH(QString, path);
        QFETCH(QString, content);
        QFETCH(QString, secret);
        QFETCH(QString, kept);
        if (!fs::exists("/" + path.toStdString()))
            path = "proc/version"; // a recorder writes only what this computer has
        const bool mainframe = QString(QTest::currentDataTag()).startsWith("mainframe");
        if (mainframe && path != "proc/sysinfo")
            QSKIP("this computer is no mainframe");
        Recorder recorder;
        recorder.noteFile(path.toStdString(), content.toStdString());
        recorder.noteAnswer("question", content.toStdString());
        CraftedRoot folder;
        QVERIFY(recorder.write(folder.path()));
        const QString written = QString::fromStdString(readFile(folder.path() / path.toStdString()).value());
        QVERIFY2(!written.contains(secret), qPrintable(written));
        QVERIFY2(written.contains(kept), qPrintable(written));
    }

    void onlyWhatTheProbeNeedsIsCopied()
    {
        Recorder recorder;
        recorder.noteFile("etc/passwd", "kim:x:1000\n");
        recorder.noteFile("etc/subuid", "kim:100000:65536\n");
        recorder.noteFolder("home", {"kim"});
        recorder.notePresent("root/.kube/config");
        QVERIFY(recorder.places().empty());
        CraftedRoot folder;
        QVERIFY(recorder.write(folder.path()));
        QCOMPARE(static_cast<int>(tree(folder.path()).size()), 1);
    }

    void nothingNamesThisComputer()
    {
        Recorder recorder;
        probed("/", &recorder);
        CraftedRoot folder;
        QVERIFY(recorder.write(folder.path()));
        std::set<std::string> secrets = hardwareAddresses();
        std::array<char, 256> host{};
        QCOMPARE(gethostname(host.data(), host.size() - 1), 0);
        const std::string name = host.data();
        if (name.size() > 3 && name != "localhost" && name != "debian") // a common word says nothing
            secrets.insert(name);
        const std::string machineId = readFile("/etc/machine-id").value_or("");
        if (machineId.size() > 31)
            secrets.insert(machineId.substr(0, 32));
        for (const auto &[path, content] : tree(folder.path())) {
            for (const std::string &secret : secrets) {
                QVERIFY2(content.find(secret) == std::string::npos, path.c_str());
                QVERIFY2(path.find(secret) == std::string::npos, path.c_str());
            }
        }
    }

    void onlyAnEmptyFolderIsTaken()
    {
        Recorder recorder;
        CraftedRoot folder;
        folder.file("mine", "keep");
        const auto written = recorder.write(folder.path());
        QVERIFY(!written);
        QCOMPARE(written.error().code, std::string("recording-folder-not-empty"));
        QCOMPARE(written.error().facts.at("path"), folder.path().string());
        QCOMPARE(tree(folder.path()).size(), 1u);
        QVERIFY(!recorder.write(folder.path() / "mine"));
        QVERIFY(recorder.write(folder.path() / "new/deep"));
        QVERIFY(fs::is_directory(folder.path() / "new/deep/proc"));
    }

    void anUnwritableFolderIsNamed()
    {
        Recorder recorder;
        CraftedRoot folder;
        folder.file("file", "");
        for (const fs::path &place : {folder.path() / "file/below", fs::path("/proc/firstlight-recording")}) {
            const auto written = recorder.write(place);
            QVERIFY(!written);
            QVERIFY(!written.error().code.empty());
            const std::string named = written.error().facts.at("path");
            QVERIFY2(place.string().starts_with(named) || named.starts_with(place.string()), named.c_str());
        }
    }
};

QTEST_APPLESS_MAIN(TestRecorder)
#include "tst_recorder.moc"
