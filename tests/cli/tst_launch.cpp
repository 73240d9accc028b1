#include "launcher.h"

#include "../transfer/faulty_server.h"
#include "runners/podman/loopback_port.h"

#include <QRegularExpression>
#include <QtTest>
#include <fstream>

using namespace firstlight;
namespace fs = std::filesystem;

/// Launches with the real program and a real podman that has its own storage: what goes well, every fault
/// that a person can meet, and what is left afterwards.
class TestLaunch : public QObject {
    Q_OBJECT

private slots:
    void initTestCase();
    void cleanup();

    void startsAnswersAndStops();
    void secondRunKeepsWhatRuns();
    void changedPlanReplacesWhatRuns();
    void networkIsReachableWhereTheCatalogSaysSo();
    void demoHasNoNetworkAndNoRights();
    void twoRunsAtOnceStartOne();
    void threadsFollowTheAffinity();
    void wakesUpLate();
    void modelIsMountedReadOnly();
    void secretIsMadeUpAtEachStart();
    void dataIsKept();
    void permissionsAreTold();
    void agreementIsAskedOnce();
    void catalogFromElsewhereIsAgreedTo();
    void unreachableImageTakesTheNextVariant();

    void portTaken();
    void diesAtOnce();
    void wrongCpuTakesTheNextVariant();
    void wrongCpuWithoutAnotherVariant();
    void neverReady_data();
    void neverReady();
    void memoryLimitIsTold();
    void unreachableRegistry();
    void wrongChecksum();
    void missingModel();
    void fullDisk();
    void failingBuild();
    void noPodman();

    void interruptedInEveryPhase_data() { phases(); }
    void interruptedInEveryPhase();
    void killedInEveryPhase_data() { phases(); }
    void killedInEveryPhase();
    void killedForwarderIsRepaired();
    void serviceThatEndsDuringABuildIsStartedAgain();
    void stoppedFromElsewhereWhileItStarts();

private:
    static void phases();
    /// Starts `run ID --json` and returns once a line of it names \a phase.
    bool startUntil(QProcess &process, const QString &id, const QString &phase);
    QString address(const Called &run) const { return run.last()[QLatin1String("address")].toString(); }
    void addModelDemo(const std::string &id, const std::string &source, const std::string &sha256,
                      std::size_t size);

    std::unique_ptr<Launcher> m_launcher;
    std::unique_ptr<FaultyServer> m_server;
    fs::path m_files;
};

void TestLaunch::initTestCase()
{
    if (!findProgram("podman"))
        QSKIP("podman is not installed");
    m_launcher = std::make_unique<Launcher>();
    if (!m_launcher->addImage() || !m_launcher->addImage("slow", "RUN [\"/server\", \"sleep\", \"60\"]\n")
        || !m_launcher->addImage("broken", "RUN [\"/server\", \"die\", \"3\"]\n"))
        QSKIP("no C compiler with a static C library, for a server in an image FROM scratch");
    m_files = m_launcher->path() / "files";
    fs::create_directories(m_files);
    QVERIFY(writeFileAtomically(m_files / "model.bin", std::string(2u << 20, 'm')));
    m_server = std::make_unique<FaultyServer>(QString::fromStdString(m_files));
    QVERIFY(m_server->isRunning());
    m_launcher->addDemo("hello", "serve");
    const Called first = m_launcher->call({"run", "hello", "--json"});
    QVERIFY2(first.code == 0, qPrintable(first.output + first.errors));
    cleanup();
}

void TestLaunch::cleanup()
{
    if (!m_launcher)
        return;
    m_launcher->call({"stop", "--all"});
    QVERIFY2(m_launcher->leavesNothing(), qPrintable(m_launcher->leftovers()));
}

void TestLaunch::addModelDemo(const std::string &id, const std::string &source, const std::string &sha256,
                              std::size_t size)
{
    m_launcher->addDemoText(
        id,
        "models:\n  m:\n    name: Model\n    format: gguf\n    size: " + std::to_string(size)
            + "\n    sha256: " + sha256 + "\n    sources: [ \"" + source + "\" ]\n",
        "  - id: only\n    build: tiny\n    models: [ m ]\n" + Launcher::variant("serve, \"{model}\""));
}

