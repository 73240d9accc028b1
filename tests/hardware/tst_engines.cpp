#include "core/process.h"
#include "hardware/engines/cdi.h"
#include "hardware/engines/containers_conf.h"
#include "hardware/engines/named_list.h"
#include "hardware/engines/packages.h"
#include "hardware/engines/podman.h"
#include "hardware/engines/slurm.h"
#include "hardware/engines/storage_conf.h"
#include "hardware/engines/tiny_program.h"
#include "hardware/engines/trial.h"
#include "hardware/engines/user.h"
#include "hardware/probe.h"
#include "hardware/recorder.h"
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
        for (const char *name : {"CONTAINERS_CONF", "CONTAINERS_STORAGE_CONF", "DOCKER_HOST", "KUBECONFIG",
                                 "SLURM_CONF", "STORAGE_DRIVER"})
            qunsetenv(name);
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
        takeContainersConf("[engine]\ncgroup_manager = \"cgroupfs\"\n", conf);
        ContainersConf copy;
        takeContainersConf(containersConfText(conf), copy);
        QCOMPARE(copy, conf);
        takeContainersConf("[engine\n[]\n=\nruntime=\"\n\x01\xff", conf);
        QCOMPARE(copy, conf);
    }

    void storageConf()
    {
        StorageConf conf;
        takeStorageConf("[storage]\n#driver = \"zfs\"\ndriver = \"overlay\"\ngraphroot='/a/b'\n"
                        "rootless_storage_path = \"$HOME/x\"\n[storage.options]\ndriver = \"no\"\n",
                        conf);
        QCOMPARE(conf.driver.value_or(""), std::string("overlay"));
        QCOMPARE(conf.folder.value_or(""), std::string("/a/b"));
        QCOMPARE(conf.rootlessFolder.value_or(""), std::string("$HOME/x"));
        QCOMPARE(usedDriver({"overlay", "overlay-images", "libpod"}).value_or(""), std::string("overlay"));
        QVERIFY(!usedDriver({"overlay-images", "vfs-images"}));
        QVERIFY(!usedDriver({"libpod", "-images"}));
    }

    void cgroupManagers_data()
    {
        QTest::addColumn<QString>("setting");
        QTest::addColumn<bool>("systemd");
        QTest::addColumn<bool>("rootless");
        QTest::addColumn<int>("layout");
        QTest::addColumn<bool>("bus");
        QTest::addColumn<QString>("manager");
        const int v1 = static_cast<int>(CgroupLayout::V1);
        const int v2 = static_cast<int>(CgroupLayout::V2);
        QTest::newRow("root") << "" << true << false << v1 << true << "systemd";
        QTest::newRow("rootless") << "" << true << true << v2 << true << "systemd";
        QTest::newRow("rootless v1") << "" << true << true << v1 << true << "cgroupfs";
        QTest::newRow("no bus") << "" << true << true << v2 << false << "cgroupfs";
        QTest::newRow("set, no bus") << "systemd" << true << true << v2 << false << "cgroupfs";
        QTest::newRow("no systemd") << "" << false << false << v2 << true << "cgroupfs";
        QTest::newRow("set") << "cgroupfs" << true << false << v2 << true << "cgroupfs";
    }

    void cgroupManagers()
    {
        QFETCH(QString, setting);
        QFETCH(bool, systemd);
        QFETCH(bool, rootless);
        QFETCH(int, layout);
        QFETCH(bool, bus);
        QFETCH(QString, manager);
        Engines engines;
        engines.systemd = systemd;
        engines.rootless = rootless;
        engines.cgroups = static_cast<CgroupLayout>(layout);
        const auto given = setting.isEmpty() ? std::nullopt : std::optional(setting.toStdString());
        QCOMPARE(QString::fromStdString(cgroupManager(given, engines, bus)), manager);
    }

    void upstreamVersions_data()
    {
        QTest::addColumn<QString>("package");
        QTest::addColumn<QString>("upstream");
        QTest::newRow("debian") << "4.3.1+ds1-8+deb12u1+b3"
                                << "4.3.1";
        QTest::newRow("epoch") << "1:7.2+dfsg-7+deb12u13"
                               << "7.2";
        QTest::newRow("arch") << "5.2.1-1"
                              << "5.2.1";
        QTest::newRow("alpine") << "5.0.3_p1-r2"
                                << "5.0.3";
        QTest::newRow("candidate") << "5.2.0~rc1-1"
                                   << "5.2.0";
        QTest::newRow("words") << "unknown"
                               << "";
        QTest::newRow("empty") << ""
                               << "";
    }

    void upstreamVersions()
    {
        QFETCH(QString, package);
        QFETCH(QString, upstream);
        QCOMPARE(QString::fromStdString(upstreamVersion(package.toStdString()).value_or("")), upstream);
    }

    void packageDatabases()
    {
        const std::string dpkg = "Package: podman-docker\nStatus: install ok installed\nVersion: 1\n\n"
                                 "Package: podman\nStatus: deinstall ok config-files\nVersion: 2\n\n"
                                 "Package: buildah\nDescription: x\n Package: podman\nVersion: 7\n\n"
                                 "Package: podman\nStatus: install ok installed\nConffiles:\n"
                                 " Version: no\nVersion: 4.3.1+ds1-8\n";
        QCOMPARE(dpkgVersion(dpkg, "podman").value_or(""), std::string("4.3.1+ds1-8"));
        QVERIFY(!dpkgVersion(dpkg, "buildah"));
        QVERIFY(!dpkgVersion("", "podman"));
        QVERIFY(!dpkgVersion("Package: podman", "podman"));
        const std::string apk = "C:Q1=\nP:podman-remote\nV:9-r0\n\nC:Q2=\nP:podman\nV:5.0.3-r2\nA:x86_64\n\n";
        QCOMPARE(apkVersion(apk, "podman").value_or(""), std::string("5.0.3-r2"));

        CraftedRoot arch;
        arch.file("var/lib/pacman/local/podman-5.2.1-1/desc", "")
            .file("var/lib/pacman/local/podman-compose-1.2.0-1/desc", "")
            .file("var/lib/pacman/local/podman-2fa-1.0-1/desc", "");
        const Root archRoot = *Root::open(arch.path());
        QCOMPARE(packageVersion(archRoot, "/usr/bin/podman", "podman").value_or(""), std::string("5.2.1"));
        QVERIFY(!packageVersion(archRoot, "/usr/local/bin/podman", "podman"));
        CraftedRoot alpine;
        alpine.file("lib/apk/db/installed", apk);
        QCOMPARE(packageVersion(*Root::open(alpine.path()), "/usr/bin/podman", "podman").value_or(""),
                 std::string("5.0.3"));
        CraftedRoot fedora;
        fedora.file("var/lib/rpm/rpmdb.sqlite", "SQLite format 3");
        QVERIFY(!packageVersion(*Root::open(fedora.path()), "/usr/bin/podman", "podman"));
    }

    void theDatabaseAgreesWithThePrograms()
    {
        const auto podman = findProgram("podman");
        const auto version = podman ? packageVersion(*Root::open("/"), *podman, "podman") : std::nullopt;
        if (!version)
            QSKIP("podman is not installed by dpkg, pacman or apk");
        QCOMPARE("podman version " + *version + '\n',
                 runChecked({.program = *podman, .arguments = {"--version"}})->output);
    }

    void namedLists_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QStringList>("names");
        QTest::newRow("nvidia-ctk") << QByteArray(
            "---\ncdiVersion: 0.5.0\ncontainerEdits:\n  deviceNodes:\n  - name: no\n    path: "
            "/dev/nvidiactl\n"
            "devices:\n- containerEdits:\n    deviceNodes:\n    - path: /dev/nvidia0\n      name: no\n"
            "  name: \"0\"\n- containerEdits:\n    env:\n    - name: no\n  name: all\nkind: nvidia.com/gpu\n"
            "other:\n- name: no\n") << QStringList{"0", "all"};
        QTest::newRow("indented") << QByteArray(
            "contexts:\n  # name: no\n  -   name: 'one two'\n      context:\n        name: no\n\n  -\n"
            "    name: three # last\nname: no\n")
                                  << QStringList{"one two", "three"};
        QTest::newRow("json") << QByteArray(R"({"devices": [{"name": "a"}, {"x": 1}, 5, {"name": 7}],
            "contexts": [{"name": "b"}]})")
                              << QStringList{"a", "b"};
        QTest::newRow("empty list") << QByteArray("devices: []\n- name: \n") << QStringList{};
        QTest::newRow("garbled") << QByteArray("devices:\n- name\n-\n - - -\n: :\n-name: x\n\xff\n-", 40)
                                 << QStringList{};
        QTest::newRow("broken json") << QByteArray("{\"devices\": [") << QStringList{};
    }

    void namedLists()
    {
        QFETCH(QByteArray, text);
        QFETCH(QStringList, names);
        QStringList found;
        for (const char *key : {"devices", "contexts"}) {
            for (const std::string &name : namesInList(text.toStdString(), key))
                found << QString::fromStdString(name);
        }
        QCOMPARE(found, names);
    }

    void slurmConf()
    {
        QCOMPARE(clusterName("# ClusterName=no\nclustername = big # why\nClusterName=second\n").value_or(""),
                 std::string("big"));
        QVERIFY(!clusterName("ClusterNames=x\nClusterName=\n\xff="));
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
        QCOMPARE(
            QString::fromStdString(cdiSpecification(text.toStdString()).value_or(CdiSpecification()).kind),
            kind);
    }

    void cdiFolders()
    {
        CraftedRoot root;
        root.file("etc/cdi/b.yaml", "cdiVersion: 0.5.0\nkind: nvidia.com/gpu\ndevices:\n- name: all\n"
                                    "- name: GPU-5d3f8a10-0b71-4b8e-9c2d-6d1f4f3e2a11\n- name: \"0\"\n")
            .file("etc/cdi/readme.txt", "kind: not/this\n")
            .file("var/run/cdi/a.json", R"({"kind": "amd.com/gpu", "devices": [{"name": "0x1a2b3c4d5e6f7081"},
                                           {"name": "0"}, {"name": "deadbeef"}]})")
            .file("var/run/cdi/c.yaml", "cdiVersion: 0.10.0\nkind: nvidia.com/gpu\ndevices:\n- name: \"0\"\n"
                                        "- name: \"1\"\n- name: MIG-5d3f8a10-0b71-4b8e-9c2d-6d1f4f3e2a11\n");
        const auto cdi = readCdi(*Root::open(root.path()));
        QCOMPARE(cdi.size(), 2u);
        QCOMPARE(cdi[0], (CdiSpecification{"amd.com/gpu", std::nullopt, {"0", "deadbeef"}}));
        QCOMPARE(cdi[1], (CdiSpecification{"nvidia.com/gpu", "0.10.0", {"all", "0", "1"}}));
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

    void otherEngines()
    {
        const auto folder = TemporaryDirectory::make(fs::temp_directory_path(), "firstlight-test-");
        const fs::path home = folder->path();
        for (const char *name : {"docker", "sbatch"})
            writeProgram(home / "bin" / name, "exit 9\n");
        QVERIFY(writeFileAtomically(home / "slurm.conf", "ClusterName=small\n"));
        QVERIFY(writeFileAtomically(home / "one", "contexts:\n- context: {}\n  name: b\n- name: a\n"));
        QVERIFY(writeFileAtomically(home / "two", R"({"contexts": [{"name": "a"}, {"name": "c"}]})"));
        QVERIFY(writeFileAtomically(home / "docker.sock", ""));
        qputenv("PATH", QByteArray((home / "bin").c_str()));
        qputenv("SLURM_CONF", QByteArray((home / "slurm.conf").c_str()));
        qputenv("KUBECONFIG",
                QByteArray(((home / "one").string() + ":/no/such/file:" + (home / "two").string()).c_str()));
        qputenv("DOCKER_HOST", QByteArray(("unix://" + (home / "docker.sock").string()).c_str()));
        const Engines engines = probe({})->engines.value();
        QCOMPARE(engines.docker, (Docker{(home / "bin/docker").string(), NodeAccess::Usable}));
        QCOMPARE(engines.slurm, (Slurm{(home / "bin/sbatch").string(), "small"}));
        QCOMPARE(engines.kubernetesContexts, (std::vector<std::string>{"b", "a", "c"}));
        QVERIFY(!engines.podman);

        qputenv("DOCKER_HOST", "tcp://127.0.0.1:1");
        qputenv("KUBECONFIG", "/no/such/file");
        const Engines without = probe({})->engines.value();
        QCOMPARE(without.docker->socket, NodeAccess::Absent);
        QVERIFY(without.kubernetesContexts.empty());
    }

    void storageDriverIsTheOneInUse()
    {
        const auto folder = TemporaryDirectory::make(fs::temp_directory_path(), "firstlight-test-");
        const fs::path store = folder->path() / "store";
        const std::string key = geteuid() == 0 ? "graphroot" : "rootless_storage_path";
        QVERIFY(writeFileAtomically(folder->path() / "storage.conf", "[storage]\ndriver = \"overlay\"\n" + key
                                                                         + " = \"" + store.string()
                                                                         + "\"\n"));
        qputenv("CONTAINERS_STORAGE_CONF", QByteArray((folder->path() / "storage.conf").c_str()));
        const Root root = *Root::open("/");
        QCOMPARE(storageDriver(root, geteuid() != 0).value_or(""), std::string("overlay"));
        QVERIFY(!usedNetworkBackend(root, geteuid() != 0));
        QVERIFY(makeDirectories(store / "vfs-images"));
        QVERIFY(writeFileAtomically(store / "defaultNetworkBackend", "cni"));
        QCOMPARE(storageDriver(root, geteuid() != 0).value_or(""), std::string("vfs"));
        QCOMPARE(usedNetworkBackend(root, geteuid() != 0).value_or(""), std::string("cni"));
    }

    void aRecordingAnswersForItsOwnUser()
    {
        CraftedRoot root;
        root.file("proc/self/mountinfo", "30 20 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n")
            .file("proc/self/cgroup", "0::/user.slice/user-1000.slice/session-1.scope\n")
            .file("proc/sys/fs/nr_open", "1048576\n")
            .file("sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service/cgroup.controllers",
                  "cpu memory pids\n")
            .file("etc/subuid", "not asked")
            .file("etc/containers/containers.conf", "[engine]\nruntime = \"notasked\"\n")
            .file(answersFile, R"({"answers": {"user id": "1000", "program podman": "/usr/bin/podman",
                "version of /usr/bin/podman": "5.4.2", "systemd runs": "yes", "user bus": "yes",
                "writable /sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service": "yes",
                "subordinate ids": "yes", "hard limit of open files": "18446744073709551615",
                "hard limit of processes": "many", "containers.conf": "[engine]\nruntime = 'crun'\n",
                "oci runtimes": "/usr/bin/crun\n/usr/bin/runc\n", "trial of /usr/bin/crun": "works",
                "trial of /usr/bin/runc": "fails: no words", "podman storage driver": "overlay",
                "kubernetes contexts": "a b\nc", "program docker": "/usr/bin/docker"}})");
        ProbeOptions options;
        options.root = root.path();
        options.trials = true; // nothing is tried on behalf of another computer
        const auto machine = probe(options);
        QVERIFY(machine && machine->engines && machine->engines->podman);
        const Engines &engines = *machine->engines;
        QVERIFY(engines.rootless);
        QVERIFY(engines.systemd);
        QCOMPARE(engines.delegatedControllers, (std::vector<std::string>{"cpu", "memory", "pids"}));
        QCOMPARE(engines.subordinateIds, std::optional(true));
        QCOMPARE(engines.openFilesLimit, std::optional<std::uint64_t>(1048576));
        QVERIFY(!engines.processesLimit);
        QCOMPARE(engines.kubernetesContexts, (std::vector<std::string>{"a b", "c"}));
        QCOMPARE(engines.docker, (Docker{"/usr/bin/docker", NodeAccess::Absent}));
        const Podman &podman = *engines.podman;
        QCOMPARE(podman.version.value_or(""), std::string("5.4.2"));
        QCOMPARE(podman.networkBackend.value_or(""), std::string("netavark"));
        QCOMPARE(podman.storageDriver.value_or(""), std::string("overlay"));
        QCOMPARE(podman.cgroupManager.value_or(""), std::string("systemd"));
        QCOMPARE(podman.runtimes.size(), 2u);
        QCOMPARE(podman.runtimes[0], (OciRuntime{"crun", "/usr/bin/crun", true, ""}));
        QCOMPARE(podman.runtimes[1], (OciRuntime{"runc", "/usr/bin/runc", false, "no words"}));

        root.file(answersFile, R"({"answers": {"program podman": "/usr/bin/podman"}})");
        QVERIFY(!probe(options)->engines);
    }

    void aRecordingReplaysEqual()
    {
        const auto folder = TemporaryDirectory::make(fs::temp_directory_path(), "firstlight-test-");
        writeProgram(folder->path() / "bin/podman", "echo podman version 9.8.7\n");
        writeProgram(folder->path() / "bin/myruntime", "echo no way >&2; exit 1\n");
        QVERIFY(writeFileAtomically(folder->path() / "containers.conf",
                                    "[engine]\ncgroup_manager = \"cgroupfs\"\nruntime = \""
                                        + (folder->path() / "bin/myruntime").string() + "\"\n"));
        QVERIFY(writeFileAtomically(folder->path() / "kube", "contexts:\n- name: here\n"));
        qputenv("PATH", QByteArray((folder->path() / "bin").c_str()));
        qputenv("CONTAINERS_CONF", QByteArray((folder->path() / "containers.conf").c_str()));
        qputenv("KUBECONFIG", QByteArray((folder->path() / "kube").c_str()));

        Recorder recorder;
        ProbeOptions options;
        options.trials = true;
        options.recorder = &recorder;
        const Engines live = probe(options)->engines.value();
        QVERIFY(live.podman && live.podman->version == "9.8.7");
        QVERIFY(!live.podman->runtimes.empty());
        QVERIFY(recorder.write(folder->path() / "recording"));
        // Other people's computers have none of this.
        qputenv("PATH", "/no/such/folder");
        qunsetenv("CONTAINERS_CONF");
        qunsetenv("KUBECONFIG");
        QCOMPARE(loadMachine(folder->path() / "recording")->engines, std::optional(live));
        QVERIFY(!fs::exists(folder->path() / "recording/etc/containers"));
        QVERIFY(!fs::exists(folder->path() / "recording/etc/passwd"));
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
