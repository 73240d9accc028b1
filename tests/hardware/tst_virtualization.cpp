#include "core/process.h"
#include "hardware/probe.h"
#include "hardware/recorder.h"
#include "hardware/virtualization/kvm.h"
#include "hardware/virtualization/libvirt.h"
#include "hardware/virtualization/libvirt_question.h"
#include "hardware/virtualization/qemu.h"
#include "hardware/virtualization/run_limit.h"
#include "hardware/virtualization/tiny_guest.h"
#include "hardware/virtualization/virtualization.h"
#include "recordings.h"

#include <QProcess>
#include <csignal>
#include <sys/socket.h>
#include <sys/un.h>
#include <thread>
#include <unistd.h>

using namespace firstlight;
namespace fs = std::filesystem;
using namespace std::chrono_literals;

namespace {

TemporaryDirectory temporaryFolder()
{
    return TemporaryDirectory::make(fs::temp_directory_path(), "firstlight-test-").value();
}

bool mayOpenKvm()
{
    return access("/dev/kvm", R_OK | W_OK) == 0;
}

/// The signals that this thread blocks, and those that wait for it.
std::pair<std::vector<int>, std::vector<int>> signalsOfThisThread()
{
    sigset_t blocked{};
    sigset_t waiting{};
    pthread_sigmask(SIG_SETMASK, nullptr, &blocked);
    sigpending(&waiting);
    std::pair<std::vector<int>, std::vector<int>> result;
    for (int number = 1; number <= SIGRTMAX; ++number) {
        if (sigismember(&blocked, number) == 1)
            result.first.push_back(number);
        if (sigismember(&waiting, number) == 1)
            result.second.push_back(number);
    }
    return result;
}

/// Takes one client, reads its question, sends each piece, and keeps the connection until it goes away.
class FakeService {
public:
    FakeService(const fs::path &path, std::vector<std::string> pieces, bool hangUp = false)
        : m_listening(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0))
    {
        fs::create_directories(path.parent_path());
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path.string().copy(address.sun_path, sizeof address.sun_path - 1);
        if (bind(m_listening.get(), reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0
            || listen(m_listening.get(), 4) != 0)
            qFatal("no fake service");
        m_thread = std::jthread([this, pieces, hangUp] { serve(pieces, hangUp); });
    }
    ~FakeService()
    {
        shutdown(m_listening.get(), SHUT_RDWR); // ends accept()
        m_thread.join();
    }
    FakeService(const FakeService &) = delete;
    FakeService &operator=(const FakeService &) = delete;

    /// What the client sent; read it when the client has its answer.
    std::string question;

private:
    void serve(const std::vector<std::string> &pieces, bool hangUp)
    {
        const FileDescriptor client(accept(m_listening.get(), nullptr, nullptr));
        if (!client.isOpen())
            return;
        std::array<char, 256> buffer{};
        const ssize_t count = recv(client.get(), buffer.data(), buffer.size(), 0);
        question.assign(buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
        for (const std::string &piece : pieces) {
            (void)send(client.get(), piece.data(), piece.size(), MSG_NOSIGNAL);
            std::this_thread::sleep_for(2ms);
        }
        if (!hangUp)
            (void)recv(client.get(), buffer.data(), buffer.size(), 0);
    }

    FileDescriptor m_listening;
    std::jthread m_thread;
};

std::string bigEndian(std::initializer_list<std::uint32_t> words)
{
    std::string bytes;
    for (const std::uint32_t word : words) {
        for (int shift = 24; shift >= 0; shift -= 8)
            bytes += static_cast<char>(word >> shift);
    }
    return bytes;
}

const std::string rightAnswer = bigEndian({36, 0x20008086, 1, 66, 1, 0, 0, 1, 0});

/// A recording's root with an x86 processor and \a answers.
CraftedRoot &withAnswers(CraftedRoot &root, const std::string &answers)
{
    return root
        .file("proc/cpuinfo",
              "processor : 0\nvendor_id : AuthenticAMD\ncpu family : 25\nflags : fpu lm sse2 svm\n")
        .file(answersFile, "{\"answers\": {" + answers + "}}");
}

std::optional<Virtualization> replay(const CraftedRoot &root)
{
    ProbeOptions options;
    options.root = root.path();
    options.trials = true; // nothing is tried on behalf of another computer
    return probe(options)->virtualization;
}

} // namespace

class TestVirtualization : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        for (const char *name : {"PATH", "HOME", "XDG_RUNTIME_DIR"})
            m_environment[name] = qEnvironmentVariableIsSet(name) ? qgetenv(name) : QByteArray();
    }
    void cleanup()
    {
        for (const auto &[name, value] : m_environment)
            value.isNull() ? qunsetenv(name) : qputenv(name, value);
    }

    void extensions_data()
    {
        QTest::addColumn<QString>("architecture");
        QTest::addColumn<QString>("flag");
        QTest::addColumn<QString>("extension");
        QTest::newRow("Intel") << "x86_64"
                               << "vmx"
                               << "vmx";
        QTest::newRow("AMD") << "x86_64"
                             << "svm"
                             << "svm";
        QTest::newRow("IBM Z") << "s390x"
                               << "sie"
                               << "sie";
        QTest::newRow("Loongson") << "loongarch64"
                                  << "lvz"
                                  << "lvz";
        QTest::newRow("RISC-V") << "riscv64"
                                << "h"
                                << "h";
        QTest::newRow("none") << "x86_64"
                              << "sse2"
                              << "";
        QTest::newRow("another's") << "aarch64"
                                   << "h"
                                   << "";
    }

    void extensions()
    {
        QFETCH(QString, architecture);
        QFETCH(QString, flag);
        QFETCH(QString, extension);
        Cpu cpu;
        cpu.architecture = architecture.toStdString();
        QVERIFY(!virtualizationExtension(cpu)); // no flags known
        cpu.flags = {flag.toStdString()};
        QCOMPARE(QString::fromStdString(virtualizationExtension(cpu).value_or("")), extension);
    }

    void extensionAgreesWithLscpu()
    {
        const fs::path dumps = sharedMachines() / "lscpu";
        if (!fs::is_directory(dumps) || !findProgram("tar"))
            QSKIP("the recordings of lscpu are not beside this checkout");
        const auto folder = temporaryFolder();
        int said = 0;
        for (const auto &entry : fs::directory_iterator(dumps)) {
            const std::string name = entry.path().filename();
            if (!name.ends_with(".expected.txt"))
                continue;
            const std::string dump = name.substr(0, name.find(".expected"));
            const fs::path place = folder.path() / dump;
            QVERIFY(makeDirectories(place));
            (void)runProcess({.program = "tar",
                              .arguments = {"-xzf", dumps / (dump + ".tar.gz"), "-C", place,
                                            "--strip-components=1", "--wildcards", "*/proc/cpuinfo"}});
            const std::string expected = readFile(entry.path()).value();
            const bool intel = expected.find("Virtualization:      VT-x") != std::string::npos;
            const bool amd = expected.find("Virtualization:      AMD-V") != std::string::npos;
            said += intel || amd;
            const auto machine = loadMachine(place);
            if (!machine || machine->cpu.architecture != "x86_64") {
                QVERIFY2(!intel && !amd, dump.c_str());
                continue;
            }
            QCOMPARE(virtualizationExtension(machine->cpu).value_or(""), std::string(intel ? "vmx"
                                                                                     : amd ? "svm"
                                                                                           : ""));
        }
        QVERIFY(said > 0);
    }

    void recordedKvm_data()
    {
        QTest::addColumn<QString>("answers");
        QTest::addColumn<int>("deviceAccess");
        QTest::addColumn<int>("works"); // -1: nobody knows
        QTest::addColumn<QString>("reason");
        const int usable = static_cast<int>(NodeAccess::Usable);
        const int denied = static_cast<int>(NodeAccess::Denied);
        QTest::newRow("works") << R"("access /dev/kvm": "usable", "tiny kvm guest": "works")" << usable << 1
                               << "";
        QTest::newRow("fails") << R"("access /dev/kvm": "usable", "tiny kvm guest": "fails: KVM_RUN timeout")"
                               << usable << 0 << "KVM_RUN timeout";
        QTest::newRow("untried") << R"("access /dev/kvm": "usable")" << usable << -1 << "";
        QTest::newRow("garbled") << R"("access /dev/kvm": "usable", "tiny kvm guest": "maybe")" << usable
                                 << -1 << "";
        QTest::newRow("denied") << R"("access /dev/kvm": "denied kvm", "tiny kvm guest": "works")" << denied
                                << -1 << "";
        QTest::newRow("absent") << R"("access /dev/kvm": "absent")" << static_cast<int>(NodeAccess::Absent)
                                << -1 << "";
    }

    void recordedKvm()
    {
        QFETCH(QString, answers);
        QFETCH(int, deviceAccess);
        QFETCH(int, works);
        QFETCH(QString, reason);
        CraftedRoot root;
        const auto virtualization = replay(withAnswers(root, answers.toStdString()));
        QVERIFY(virtualization && virtualization->kvm);
        const Kvm &kvm = *virtualization->kvm;
        QCOMPARE(static_cast<int>(kvm.device.access), deviceAccess);
        QCOMPARE(kvm.device.group.value_or(""),
                 std::string(kvm.device.access == NodeAccess::Denied ? "kvm" : ""));
        QCOMPARE(kvm.works, works < 0 ? std::nullopt : std::optional(works == 1));
        QCOMPARE(QString::fromStdString(kvm.reason), reason);
        QCOMPARE(virtualization->extension.value_or(""), std::string("svm"));
        QVERIFY(!virtualization->qemu);
        QVERIFY(!virtualization->libvirt);
    }

    void nestedAndIommu()
    {
        const std::string device = R"("access /dev/kvm": "usable")";
        CraftedRoot intel;
        intel.file("sys/module/kvm_intel/parameters/nested", "Y\n")
            .file("sys/kernel/iommu_groups/0/type", "DMA\n");
        auto found = replay(withAnswers(intel, device)).value();
        QCOMPARE(found.kvm->nested, std::optional(true));
        QCOMPARE(found.iommu, std::optional(true));
        CraftedRoot amd;
        amd.file("sys/module/kvm_amd/parameters/nested", "0\n").file("sys/kernel/x", "");
        fs::create_directories(amd.path() / "sys/kernel/iommu_groups");
        found = replay(withAnswers(amd, device)).value();
        QCOMPARE(found.kvm->nested, std::optional(false));
        QCOMPARE(found.iommu, std::optional(false));
        CraftedRoot old;
        found = replay(withAnswers(old, device)).value();
        QVERIFY(!found.kvm->nested);
        QVERIFY(!found.iommu);
    }

    void armTellsByTheDevice()
    {
        CraftedRoot root;
        root.file("proc/cpuinfo", "processor\t: 0\nFeatures\t: fp asimd\nCPU implementer\t: 0x41\n"
                                  "CPU architecture: 8\nCPU part\t: 0xd0c\n")
            .file(answersFile, R"({"answers": {"access /dev/kvm": "denied"}})");
        const auto machine = loadMachine(root.path()).value();
        QCOMPARE(machine.cpu.architecture, std::string("aarch64"));
        QCOMPARE(machine.virtualization->extension.value_or(""), std::string("el2"));
        root.file(answersFile, R"({"answers": {"access /dev/kvm": "absent"}})");
        QVERIFY(!loadMachine(root.path())->virtualization->extension);
    }

    void nothingKnownIsNothing()
    {
        CraftedRoot root;
        root.file("proc/cpuinfo", "processor : 0\nflags : fpu sse2\n");
        QVERIFY(!replay(root));
    }

    void whatIsNoKvmSaysSo()
    {
        const TrialOutcome outcome = tryTinyGuest("/no/such/device");
        if (!outcome.works && outcome.reason.empty())
            QSKIP("no tiny guest for this processor");
        QCOMPARE(outcome, (TrialOutcome{false, "open ENOENT"}));
        QCOMPARE(tryTinyGuest("/dev/null"), (TrialOutcome{false, "KVM_GET_API_VERSION ENOTTY"}));
    }

    void aGuestThatNeverEndsIsEnded()
    {
        if (!mayOpenKvm())
            QSKIP("this user may not open /dev/kvm");
        const auto before = signalsOfThisThread();
        const TrialOutcome outcome = tryTinyGuest("/dev/kvm", 20ms, std::string_view("\xeb\xfe", 2)); // jmp .
        if (!outcome.works && outcome.reason.empty())
            QSKIP("no tiny guest for this processor");
        QCOMPARE(outcome, (TrialOutcome{false, "KVM_RUN timeout"}));
        QCOMPARE(signalsOfThisThread(), before);
        // Again, since a signal that was left over would end this one at once.
        QCOMPARE(tryTinyGuest("/dev/kvm", 20ms, std::string_view("\xf4", 1)), // hlt
                 (TrialOutcome{false, "KVM_RUN exit 5"}));
        QCOMPARE(tryTinyGuest("/dev/kvm", 0ms, std::string_view("\xeb\xfe", 2)).reason,
                 std::string("KVM_RUN timeout"));
        QCOMPARE(signalsOfThisThread(), before);
    }

    void theLimitLeavesTheThreadAsItWas()
    {
        const auto before = signalsOfThisThread();
        {
            const RunLimit limit(1ms);
            QVERIFY(limit.isSet());
            QTRY_VERIFY(limit.hasPassed());
            QVERIFY(!limit.applyTo(-1));
        }
        QCOMPARE(signalsOfThisThread(), before);
    }

    void theGuestOfThisComputerIsRemembered()
    {
        const auto folder = temporaryFolder();
        ProbeOptions options;
        options.cacheDirectory = folder.path();
        const auto untried = probe(options)->virtualization.value();
        QVERIFY(untried.kvm && !untried.kvm->works); // nobody allowed a trial
        if (!mayOpenKvm())
            QSKIP("this user may not open /dev/kvm");
        options.trials = true;
        const auto tried = probe(options)->virtualization->kvm.value();
        if (!tried.works)
            QSKIP("no tiny guest for this processor");
        QCOMPARE(tried.reason.empty(), *tried.works);
        QVERIFY(readFile(folder.path() / "hardware.json")->find("tiny guest of /dev/kvm")
                != std::string::npos);
        options.trials = false;
        QCOMPARE(probe(options)->virtualization->kvm, std::optional(tried));
    }

    void qemuByItsPackage()
    {
        const auto folder = temporaryFolder();
        SlowFacts facts{fs::path()};
        QVERIFY(writeFileAtomically(folder.path() / "qemu-system-riscv64", "#!/bin/sh\nexit 9\n", 0755));
        qputenv("PATH", QByteArray(folder.path().c_str()));
        const Root live = *Root::open("/");
        const auto qemu = readQemu(live, "riscv64", facts);
        QCOMPARE(qemu, (Qemu{folder.path() / "qemu-system-riscv64", std::nullopt})); // of no package
        QVERIFY(!readQemu(live, "vax", facts));
        CraftedRoot root;
        root.file(answersFile, R"({"answers": {"program qemu-kvm": "/usr/libexec/qemu-kvm",
                                   "version of /usr/libexec/qemu-kvm": "9.0.0"}})");
        QCOMPARE(readQemu(*Root::open(root.path()), "x86_64", facts),
                 (Qemu{"/usr/libexec/qemu-kvm", "9.0.0"}));
    }

    void qemuOfThisComputer()
    {
        const auto machine = probe({}).value();
        if (!machine.virtualization->qemu || !machine.virtualization->qemu->version)
            QSKIP("QEMU is not installed by dpkg, pacman or apk");
        const auto told
            = runChecked({.program = machine.virtualization->qemu->path, .arguments = {"--version"}}).value();
        QVERIFY(told.output.starts_with("QEMU emulator version " + *machine.virtualization->qemu->version));
    }

    void libvirtVersions_data()
    {
        QTest::addColumn<QString>("library");
        QTest::addColumn<QString>("version");
        QTest::newRow("9.0.0") << "libvirt.so.0.9000.0"
                               << "9.0.0";
        QTest::newRow("11.3.2") << "libvirt.so.0.11003.2"
                                << "11.3.2";
        QTest::newRow("link") << "libvirt.so.0"
                              << "";
        QTest::newRow("other") << "libvirt-qemu.so.0.9000.0"
                               << "";
        QTest::newRow("words") << "libvirt.so.0.x.y"
                               << "";
        QTest::newRow("large") << "libvirt.so.0.99999999999999999999.0"
                               << "";
    }

    void libvirtVersions()
    {
        QFETCH(QString, library);
        QFETCH(QString, version);
        QCOMPARE(QString::fromStdString(libvirtVersion(library.toStdString()).value_or("")), version);
    }

    void libvirtAnswers_data()
    {
        QTest::addColumn<QList<QByteArray>>("pieces");
        QTest::addColumn<bool>("hangUp");
        QTest::addColumn<int>("works");
        QTest::addColumn<QString>("reason");
        const auto bytes = [](const std::string &text) { return QByteArray::fromStdString(text); };
        const QByteArray right = bytes(rightAnswer);
        QTest::newRow("at once") << QList<QByteArray>{right} << false << 1 << "";
        QTest::newRow("in pieces") << QList<QByteArray>{right.left(3), right.mid(3, 27), right.mid(30)}
                                   << false << 1 << "";
        QTest::newRow("hangs up") << QList<QByteArray>{right.left(30)} << true << 0 << "disconnected";
        QTest::newRow("silent") << QList<QByteArray>{} << false << -1 << "";
        QTest::newRow("http") << QList<QByteArray>{"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"}
                              << true << 0 << "protocol";
        QTest::newRow("refuses") << QList<QByteArray>{bytes(bigEndian({32, 0x20008086, 1, 66, 1, 0, 1, 0}))}
                                 << false << 0 << "protocol";
        QTest::newRow("endless") << QList<QByteArray>{bytes(
            bigEndian({0xffffffff, 0x20008086, 1, 66, 1, 0, 0, 1, 0}))}
                                 << false << 0 << "protocol";
    }

    void libvirtAnswers()
    {
        QFETCH(QList<QByteArray>, pieces);
        QFETCH(bool, hangUp);
        QFETCH(int, works);
        QFETCH(QString, reason);
        const auto folder = temporaryFolder();
        std::vector<std::string> sent;
        for (const QByteArray &piece : pieces)
            sent.push_back(piece.toStdString());
        FakeService service(folder.path() / "socket", sent, hangUp);
        // What is silent costs the whole limit; what speaks is given all the time that a busy computer takes.
        const TrialOutcome outcome = askLibvirt(folder.path() / "socket", works < 0 ? 30ms : 20000ms);
        QCOMPARE(outcome.works, works < 0 ? std::nullopt : std::optional(works == 1));
        QCOMPARE(QString::fromStdString(outcome.reason), reason);
        if (works >= 0)
            QCOMPARE(service.question, bigEndian({28, 0x20008086, 1, 66, 0, 0, 0}));
    }

    void libvirtThatIsNotThere()
    {
        const auto folder = temporaryFolder();
        QCOMPARE(askLibvirt(folder.path() / "socket").reason, std::string("absent"));
        QCOMPARE(askLibvirt("").reason, std::string("absent"));
        QCOMPARE(askLibvirt(std::string(300, 'x')).reason, std::string("absent"));
        {
            FakeService gone(folder.path() / "socket", {});
        }
        QCOMPARE(askLibvirt(folder.path() / "socket"), (TrialOutcome{false, "refused"}));
        if (geteuid() == 0)
            QSKIP("root is denied nothing");
        fs::permissions(folder.path() / "socket", fs::perms::none);
        QCOMPARE(askLibvirt(folder.path() / "socket").reason, std::string("denied"));
    }

    void libvirtOfARecording()
    {
        CraftedRoot root;
        // moc takes "//" in a raw string of several lines for a comment.
        root.file(answersFile, "{\"answers\": {\"user id\": \"1000\", \"libvirt version\": \"10.0.0\","
                               "\"libvirt qemu:///system\": \"fails: denied\","
                               "\"libvirt qemu:///session\": \"starts-on-demand\"}}");
        const auto found = replay(root);
        QVERIFY(found && found->libvirt);
        QCOMPARE(*found->libvirt, (Libvirt{"10.0.0",
                                           {{"qemu:///system", false, "denied"},
                                            {"qemu:///session", std::nullopt, "starts-on-demand"}}}));
        CraftedRoot serviceOnly;
        const auto service
            = replay(serviceOnly.file(answersFile, R"({"answers": {"libvirt service": "yes"}})"));
        QVERIFY(service && service->libvirt && !service->libvirt->version);
        QCOMPARE(service->libvirt->uris.size(), 2u);
        QVERIFY(!service->libvirt->uris[1].answers);
    }

    void libvirtSessionOfThisUser()
    {
        if (geteuid() == 0)
            QSKIP("root's session is the system's service");
        const auto folder = temporaryFolder();
        QVERIFY(makeDirectories(folder.path() / "bin"));
        QVERIFY(writeFileAtomically(folder.path() / "bin/libvirtd", "#!/bin/sh\nexit 9\n", 0755));
        qputenv("PATH", QByteArray((folder.path() / "bin").c_str()));
        qputenv("XDG_RUNTIME_DIR", QByteArray(folder.path().c_str()));
        const Root live = *Root::open("/");
        ProbeOptions options;
        options.trials = true;
        const auto session = [&] { return readLibvirt(live, "x86_64", options, {})->uris.back(); };
        QCOMPARE(session(), (LibvirtUri{"qemu:///session", std::nullopt, "starts-on-demand"}));
        FakeService service(folder.path() / "libvirt/libvirt-sock", {rightAnswer});
        options.trials = false;
        QCOMPARE(session(), (LibvirtUri{"qemu:///session", std::nullopt, ""}));
        options.trials = true;
        QCOMPARE(session(), (LibvirtUri{"qemu:///session", true, ""}));
    }

    void aRealLibvirtAnswers()
    {
        const std::string program = "/usr/sbin/libvirtd";
        if (access(program.c_str(), X_OK) != 0)
            QSKIP("libvirtd is not installed");
        const auto folder = temporaryFolder();
        const fs::path place = folder.path();
        const std::string socketFolder = geteuid() == 0 ? place : place / "libvirt";
        QVERIFY(writeFileAtomically(place / "libvirtd.conf",
                                    geteuid() == 0 ? "unix_sock_dir = \"" + socketFolder + "\"\n" : ""));
        QProcess libvirtd;
        auto environment = QProcessEnvironment::systemEnvironment();
        for (const char *name : {"HOME", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"})
            environment.insert(name, place.c_str());
        libvirtd.setProcessEnvironment(environment);
        libvirtd.start(program.c_str(), {"--config", (place / "libvirtd.conf").c_str(), "--pid-file",
                                         (place / "pid").c_str(), "--timeout", "30"});
        QVERIFY(libvirtd.waitForStarted());
        const std::string socket = socketFolder + "/libvirt-sock";
        TrialOutcome outcome;
        for (int i = 0; i < 200 && outcome.works != true && libvirtd.state() == QProcess::Running; ++i) {
            outcome = askLibvirt(socket, 20s); // absent or refused until it listens
            libvirtd.waitForFinished(50);
        }
        if (outcome.works != true && libvirtd.state() != QProcess::Running)
            QSKIP(("libvirtd does not run here: " + libvirtd.readAllStandardError()).constData());
        libvirtd.terminate();
        if (!libvirtd.waitForFinished())
            libvirtd.kill();
        QCOMPARE(outcome, (TrialOutcome{true, ""}));
    }

    void aRecordingReplaysEqual()
    {
        const auto folder = temporaryFolder();
        Recorder recorder;
        ProbeOptions options;
        options.trials = true;
        options.recorder = &recorder;
        const Machine live = probe(options).value();
        QVERIFY(live.virtualization && live.engines);
        QVERIFY(recorder.write(folder.path() / "recording"));
        qputenv("PATH", "/no/such/folder");
        qputenv("HOME", "/no/such/folder");
        Machine replayed = loadMachine(folder.path() / "recording").value();
        QCOMPARE(replayed.virtualization, live.virtualization);
        QCOMPARE(replayed.engines, live.engines);
        replayed.memory.availableBytes = live.memory.availableBytes; // less is free a moment later
        QCOMPARE(replayed, live);
    }

private:
    std::map<const char *, QByteArray> m_environment;
};

QTEST_GUILESS_MAIN(TestVirtualization)
#include "tst_virtualization.moc"