void TestLaunch::startsAnswersAndStops()
{
    const Called run = m_launcher->call({"run", "hello"});
    QVERIFY2(run.code == 0, qPrintable(run.output + run.errors));
    const auto match = QRegularExpression("http://127\\.0\\.0\\.1:[0-9]+").match(run.output);
    QVERIFY2(match.hasMatch(), qPrintable(run.output));
    QCOMPARE(fetch(match.captured()), QByteArray("first light"));
    QVERIFY(!run.output.contains("\033")); // no terminal, so neither colour nor bars

    const Called ps = m_launcher->call({"ps", "--json"});
    QCOMPARE(ps.lines.size(), 1);
    QCOMPARE(ps.last()["demo"].toString(), QString("hello"));
    QCOMPARE(ps.last()["state"].toString(), QString("ready"));
    QCOMPARE(ps.last()["address"].toString(), match.captured());
    QVERIFY(m_launcher->call({"logs", "hello"}).output.contains("demo: serve"));
    QCOMPARE(m_launcher->call({"open", "hello", "--json"}).last()["address"].toString(), match.captured());

    QCOMPARE(m_launcher->call({"stop", "hello"}).code, 0);
    QCOMPARE(m_launcher->leftovers(), QString());
    QVERIFY(fetch(match.captured()).isEmpty());
    QVERIFY(m_launcher->call({"ps"}).output.contains("Nothing runs"));
    const Called again = m_launcher->call({"stop", "hello", "--json"});
    QCOMPARE(again.code, 1);
    QCOMPARE(again.errorCode(), QString("demo-not-running"));
}

void TestLaunch::secondRunKeepsWhatRuns()
{
    const Called first = m_launcher->call({"run", "hello", "--json"});
    const Called second = m_launcher->call({"run", "hello", "--json"});
    QCOMPARE(second.code, 0);
    QVERIFY(second.last()["alreadyRan"].toBool());
    QVERIFY(!first.last()["alreadyRan"].toBool());
    QCOMPARE(second.last()["demo"].toObject(), first.last()["demo"].toObject());
}

void TestLaunch::changedPlanReplacesWhatRuns()
{
    m_launcher->addDemo("changing", "serve");
    const Called first = m_launcher->call({"run", "changing", "--json"});
    m_launcher->addDemo("changing", "serve, --other");
    const Called second = m_launcher->call({"run", "changing", "--json"});
    QCOMPARE(second.code, 0);
    QVERIFY(!second.last()["alreadyRan"].toBool());
    QVERIFY(second.last()["demo"].toObject()["containerId"]
            != first.last()["demo"].toObject()["containerId"]);
    QCOMPARE(m_launcher->call({"ps", "--json"}).lines.size(), 1);
}

void TestLaunch::secretIsMadeUpAtEachStart()
{
    m_launcher->addDemo("secretive", "serve, \"word={secret}\"");
    QStringList words;
    for (int round = 0; round < 2; ++round) {
        const Called run = m_launcher->call({"run", "secretive", "--json"});
        QVERIFY2(run.code == 0, qPrintable(run.output));
        words << run.last()["demo"].toObject()["secret"].toString();
        QVERIFY(QRegularExpression("^[0-9a-f]{24}$").match(words.last()).hasMatch());
        QVERIFY(m_launcher->podman({"inspect", "firstlight-secretive"})
                    .contains(("word=" + words.last()).toUtf8()));
        // The same plan: it is kept, and still opened by the same word.
        const Called again = m_launcher->call({"run", "secretive", "--json"});
        QVERIFY(again.last()["alreadyRan"].toBool());
        QCOMPARE(again.last()["demo"].toObject()["secret"].toString(), words.last());
        m_launcher->call({"stop", "secretive"});
    }
    QVERIFY(words[0] != words[1]);
}

