#include "core/process.h"
#include "hardware/engines/cdi.h"
#include "hardware/engines/containers_conf.h"
#include "hardware/engines/tiny_program.h"
#include "hardware/engines/trial.h"
#include "hardware/engines/user.h"
#include "hardware/probe.h"
#include "recordings.h"

#include <sys/stat.h>
#include <unistd.h>

using namespace firstlight;
namespace fs = std::filesystem;

namespace {

int linesOf(const fs::path &path)
{
    const std::string text = readFile(path).value_or("");
    return static_cast<int>(std::ranges::count(text, '\n'));
}

void writeProgram(const fs::path &path, const std::string &script)
{
    QVERIFY(writeFileAtomically(path, "#!/bin/sh\n" + script, 0755));
}

int leftovers()
{
    int count = 0;
    for (const auto &entry : fs::directory_iterator(fs::temp_directory_path()))
        count += entry.path().filename().string().starts_with("firstlight-trial-") ? 1 : 0;
    return count;
}

} // namespace

class TestEngines : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { m_path = qgetenv("PATH"); }
    void cleanup()
    {
        qputenv("PATH", m_path);
        qunsetenv("CONTAINERS_CONF");
    }

    void containersConf()
    {
        ContainersConf conf;
        takeContainersConf(
            "runtime = \"outside\"\n[engine]\n# runtime = \"commented\"\nruntime = \"runc\" # why\n"
            "runtime_supports_json = [\"crun\"]\n[engine.runtimes]\nruntime = "
            "\"x\"\n[network]\nnetwork_backend='cni'\n",
            conf);
        QCOMPARE(conf.runtime.value_or(""), std::string("runc"));
        QCOMPARE(conf.networkBackend.value_or(""), std::string("cni"));
        takeContainersConf("[engine]\nruntime = \"/opt/crun\"\n", conf);
        QCOMPARE(conf.runtime.value_or(""), std::string("/opt/crun"));
        QCOMPARE(conf.networkBackend.value_or(""), std::string("cni"));
        takeContainersConf("[engine\n[]\n=\nruntime=\"\n\x01\xff", conf);
    }

    void cdiKinds_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QString>("kind");
        QTest::newRow("yaml") << QByteArray(
            "---\ncdiVersion: 0.5.0\ncontainerEdits:\n  kind: not/this\nkind: nvidia.com/gpu\n")
                              << "nvidia.com/gpu";
        QTest::newRow("quoted") << QByteArray("kind: \"amd.com/gpu\" # AMD\n") << "amd.com/gpu";
        QTest::newRow("json") << QByteArray(R"( {"cdiVersion": "0.5.0", "kind": "intel.com/npu"})")
                              << "intel.com/npu";
        QTest::newRow("no slash") << QByteArray("kind: gpu\n") << "";
        QTest::newRow("broken json") << QByteArray("{\"kind\": ") << "";
        QTest::newRow("number") << QByteArray("{\"kind\": 5}") << "";
        QTest::newRow("empty") << QByteArray() << "";
    }

    void cdiKinds()
    {
        QFETCH(QByteArray, text);
        QFETCH(QString, kind);
        QCOMPARE(QString::fromStdString(cdiKind(text.toStdString()).value_or("")), kind);
    }

    void cdiFolders()
    {
        CraftedRoot root;
        root.file("etc/cdi/b.yaml", "kind: nvidia.com/gpu\n")
            .file("etc/cdi/readme.txt", "kind: not/this\n")
            .file("var/run/cdi/a.json", R"({"kind": "amd.com/gpu"})")
            .file("var/run/cdi/c.yaml", "kind: nvidia.com/gpu\n");
        const auto cdi = readCdi(*Root::open(root.path()));
        QCOMPARE(cdi.size(), 2u);
        QCOMPARE(cdi[0].kind, std::string("amd.com/gpu"));
        QCOMPARE(cdi[1].kind, std::string("nvidia.com/gpu"));
    }

    void subordinateRanges()
    {
        QVERIFY(hasSubordinateIds("a:1:5\nfl:100000:65536\n", "fl:100000:65536\n", "fl", 1777));
        QVERIFY(hasSubordinateIds("1777:100000:65536\n", "fl:100000:65536\n", "fl", 1777));
        QVERIFY(!hasSubordinateIds("fl:100000:65536\n", "", "fl", 1777));
        QVERIFY(!hasSubordinateIds("fl:100000:0\n", "fl:100000:65536\n", "fl", 1777));
        QVERIFY(!hasSubordinateIds("fl2:100000:65536\n", "flx:1:1\n", "fl", 1777));
        QVERIFY(!hasSubordinateIds("::\n", "::\n", "", 1777));
    }

    void outcomesAreKeptAsText()
    {
        const TrialOutcome works{.works = true, .reason = {}};
        const TrialOutcome fails{.works = false, .reason = "no \xff"};
        QCOMPARE(trialOutcome(*toText(works)), works);
        QCOMPARE(trialOutcome(*toText(fails)), fails);
        QVERIFY(!toText({.works = std::nullopt, .reason = "timeout"})); // it is asked again
        QCOMPARE(trialOutcome("whatever"), TrialOutcome());
    }

    void tinyProgramEndsWell()
    {
        const auto program = tinyProgram();
        if (!program)
            QSKIP("no tiny program for this processor");
        const auto folder = TemporaryDirectory::make(fs::temp_directory_path(), "firstlight-test-");
        QVERIFY(writeFileAtomically(folder->path() / "true", *program, 0755));
        const auto ended = runProcess({.program = folder->path() / "true"});
        QVERIFY(ended && ended->succeeded());
    }

    void rememberedFactsStartNoProcess()
    {
        const auto folder = TemporaryDirectory::make(fs::temp_directory_path(), "firstlight-test-");
        const fs::path calls = folder->path() / "calls";
        writeProgram(folder->path() / "bin/podman",
                     "echo podman >> " + calls.string() + "; echo podman version 9.8.7\n");
        writeProgram(folder->path() / "bin/myruntime", "echo runtime >> " + calls.string() + "\n");
        QVERIFY(writeFileAtomically(folder->path() / "containers.conf",
                                    "[engine]\nruntime = \"" + (folder->path() / "bin/myruntime").string()
                                        + "\"\n"));
        qputenv("PATH", QByteArray((folder->path() / "bin").c_str()));
        qputenv("CONTAINERS_CONF", QByteArray((folder->path() / "containers.conf").c_str()));

        ProbeOptions options;
        options.cacheDirectory = folder->path() / "cache";
        const auto untried = probe(options);
        QVERIFY(untried && untried->engines && untried->engines->podman);
        QCOMPARE(untried->engines->podman->version.value_or(""), std::string("9.8.7"));
        QCOMPARE(untried->engines->podman->runtimes.front().name, std::string("myruntime"));
        QVERIFY(!untried->engines->podman->runtimes.front().works);
        QCOMPARE(linesOf(calls), 1);

        options.trials = true;
        QCOMPARE(probe(options)->engines->podman->runtimes.front().works,
                 tinyProgram() ? std::optional(true) : std::nullopt);
        const int afterTrial = linesOf(calls);
        const auto again = probe(options);
        QCOMPARE(again->engines->podman->version.value_or(""), std::string("9.8.7"));
        if (tinyProgram())
            QCOMPARE(linesOf(calls), afterTrial);

        options.trials = false; // remembered, and shown without a trial
        QCOMPARE(probe(options)->engines->podman->runtimes.front().works,
                 again->engines->podman->runtimes.front().works);

        QVERIFY(writeFileAtomically(options.cacheDirectory / "hardware.json", "damaged"));
        QCOMPARE(probe(options)->engines->podman->version.value_or(""), std::string("9.8.7"));
        QCOMPARE(linesOf(calls), afterTrial + 1);

        writeProgram(folder->path() / "bin/podman",
                     "echo podman >> " + calls.string() + "; echo podman version 10.0\n");
        QCOMPARE(probe(options)->engines->podman->version.value_or(""), std::string("10.0"));
    }

    void withoutPodman()
    {
        qputenv("PATH", "/no/such/folder");
        const auto machine = probe({});
        QVERIFY(machine && machine->engines);
        QVERIFY(!machine->engines->podman);
    }

    void podmanThatFails()
    {
        const auto folder = TemporaryDirectory::make(fs::temp_directory_path(), "firstlight-test-");
        writeProgram(folder->path() / "podman", "echo broken >&2; exit 125\n");
        qputenv("PATH", QByteArray(folder->path().c_str()));
        const auto machine = probe({});
        QVERIFY(machine && machine->engines->podman);
        QVERIFY(!machine->engines->podman->version);
    }

    void trialTellsTheRuntimesOwnWords()
    {
        if (!tinyProgram())
            QSKIP("no tiny program for this processor");
        const auto folder = TemporaryDirectory::make(fs::temp_directory_path(), "firstlight-test-");
        writeProgram(folder->path() / "oci",
                     "echo first >&2; echo 'it does not work' >&2; echo >&2; exit 1\n");
        const int before = leftovers();
        const auto outcome = tryRuntime(folder->path() / "oci", {});
        QVERIFY(outcome);
        QCOMPARE(outcome->works, std::optional(false));
        QCOMPARE(outcome->reason, std::string("it does not work"));
        QCOMPARE(leftovers(), before);
    }

    void trialSeesACompleteBundle()
    {
        if (!tinyProgram())
            QSKIP("no tiny program for this processor");
        const auto folder = TemporaryDirectory::make(fs::temp_directory_path(), "firstlight-test-");
        // $5 is the bundle: --root STATE run --bundle BUNDLE ID
        writeProgram(folder->path() / "oci",
                     "[ \"$3 $4\" = 'run --bundle' ] && grep -q ociVersion \"$5/config.json\" && "
                     "! grep -q rlimits \"$5/config.json\" && \"$5/rootfs/true\" && [ -d \"$2\" ]\n");
        QCOMPARE(tryRuntime(folder->path() / "oci", {})->works, std::optional(true));
    }

    void trialCanBeCancelled()
    {
        if (!tinyProgram())
            QSKIP("no tiny program for this processor");
        std::stop_source stop;
        stop.request_stop();
        const auto folder = TemporaryDirectory::make(fs::temp_directory_path(), "firstlight-test-");
        writeProgram(folder->path() / "oci", "[ \"$3\" = run ] && sleep 60\n");
        const auto outcome = tryRuntime(folder->path() / "oci", {}, stop.get_token());
        QVERIFY(!outcome);
        QCOMPARE(outcome.error().code, std::string("cancelled"));
    }

    void runtimesOfThisComputer()
    {
        const auto crun = findProgram("crun");
        const auto runc = findProgram("runc");
        if (!tinyProgram() || (!crun && !runc))
            QSKIP("neither crun nor runc is installed");
        const int before = leftovers();
        bool anyTold = false;
        for (const auto &runtime : {crun, runc}) {
            if (!runtime)
                continue;
            const auto outcome = tryRuntime(*runtime, {});
            QVERIFY(outcome);
            if (outcome->works == false)
                QVERIFY(!outcome->reason.empty());
            anyTold = anyTold || outcome->works.has_value();
            const auto layout = probe({})->engines->cgroups;
            if (runtime == crun && layout == CgroupLayout::Hybrid && geteuid() == 0
                && readFile("/sys/fs/cgroup/unified/cgroup.controllers").value_or("").size() > 1)
                QCOMPARE(
                    outcome->reason,
                    std::string("cgroups in hybrid mode not supported, drop all controllers from cgroupv2"));
        }
        QVERIFY(anyTold);
        QCOMPARE(leftovers(), before);
        for (const char *hierarchy : {"", "pids", "unified", "memory"}) {
            std::error_code none;
            for (const auto &entry : fs::directory_iterator(fs::path("/sys/fs/cgroup") / hierarchy, none))
                QVERIFY(!entry.path().filename().string().starts_with("firstlight-trial-"));
        }
    }

private:
    QByteArray m_path;
};

QTEST_GUILESS_MAIN(TestEngines)
#include "tst_engines.moc"