void TestLaunch::dataIsKept()
{
    m_launcher->addDemoText("keeper", "",
                            "  - id: only\n    build: tiny\n    data: [ /kept ]\n    shm: 8 MiB\n"
                                + Launcher::variant("serve"));
    const Called run = m_launcher->call({"run", "keeper", "--json"});
    QVERIFY2(run.code == 0, qPrintable(run.output));
    const QByteArray mounts = m_launcher->podman(
        {"inspect", "--format",
         "{{range .Mounts}}{{.Destination}} {{.Name}} {{.RW}};{{end}} {{.HostConfig.ShmSize}}",
         "firstlight-keeper"});
    QVERIFY2(mounts.contains("/kept firstlight-keeper-only-1 true"), mounts.constData());
    QVERIFY2(mounts.contains(QByteArray::number(8 << 20)), mounts.constData());
    m_launcher->call({"stop", "keeper"});
    QVERIFY(m_launcher->podman({"volume", "ls", "--quiet"}).contains("firstlight-keeper-only-1"));
    QCOMPARE(m_launcher->call({"run", "keeper", "--json"}).code, 0);
    m_launcher->call({"stop", "keeper"});
}

void TestLaunch::permissionsAreTold()
{
    m_launcher->addDemoText("writer", "",
                            "  - id: only\n    build: tiny\n    permissions: [ writable-root ]\n"
                                + Launcher::variant("serve"));
    const Called run = m_launcher->call({"run", "writer"});
    QVERIFY2(run.code == 0, qPrintable(run.output + run.errors));
    QVERIFY2(run.output.contains("may write to its own file system"), qPrintable(run.output));
    m_launcher->call({"stop", "writer"});
}

void TestLaunch::agreementIsAskedOnce()
{
    m_launcher->addDemoText("cloner", "consent: { en: Only your own voice., zh_CN: 只用自己的声音。 }\n",
                            "  - id: only\n    build: tiny\n" + Launcher::variant("serve"));
    const Called refused = m_launcher->call({"run", "cloner", "--json"});
    QCOMPARE(refused.code, 2);
    QCOMPARE(refused.errorCode(), QString("agreement-needed"));
    QVERIFY(refused.last()["message"].toString().contains("Only your own voice."));
    QVERIFY(m_launcher->leavesNothing());
    QCOMPARE(m_launcher->call({"run", "cloner", "--agree", "--json"}).code, 0);
    m_launcher->call({"stop", "cloner"});
    QCOMPARE(m_launcher->call({"run", "cloner", "--json"}).code, 0);
    m_launcher->call({"stop", "cloner"});
    // Other words are another question.
    m_launcher->addDemoText("cloner", "consent: { en: Only with permission., zh_CN: 须经许可。 }\n",
                            "  - id: only\n    build: tiny\n" + Launcher::variant("serve"));
    QCOMPARE(m_launcher->call({"run", "cloner", "--json"}).errorCode(), QString("agreement-needed"));
}

/// What it may do is agreed to before anything of it is built or started.
void TestLaunch::catalogFromElsewhereIsAgreedTo()
{
    m_launcher->addDemoText("foreign", "",
                            "  - id: only\n    build: tiny\n    permissions: [ writable-root ]\n"
                                + Launcher::variant("serve"));
    const QString file = QString::fromStdString((m_launcher->path() / "foreign.yaml").string());
    QVERIFY(
        QFile::rename(QString::fromStdString((m_launcher->catalog() / "demos/foreign.yaml").string()), file));
    const Called refused = m_launcher->call({"run", "foreign", "--catalog", file, "--json"});
    QCOMPARE(refused.errorCode(), QString("agreement-needed"));
    QVERIFY(refused.last()["message"].toString().contains("file system"));
    const Called run = m_launcher->call({"run", "foreign", "--catalog", file, "--agree", "--json"});
    QVERIFY2(run.code == 0, qPrintable(run.output));
    m_launcher->call({"stop", "foreign"});
    QFile::remove(file);
}

void TestLaunch::unreachableImageTakesTheNextVariant()
{
    m_launcher->addDemoText(
        "fallback", "",
        "  - id: far\n    image: registry.invalid/none:1\n    unlocked: true\n    weight: 5\n"
            + Launcher::variant("serve") + "  - id: near\n    build: tiny\n" + Launcher::variant("serve"));
    const Called choice = m_launcher->call({"choose", "fallback", "--json"});
    const Called run = m_launcher->call({"run", "fallback", "--json"});
    QVERIFY2(run.code == 0, qPrintable(run.output));
    QCOMPARE(run.last()["demo"].toObject()["variant"].toString(), QString("near"));
    m_launcher->call({"stop", "fallback"});
}

void TestLaunch::networkIsReachableWhereTheCatalogSaysSo()
{
    m_launcher->addDemoText("online", "",
                            "  - id: only\n    build: tiny\n    permissions: [ network ]\n"
                                + Launcher::variant("serve"));
    const Called run = m_launcher->call({"run", "online", "--json"});
    if (run.code != 0 && run.last()["detail"].toString().contains("netavark"))
        QSKIP(qPrintable("no container network on this computer: " + run.last()["detail"].toString()));
    QVERIFY2(run.code == 0, qPrintable(run.output));
    QCOMPARE(fetch(address(run)), QByteArray("first light"));
    QCOMPARE(m_launcher->call({"ps", "--json"}).last()["state"].toString(), QString("ready"));
}

void TestLaunch::demoHasNoNetworkAndNoRights()
{
    const Called run = m_launcher->call({"run", "hello", "--json"});
    QMap<QString, QJsonObject> proofs;
    for (const auto &proof : run.last()["proofs"].toArray())
        proofs[proof.toObject()["what"].toString()] = proof.toObject();
    for (const char *what : {"read-only-root", "no-new-privileges", "capabilities", "network",
                             "process-limit", "memory-limit"}) {
        QVERIFY2(proofs.contains(what), what);
        QVERIFY2(proofs[what]["kept"].toBool(), what);
    }
    const QString id = run.last()["demo"].toObject()["containerId"].toString();
    const QByteArray network = m_launcher->podman({"inspect", id, "--format", "{{.HostConfig.NetworkMode}}"});
    QCOMPARE(network.trimmed(), QByteArray("none"));
}

void TestLaunch::twoRunsAtOnceStartOne()
{
    QProcess one;
    QProcess two;
    m_launcher->prepare(one, {"run", "hello", "--json"});
    m_launcher->prepare(two, {"run", "hello", "--json"});
    one.start();
    two.start();
    QVERIFY(one.waitForFinished(60000) && two.waitForFinished(60000));
    const Called first = Launcher::ended(one);
    const Called second = Launcher::ended(two);
    QCOMPARE(first.code, 0);
    QCOMPARE(second.code, 0);
    QCOMPARE(first.last()["demo"].toObject()["containerId"], second.last()["demo"].toObject()["containerId"]);
    QVERIFY(first.last()["alreadyRan"].toBool() != second.last()["alreadyRan"].toBool());
}

void TestLaunch::threadsFollowTheAffinity()
{
    if (!findProgram("taskset"))
        QSKIP("taskset is not installed");
    QProcess process;
    m_launcher->prepare(process, {});
    process.setProgram("taskset");
    process.setArguments({"-c", "0", Launcher::program(), "plan", "hello", "--json"});
    process.start();
    QVERIFY(process.waitForFinished());
    const Called pinned = Launcher::ended(process);
    QCOMPARE(pinned.last()["threads"].toInt(), 1);
    QVERIFY(m_launcher->call({"plan", "hello", "--json"}).last()["threads"].toInt() >= 1);
}

void TestLaunch::wakesUpLate()
{
    m_launcher->addDemo("late", "serve-later, \"1500\"");
    const Called run = m_launcher->call({"run", "late", "--json"});
    QCOMPARE(run.code, 0);
    QVERIFY(run.last()["secondsToReady"].toDouble() >= 1.5); // it answers 503 until then
    QCOMPARE(fetch(address(run)), QByteArray("first light"));
}

void TestLaunch::modelIsMountedReadOnly()
{
    addModelDemo("model", m_server->url("plain/model.bin"), sha256OfFile(m_files / "model.bin").value(),
                 2u << 20);
    const Called run = m_launcher->call({"run", "model", "--json"});
    QVERIFY2(run.code == 0, qPrintable(run.output));
    const QString id = run.last()["demo"].toObject()["containerId"].toString();
    const QByteArray mounts = m_launcher->podman(
        {"inspect", id, "--format", "{{range .Mounts}}{{.Destination}} {{.RW}}\n{{end}}"});
    QVERIFY2(mounts.contains("/models/model.bin false"), mounts.constData());
}

void TestLaunch::portTaken()
{
    const auto other = listenOnLoopback(0);
    const Called run = m_launcher->call({"run", "hello", "--port", QString::number(other->port), "--json"});
    QCOMPARE(run.code, 2);
    QCOMPARE(run.errorCode(), QString("port-taken"));
    QVERIFY(run.last()["message"].toString().contains(QString::number(other->port)));
    QVERIFY(!run.last()["remedy"].toString().isEmpty());
    QVERIFY2(m_launcher->leavesNothing(), qPrintable(m_launcher->leftovers()));
}

void TestLaunch::diesAtOnce()
{
    m_launcher->addDemo("dying", "die, \"3\"");
    const Called run = m_launcher->call({"run", "dying", "--json"});
    QCOMPARE(run.code, 1);
    QCOMPARE(run.errorCode(), QString("demo-died"));
    QCOMPARE(run.last()["facts"].toObject()["exit"].toString(), QString("3"));
    QVERIFY(run.last()["message"].toString().contains("cannot open the stage door"));
    QFile log(run.last()["facts"].toObject()["log"].toString());
    QVERIFY(log.open(QIODevice::ReadOnly));
    QVERIFY(log.readAll().contains("cannot open the stage door"));
    QVERIFY2(m_launcher->leavesNothing(), qPrintable(m_launcher->leftovers()));
}

void TestLaunch::wrongCpuTakesTheNextVariant()
{
    m_launcher->addDemoText("cpus", "",
                            "  - id: new-cpu\n    build: tiny\n    weight: 5\n" + Launcher::variant("illegal")
                                + "  - id: any-cpu\n    build: tiny\n" + Launcher::variant("serve"));
    const Called run = m_launcher->call({"run", "cpus", "--json"});
    QVERIFY2(run.code == 0, qPrintable(run.output));
    QCOMPARE(run.last()["demo"].toObject()["variant"].toString(), QString("any-cpu"));
    QVERIFY(std::any_of(run.lines.begin(), run.lines.end(), [](const QJsonObject &line) {
        return line["code"].toString() == "image-wrong-cpu";
    }));
}

void TestLaunch::wrongCpuWithoutAnotherVariant()
{
    m_launcher->addDemo("cpu", "illegal");
    const Called run = m_launcher->call({"run", "cpu", "--json"});
    QCOMPARE(run.errorCode(), QString("image-wrong-cpu"));
    QCOMPARE(run.code, 3);
    QVERIFY2(m_launcher->leavesNothing(), qPrintable(m_launcher->leftovers()));
}

void TestLaunch::neverReady_data()
{
    QTest::addColumn<QString>("words");
    QTest::newRow("listens and says nothing") << "never";
    QTest::newRow("does not listen") << "deaf";
    QTest::newRow("always 503") << "serve-later, \"600000\"";
}
void TestLaunch::neverReady()
{
    QFETCH(QString, words);
    m_launcher->addDemo("silent", words.toStdString(), "ready: { http: /, within: 2 s }\n");
    const Called run = m_launcher->call({"run", "silent", "--json"});
    QCOMPARE(run.code, 1);
    QCOMPARE(run.errorCode(), QString("demo-not-ready"));
    QVERIFY(run.last()["message"].toString().contains("2 seconds"));
    QVERIFY2(m_launcher->leavesNothing(), qPrintable(m_launcher->leftovers()));
}

void TestLaunch::memoryLimitIsTold()
{
    m_launcher->addDemo("hungry", "hungry");
    const Called run = m_launcher->call({"run", "hungry", "--json"});
    if (run.errorCode() == "demo-not-ready")
        QSKIP("memory limits have no effect on this computer");
    QCOMPARE(run.errorCode(), QString("demo-died-memory"));
    QVERIFY2(m_launcher->leavesNothing(), qPrintable(m_launcher->leftovers()));
}

void TestLaunch::unreachableRegistry()
{
    const auto nobody = freeLoopbackPort();
    m_launcher->addDemoText("pulled", "",
                            "  - id: only\n    image: 127.0.0.1:" + std::to_string(*nobody)
                                + "/a/b:1\n    unlocked: true\n" + Launcher::variant("serve"));
    const Called run = m_launcher->call({"run", "pulled", "--json"});
    QCOMPARE(run.code, 1);
    QCOMPARE(run.errorCode(), QString("registry-unreachable"));
    QVERIFY(run.last()["message"].toString().contains("127.0.0.1"));
    QVERIFY(!run.last()["remedy"].toString().isEmpty());
    QVERIFY2(m_launcher->leavesNothing(), qPrintable(m_launcher->leftovers()));
}

void TestLaunch::wrongChecksum()
{
    const std::string wrong(64, '7');
    addModelDemo("wrong", m_server->url("plain/model.bin?wrong"), wrong, 2u << 20);
    const Called run = m_launcher->call({"run", "wrong", "--json"});
    QCOMPARE(run.code, 1);
    QCOMPARE(run.errorCode(), QString("download-failed"));
    QCOMPARE(run.last()["cause"].toObject()["code"].toString(), QString("checksum-wrong"));
    QVERIFY(!fs::exists(m_launcher->home() / "data/store/blobs/sha256" / wrong));
    QVERIFY2(m_launcher->leavesNothing(), qPrintable(m_launcher->leftovers()));
}

void TestLaunch::missingModel()
{
    addModelDemo("gone", m_server->url("status-404-99/model.bin"), std::string(64, '8'), 2u << 20);
    const Called run = m_launcher->call({"run", "gone", "--json"});
    QCOMPARE(run.code, 1);
    QCOMPARE(run.errorCode(), QString("download-failed"));
    QVERIFY2(m_launcher->leavesNothing(), qPrintable(m_launcher->leftovers()));
}

void TestLaunch::fullDisk()
{
    const fs::path store = m_launcher->home() / "data/store";
    fs::create_directories(store);
    if (::mount("tmpfs", store.c_str(), "tmpfs", 0, "size=1m") != 0)
        QSKIP("needs the right to mount a small file system");
    // Its real size is told nowhere beforehand, so the disk is full in the middle.
    m_launcher->addDemoText("full",
                            "models:\n  m:\n    name: Model\n    format: gguf\n    sources: [ \""
                                + m_server->url("plain/model.bin?full") + "\" ]\n",
                            "  - id: only\n    build: tiny\n    models: [ m ]\n"
                                + Launcher::variant("serve"));
    const Called run = m_launcher->call({"run", "full", "--json"});
    ::umount2(store.c_str(), MNT_DETACH);
    QCOMPARE(run.code, 1);
    QVERIFY2(run.errorCode() == "disk-full" || run.errorCode() == "disk-too-small", qPrintable(run.output));
    QVERIFY(run.last()["remedy"].toString().contains("space"));
    QVERIFY2(m_launcher->leavesNothing(), qPrintable(m_launcher->leftovers()));
}

void TestLaunch::failingBuild()
{
    m_launcher->addDemoText("broken", "", "  - id: only\n    build: broken\n" + Launcher::variant("serve"));
    const Called run = m_launcher->call({"run", "broken", "--json"});
    QCOMPARE(run.code, 1);
    QCOMPARE(run.errorCode(), QString("recipe-build-failed"));
    QVERIFY(run.last()["message"].toString().contains("cannot open the stage door"));
    QVERIFY2(m_launcher->leavesNothing(), qPrintable(m_launcher->leftovers()));
}

void TestLaunch::noPodman()
{
    QProcess process;
    m_launcher->prepare(process, {"run", "hello", "--json"});
    QProcessEnvironment without = process.processEnvironment();
    without.insert("PATH", QString::fromStdString(m_files));
    without.insert("FIRSTLIGHT_HOME", QString::fromStdString(m_launcher->path() / "other-home"));
    process.setProcessEnvironment(without);
    process.start();
    QVERIFY(process.waitForFinished());
    const Called run = Launcher::ended(process);
    QCOMPARE(run.code, 3);
    QCOMPARE(run.errorCode(), QString("nothing-runs"));
    QVERIFY(run.last()["message"].toString().contains("podman"));
    QVERIFY(run.last()["remedy"].toString().contains("install podman"));
}

void TestLaunch::phases()
{
    QTest::addColumn<QString>("phase");
    for (const char *phase : {"download", "build", "start", "wait"})
        QTest::newRow(phase) << phase;
}

bool TestLaunch::startUntil(QProcess &process, const QString &id, const QString &phase)
{
    m_launcher->prepare(process, {"run", id, "--json"});
    process.start();
    QElapsedTimer time;
    time.start();
    while (time.elapsed() < 60000 && process.state() != QProcess::NotRunning) {
        if (!process.canReadLine() && !process.waitForReadyRead(1000))
            continue;
        while (process.canReadLine()) {
            const QJsonObject line = QJsonDocument::fromJson(process.readLine()).object();
            if (line["event"].toString() == "progress" && line["phase"].toString() == phase)
                return true;
        }
    }
    return false;
}

/// A demo that stays in \a phase long enough to be interrupted there.
static void addSlowDemo(Launcher &launcher, const FaultyServer &server, const fs::path &files,
                        const std::string &id, const QString &phase)
{
    if (phase == "download")
        launcher.addDemoText(id,
                             "models:\n  m:\n    name: Model\n    format: gguf\n    size: 2 MiB\n    sha256: "
                                 + sha256OfFile(files / "model.bin").value() + "\n    sources: [ \""
                                 + server.url("slow-512/model.bin") + "\" ]\n",
                             "  - id: only\n    build: tiny\n    models: [ m ]\n"
                                 + Launcher::variant("serve"));
    else if (phase == "build")
        launcher.addDemoText(id, "", "  - id: only\n    build: slow\n" + Launcher::variant("serve"));
    else
        launcher.addDemo(id, phase == "wait" ? "never" : "serve-later, \"3000\"");
}

void TestLaunch::interruptedInEveryPhase()
{
    QFETCH(QString, phase);
    std::error_code ignored;
    fs::remove_all(m_launcher->home() / "data/store", ignored);
    addSlowDemo(*m_launcher, *m_server, m_files, "slow-" + phase.toStdString(), phase);
    QProcess process;
    QVERIFY(startUntil(process, "slow-" + phase, phase));
    ::kill(static_cast<pid_t>(process.processId()), SIGINT);
    QVERIFY(process.waitForFinished(20000));
    const Called run = Launcher::ended(process);
    QCOMPARE(run.code, 4);
    QCOMPARE(run.errorCode(), QString("cancelled"));
    QCOMPARE(m_launcher->leftovers(), QString());
}

/// Nothing can be undone by a process that was killed: `ps` tells the truth about what is there, and the next
/// run takes it over or clears it away.
void TestLaunch::killedInEveryPhase()
{
    QFETCH(QString, phase);
    std::error_code ignored;
    fs::remove_all(m_launcher->home() / "data/store", ignored);
    const QString id = "killed-" + phase;
    addSlowDemo(*m_launcher, *m_server, m_files, id.toStdString(), phase);
    QProcess process;
    QVERIFY(startUntil(process, id, phase));
    ::kill(static_cast<pid_t>(process.processId()), SIGKILL);
    QVERIFY(process.waitForFinished(20000));

    // What podman had begun for the killed one it may still finish.
    QVERIFY(QTest::qWaitFor(
        [&] {
            const Called ps = m_launcher->call({"ps", "--json"});
            const bool there = !m_launcher->podman({"ps", "--all", "--quiet"}).trimmed().isEmpty();
            return ps.code == 0 && ps.lines.isEmpty() != there;
        },
        5000));
    if (phase == "build") { // it goes on by itself and takes a minute; somebody who does not want it stops it
                            // like this
        QProcess again;
        QVERIFY(startUntil(again, id, phase));
        ::kill(static_cast<pid_t>(again.processId()), SIGINT);
        QVERIFY(again.waitForFinished(20000));
        QCOMPARE(Launcher::ended(again).code, 4);
    } else if (phase == "wait") {
        QCOMPARE(m_launcher->call({"stop", id}).code, 0);
    } else {
        const Called again = m_launcher->call({"run", id, "--json"});
        QVERIFY2(again.code == 0, qPrintable(again.output));
        QCOMPARE(fetch(address(again)), QByteArray("first light"));
        QCOMPARE(m_launcher->call({"ps", "--json"}).lines.size(), 1);
    }
}

void TestLaunch::killedForwarderIsRepaired()
{
    const Called run = m_launcher->call({"run", "hello", "--json"});
    const auto forwarders = Launcher::processesNaming(m_launcher->runtime().string() + "/demos/hello");
    QCOMPARE(forwarders.size(), std::size_t(1));
    ::kill(*forwarders.begin(), SIGKILL);
    QVERIFY(QTest::qWaitFor(
        [&] {
            return m_launcher->call({"ps", "--json"}).last()["state"].toString() == "unreachable";
        },
        5000));
    QCOMPARE(m_launcher->call({"open", "hello", "--json"}).errorCode(), QString("demo-not-reachable"));
    const Called again = m_launcher->call({"run", "hello", "--json"});
    QCOMPARE(again.code, 0);
    QVERIFY(again.last()["alreadyRan"].toBool());
    QCOMPARE(address(again), address(run));
    QCOMPARE(fetch(address(again)), QByteArray("first light"));
}

/// Podman's service ends by itself when it is idle, as it is while a large image is built.
void TestLaunch::serviceThatEndsDuringABuildIsStartedAgain()
{
    QVERIFY(m_launcher->addImage("unhurried", "RUN [\"/server\", \"sleep\", \"2\"]\n"));
    m_launcher->addDemoText("unhurried", "",
                            "  - id: only\n    build: unhurried\n" + Launcher::variant("serve"));
    QProcess process;
    QVERIFY(startUntil(process, "unhurried", "build"));
    const std::string service = readFile(m_launcher->runtime() / "podman.pid", 64).value();
    ::kill(static_cast<pid_t>(std::stoi(service)), SIGKILL);
    QVERIFY(process.waitForFinished(60000));
    const Called run = Launcher::ended(process);
    QVERIFY2(run.code == 0, qPrintable(run.output));
    QVERIFY(readFile(m_launcher->runtime() / "podman.pid", 64).value() != service);
}

void TestLaunch::stoppedFromElsewhereWhileItStarts()
{
    m_launcher->addDemo("sleepy", "never");
    QProcess process;
    QVERIFY(startUntil(process, "sleepy", "wait"));
    QCOMPARE(m_launcher->call({"stop", "sleepy"}).code, 0);
    QVERIFY(process.waitForFinished(20000));
    const Called run = Launcher::ended(process);
    QCOMPARE(run.code, 1);
    QCOMPARE(run.errorCode(), QString("demo-stopped"));
}

QTEST_GUILESS_MAIN(TestLaunch)
#include "tst_launch.moc"
