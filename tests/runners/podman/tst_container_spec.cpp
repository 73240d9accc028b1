#include "runners/podman/spec.h"

#include "core/files.h"
#include "hosts.h"
#include "plans.h"
#include "runners/podman/labels.h"

#include <nlohmann/json.hpp>

#include <QTest>

#include <algorithm>
#include <functional>

using namespace firstlight;
using nlohmann::json;
namespace fs = std::filesystem;

/// The two outputs of a plan for podman. The golden files were read and found right; after a wanted change,
/// run with FIRSTLIGHT_UPDATE_GOLDEN=1 and read the difference.
class TestContainerSpec : public QObject {
    Q_OBJECT

private slots:
    void golden_data();
    void golden();
    void noOutputLosesASetting_data();
    void noOutputLosesASetting();
    void nothingOfAnotherKindIsGranted();
    void everyChangeReachesBothOutputs_data();
    void everyChangeReachesBothOutputs();
    void fingerprintIgnores_data();
    void fingerprintIgnores();
    void fingerprintDependsOnTheHost();
    void fingerprintIsInBothOutputs();
    void limitsThatThisHostCannotHoldAreLeftOut_data();
    void limitsThatThisHostCannotHoldAreLeftOut();
    void users_data();
    void users();
};

namespace {

using Words = std::vector<std::string>;
using Change = std::function<void(LaunchPlan &)>;

HostSetup setupOf(const Engines &engines)
{
    return *planHostSetup(hosts::machineWith(engines), hosts::usualDirectories(), hosts::settledUser());
}

HostSetup hostNamed(const std::string &name)
{
    if (name == "debian-root")
        return setupOf(hosts::debianRoot());
    if (name == "reduced-root")
        return setupOf(hosts::reducedRoot());
    Engines engines = hosts::debianUser();
    if (name == "user-cgroup-v1")
        engines.cgroups = CgroupLayout::V1;
    if (name == "user-selinux")
        engines.selinuxEnforcing = true;
    return setupOf(engines);
}

LaunchPlan planNamed(const std::string &name)
{
    return name == "chat" ? plans::chat() : plans::studio();
}

bool contains(const Words &words, const Words &wanted)
{
    return std::search(words.begin(), words.end(), wanted.begin(), wanted.end()) != words.end();
}

/// All words between the options and the image, so that an argument of the demo cannot be taken for an
/// option.
Words optionsOf(const LaunchPlan &plan, const HostSetup &setup)
{
    const LaunchPlace place = plans::placeOf(plan);
    const Words words = toPodmanRun(plan, setup, place);
    return {words.begin(), std::find(words.begin(), words.end(), place.image)};
}

json specOf(const LaunchPlan &plan, const HostSetup &setup)
{
    return makeSpec(plan, setup, plans::placeOf(plan));
}

} // namespace

void TestContainerSpec::golden_data()
{
    QTest::addColumn<QByteArray>("plan");
    QTest::addColumn<QByteArray>("host");
    for (const char *plan : {"chat", "studio"}) {
        for (const char *host : {"debian-root", "reduced-root", "user-selinux", "user-cgroup-v1"})
            QTest::addRow("%s-%s", plan, host) << QByteArray(plan) << QByteArray(host);
    }
}

void TestContainerSpec::golden()
{
    QFETCH(QByteArray, plan);
    QFETCH(QByteArray, host);
    const LaunchPlan wanted = planNamed(plan.toStdString());
    const HostSetup setup = hostNamed(host.toStdString());
    std::string words;
    for (const std::string &word : toPodmanRun(wanted, setup, plans::placeOf(wanted)))
        words += word + "\n";
    const fs::path folder = FIRSTLIGHT_TESTS_DIR "/golden/podman";
    const std::string name = plan.toStdString() + "-" + host.toStdString();
    const std::map<fs::path, std::string> outputs{
        {folder / (name + ".json"), specOf(wanted, setup).dump(1) + "\n"}, {folder / (name + ".txt"), words}};
    for (const auto &[path, actual] : outputs) {
        if (qEnvironmentVariableIsSet("FIRSTLIGHT_UPDATE_GOLDEN"))
            QVERIFY(writeFileAtomically(path, actual));
        const Result<std::string> expected = readFile(path);
        QVERIFY2(expected, "no golden file: run with FIRSTLIGHT_UPDATE_GOLDEN=1");
        const QList<QByteArray> left = QByteArray::fromStdString(actual).split('\n');
        const QList<QByteArray> right = QByteArray::fromStdString(*expected).split('\n');
        for (qsizetype i = 0; i < std::min(left.size(), right.size()); ++i)
            QVERIFY2(left[i] == right[i], ("line " + QByteArray::number(i + 1) + ": " + left[i]).constData());
        QCOMPARE(left.size(), right.size());
    }
}

void TestContainerSpec::noOutputLosesASetting_data()
{
    QTest::addColumn<QString>("plan");
    QTest::addColumn<QString>("pointer"); // into the REST body
    QTest::addColumn<QString>("value");   // there, as JSON; empty: must not be there
    QTest::addColumn<QStringList>("words");
    const auto chat = [](const char *name, const char *pointer, const char *value, const QStringList &words) {
        QTest::newRow(name) << "chat" << pointer << value << words;
    };
    chat("memory", "/resource_limits/memory/limit", "536870912", {"--memory", "536870912b"});
    chat("swap", "/resource_limits/memory/swap", "536870912", {"--memory-swap", "536870912b"});
    chat("CPU time", "/resource_limits/cpu/quota", "150000", {"--cpu-quota", "150000"});
    chat("CPU period", "/resource_limits/cpu/period", "100000", {"--cpu-period", "100000"});
    chat("CPU set", "/resource_limits/cpu/cpus", R"("0-2,6")", {"--cpuset-cpus", "0-2,6"});
    chat("processes", "/resource_limits/pids/limit", "256", {"--pids-limit", "256"});
    chat("open files", "/r_limits/0", R"({"type": "nofile", "soft": 65536, "hard": 65536})",
         {"--ulimit", "nofile=65536:65536"});
    chat("processes of the user", "/r_limits/1", R"({"type": "nproc", "soft": 63432, "hard": 63432})",
         {"--ulimit", "nproc=63432:63432"});
    chat("read-only root", "/read_only_filesystem", "true", {"--read-only"});
    chat("nothing writable but the plan's mounts", "/read_write_tmpfs", "", {"--read-only-tmpfs=false"});
    chat("capabilities", "/cap_drop", R"(["ALL"])", {"--cap-drop=all"});
    chat("no new privileges", "/no_new_privileges", "true", {"--security-opt=no-new-privileges"});
    chat("user", "/user", R"("65532:65532")", {"--user", "65532:65532"});
    chat("no network", "/netns", R"({"nsmode": "none"})", {"--network", "none"});
    chat("size of /tmp", "/mounts/0/options", R"(["size=67108864", "mode=1777", "nosuid", "nodev"])",
         {"--tmpfs", "/tmp:size=67108864,mode=1777,nosuid,nodev"});
    chat(
        "socket folder without programs", "/mounts/1",
        R"({"type": "bind", "source": "/run/firstlight/demos/chat/Xy12Z9/socket", "destination": "/run/firstlight",
             "options": ["rw", "rbind", "nosuid", "nodev", "noexec"]})",
        {"--mount", "type=bind,source=/run/firstlight/demos/chat/Xy12Z9/socket,destination=/run/firstlight,"
                    "rw,nosuid,nodev,noexec"});
    chat("model read-only", "/mounts/2/options", R"(["ro", "rbind"])",
         {"--mount", "type=bind,source=/store/blobs/sha256/aaaa,destination=/models/tiny.gguf,ro"});
    chat("size of the log", "/log_configuration", R"({"driver": "k8s-file", "size": 10485760})",
         {"--log-driver", "k8s-file", "--log-opt", "max-size=10485760b"});
    chat("the host's proxy stays outside", "/httpproxy", "false", {"--http-proxy=false"});
    chat("no volume of the image", "/image_volume_mode", R"("ignore")", {"--image-volume=ignore"});
    chat("no programs of the image besides the demo", "/healthconfig", R"({"Test": ["NONE"]})",
         {"--no-healthcheck"});
    chat("no restart", "/restart_policy", R"("no")", {"--restart=no"});
    chat("time to end", "/stop_timeout", "5", {"--stop-timeout", "5"});
    QTest::newRow("published on loopback only")
        << "studio"
        << "/portmappings"
        << R"([{"host_ip": "127.0.0.1", "host_port": 41873, "container_port": 7860, "protocol": "tcp"}])"
        << QStringList{"--publish", "127.0.0.1:41873:7860/tcp"};
    QTest::newRow("an exception adds one capability")
        << "studio"
        << "/cap_add"
        << R"(["SYS_NICE"])" << QStringList{"--cap-add=SYS_NICE"};
    QTest::newRow("and all others stay dropped") << "studio"
                                                 << "/cap_drop"
                                                 << R"(["ALL"])" << QStringList{"--cap-drop=all"};
    QTest::newRow("processes are limited by default") << "studio"
                                                      << "/resource_limits/pids/limit"
                                                      << "512" << QStringList{"--pids-limit", "512"};
    QTest::newRow("writes to an overlay vanish") << "studio"
                                                 << "/overlay_volumes"
                                                 << R"([{"source": "/store/tree", "destination": "/data"}])"
                                                 << QStringList{"--volume", "/store/tree:/data:O"};
}

void TestContainerSpec::noOutputLosesASetting()
{
    QFETCH(QString, plan);
    QFETCH(QString, pointer);
    QFETCH(QString, value);
    QFETCH(QStringList, words);
    const LaunchPlan wanted = planNamed(plan.toStdString());
    const HostSetup setup = hostNamed("debian-root");
    const json spec = specOf(wanted, setup);
    const json::json_pointer place(pointer.toStdString());
    if (value.isEmpty()) {
        QVERIFY(!spec.contains(place));
    } else {
        QVERIFY2(spec.contains(place), spec.dump(1).c_str());
        QCOMPARE(spec.at(place).dump(), json::parse(value.toStdString()).dump());
    }
    Words expected;
    for (const QString &word : words)
        expected.push_back(word.toStdString());
    QVERIFY(contains(optionsOf(wanted, setup), expected));
}

/// What is dangerous is named in no output, unless an exception of the plan names it.
void TestContainerSpec::nothingOfAnotherKindIsGranted()
{
    const HostSetup setup = hostNamed("debian-root");
    const json chat = specOf(plans::chat(), setup);
    QCOMPARE(chat["cap_add"].dump(), std::string("[]"));
    for (const char *field : {"portmappings", "devices", "privileged", "pidns", "ipcns", "userns", "utsns",
                              "volumes", "cap_add/0", "groups", "publish_image_ports"})
        QVERIFY2(!chat.contains(json::json_pointer(std::string("/") + field)), field);
    for (const std::string &word : optionsOf(plans::chat(), setup)) {
        for (const char *option :
             {"--publish", "--privileged", "--cap-add", "--device", "--group-add", "--pid", "--ipc"})
            QVERIFY2(!word.starts_with(option) || word == "--pids-limit", word.c_str());
    }
    // A plan that is hardened less says so in both outputs, rather than in one.
    LaunchPlan open = plans::chat();
    open.security = {.readOnlyRoot = false,
                     .dropAllCapabilities = false,
                     .noNewPrivileges = false,
                     .user = {},
                     .permissions = {}};
    const json spec = specOf(open, setup);
    QVERIFY(!spec["read_only_filesystem"].get<bool>());
    QVERIFY(!spec["no_new_privileges"].get<bool>());
    QVERIFY(!spec.contains("cap_drop"));
    QVERIFY(!spec.contains("user"));
    for (const std::string &word : optionsOf(open, setup)) {
        for (const char *option : {"--read-only", "--cap-drop", "--security-opt", "--user"})
            QVERIFY2(!word.starts_with(option), word.c_str());
    }
}

void TestContainerSpec::everyChangeReachesBothOutputs_data()
{
    QTest::addColumn<Change>("change");
    const auto row = [](const char *name, const Change &change) { QTest::newRow(name) << change; };
    row("demo", [](LaunchPlan &plan) { plan.demo = "other"; });
    row("variant", [](LaunchPlan &plan) { plan.variant = "other"; });
    row("name", [](LaunchPlan &plan) { plan.name = "firstlight-other"; });
    row("entrypoint", [](LaunchPlan &plan) { plan.entrypoint = {"/server"}; });
    row("arguments", [](LaunchPlan &plan) { plan.arguments.push_back("--verbose"); });
    row("order of arguments", [](LaunchPlan &plan) { std::swap(plan.arguments[0], plan.arguments[1]); });
    row("environment", [](LaunchPlan &plan) { plan.environment["LC_ALL"] = "C"; });
    row("devices", [](LaunchPlan &plan) { plan.devices = {"/dev/kvm"}; });
    row("kind of a mount", [](LaunchPlan &plan) { plan.mounts[2].kind = Mount::Kind::Overlay; });
    row("source of a mount", [](LaunchPlan &plan) { plan.mounts[2].source = "/store/blobs/sha256/bbbb"; });
    row("target of a mount", [](LaunchPlan &plan) { plan.mounts[2].target = "/models/other.gguf"; });
    row("a mount that may be written to", [](LaunchPlan &plan) { plan.mounts[2].readOnly = false; });
    row("size of a mount", [](LaunchPlan &plan) { plan.mounts[0].sizeBytes *= 2; });
    row("one mount less", [](LaunchPlan &plan) { plan.mounts.pop_back(); });
    row("CPU time", [](LaunchPlan &plan) { plan.limits.cpus = 2; });
    row("CPU time without limit", [](LaunchPlan &plan) { plan.limits.cpus.reset(); });
    row("CPU set", [](LaunchPlan &plan) { plan.limits.cpuset = CpuList{3}; });
    row("all CPUs", [](LaunchPlan &plan) { plan.limits.cpuset.reset(); });
    row("processes", [](LaunchPlan &plan) { plan.limits.processes = 100; });
    row("writable root", [](LaunchPlan &plan) { plan.security.readOnlyRoot = false; });
    row("capabilities", [](LaunchPlan &plan) { plan.security.dropAllCapabilities = false; });
    row("a folder that is kept", [](LaunchPlan &plan) {
        plan.mounts.push_back({.kind = Mount::Kind::Volume,
                               .source = "firstlight-chat-a-1",
                               .target = "/kept",
                               .readOnly = false});
    });
    row("shared memory", [](LaunchPlan &plan) { plan.sharedMemoryBytes = 1u << 20; });
    row("one capability", [](LaunchPlan &plan) { plan.security.permissions = {"capability:SYS_NICE"}; });
    row("new privileges", [](LaunchPlan &plan) { plan.security.noNewPrivileges = false; });
    row("user", [](LaunchPlan &plan) { plan.security.user = "1:1"; });
    row("network", [](LaunchPlan &plan) { plan.publication.throughSocket = false; });
    row("name of the socket",
        [](LaunchPlan &plan) { plan.publication.socketPath = "/run/firstlight/web.sock"; });
    row("web path", [](LaunchPlan &plan) { plan.publication.webPath = "/ui"; });
    row("readiness test", [](LaunchPlan &plan) { plan.readyPath = "/ready"; });
    row("labels", [](LaunchPlan &plan) { plan.labels["org.example"] = "1"; });
}

void TestContainerSpec::everyChangeReachesBothOutputs()
{
    QFETCH(Change, change);
    const HostSetup setup = hostNamed("debian-root");
    const LaunchPlan plan = plans::chat();
    LaunchPlan other = plan;
    change(other);
    // Without the fingerprint, which differs for any reason.
    const auto body = [&](const LaunchPlan &each) {
        json spec = makeSpec(each, setup, plans::placeOf(plan));
        spec["labels"].erase(labels::plan);
        return spec.dump(1);
    };
    const auto line = [&](const LaunchPlan &each) {
        Words words = toPodmanRun(each, setup, plans::placeOf(plan));
        std::erase_if(words, [](const std::string &word) { return word.starts_with(labels::plan); });
        return words;
    };
    QVERIFY(body(plan) != body(other));
    QVERIFY(line(plan) != line(other));
    QVERIFY(planFingerprint(plan, setup) != planFingerprint(other, setup));
    QCOMPARE(planFingerprint(plan, setup), planFingerprint(plans::chat(), setup));
}

void TestContainerSpec::fingerprintIgnores_data()
{
    QTest::addColumn<Change>("change");
    const auto row = [](const char *name, const Change &change) { QTest::newRow(name) << change; };
    row("sources of the files",
        [](LaunchPlan &plan) { plan.files = {{.name = "a", .sources = {"https://example.org/a"}}}; });
    row("threads, which the arguments say", [](LaunchPlan &plan) { plan.threads = 1; });
    row("context, which the arguments say", [](LaunchPlan &plan) { plan.contextTokens.reset(); });
    row("time to be ready", [](LaunchPlan &plan) { plan.readyWithin = std::chrono::seconds(5); });
    row("port of this launch", [](LaunchPlan &plan) { plan.publication.hostPort = 8123; });
    row("memory that is free at the moment", [](LaunchPlan &plan) { plan.limits.memoryBytes.reset(); });
    row("reasons", [](LaunchPlan &plan) { plan.tuned.clear(); });
    row("proofs", [](LaunchPlan &plan) { plan.proofs.clear(); });
    row("kind of the interface", [](LaunchPlan &plan) { plan.publication.api = "other"; });
    row("permissions that change nothing",
        [](LaunchPlan &plan) { plan.security.permissions = {"shown-only"}; });
}

void TestContainerSpec::fingerprintIgnores()
{
    QFETCH(Change, change);
    LaunchPlan plan = plans::chat();
    change(plan);
    QVERIFY(!(plan == plans::chat()));
    const HostSetup setup = hostNamed("debian-root");
    QCOMPARE(planFingerprint(plan, setup), planFingerprint(plans::chat(), setup));
}

void TestContainerSpec::fingerprintDependsOnTheHost()
{
    std::set<std::string> fingerprints;
    for (const char *host : {"debian-root", "reduced-root", "user-selinux", "user-cgroup-v1"})
        fingerprints.insert(planFingerprint(plans::chat(), hostNamed(host)));
    QCOMPARE(fingerprints.size(), std::size_t(4));
    const HostSetup setup = hostNamed("debian-root");
    LaunchPlan image = plans::chat();
    image.image.reference = "localhost/firstlight/chat-llamacpp:cccccccccccccccc";
    QVERIFY(planFingerprint(image, setup) != planFingerprint(plans::chat(), setup));
}

void TestContainerSpec::fingerprintIsInBothOutputs()
{
    const HostSetup setup = hostNamed("debian-root");
    for (const LaunchPlan &plan : {plans::chat(), plans::studio()}) {
        const std::string fingerprint = planFingerprint(plan, setup);
        QCOMPARE(fingerprint.size(), std::size_t(16));
        LaunchPlace other = plans::placeOf(plan);
        other.hostPort = 5555;
        other.image = "other";
        if (plan.publication.throughSocket)
            other.demoFolder = "/run/firstlight/demos/chat/Other";
        for (const LaunchPlace &place : {plans::placeOf(plan), other}) {
            QCOMPARE(makeSpec(plan, setup, place)["labels"][labels::plan].get<std::string>(), fingerprint);
            QVERIFY(contains(toPodmanRun(plan, setup, place),
                             {"--label", std::string(labels::plan) + "=" + fingerprint}));
        }
    }
}

void TestContainerSpec::limitsThatThisHostCannotHoldAreLeftOut_data()
{
    QTest::addColumn<bool>("limits");
    QTest::addColumn<bool>("cpuset");
    QTest::newRow("all work") << true << true;
    QTest::newRow("no CPU set") << true << false;
    QTest::newRow("none") << false << false;
    QTest::newRow("none, whatever is said of the CPU set") << false << true;
}

void TestContainerSpec::limitsThatThisHostCannotHoldAreLeftOut()
{
    QFETCH(bool, limits);
    QFETCH(bool, cpuset);
    HostSetup setup = hostNamed("debian-root");
    setup.limitsWork = limits;
    setup.cpusetWorks = cpuset;
    const json spec = specOf(plans::chat(), setup);
    const Words words = optionsOf(plans::chat(), setup);
    const auto has = [&](const char *pointer, const char *option) {
        const bool inBody = spec.contains(json::json_pointer(pointer));
        const bool inLine = std::find(words.begin(), words.end(), option) != words.end();
        return inBody == inLine ? int(inBody) : -1;
    };
    QCOMPARE(has("/resource_limits/memory/limit", "--memory"), int(limits));
    QCOMPARE(has("/resource_limits/memory/swap", "--memory-swap"), int(limits));
    QCOMPARE(has("/resource_limits/cpu/quota", "--cpu-quota"), int(limits));
    QCOMPARE(has("/resource_limits/pids/limit", "--pids-limit"), int(limits));
    QCOMPARE(has("/resource_limits/cpu/cpus", "--cpuset-cpus"), int(limits && cpuset));
    // The kernel holds every process to these, with or without cgroups.
    QCOMPARE(has("/r_limits/1", "--ulimit"), 1);
}

void TestContainerSpec::users_data()
{
    QTest::addColumn<bool>("rootless");
    QTest::addColumn<QString>("user");
    QTest::addColumn<QStringList>("permissions");
    QTest::addColumn<QString>("inside");
    QTest::newRow("root gives away its rights") << false << "65532:65532" << QStringList{} << "65532:65532";
    QTest::newRow("root, the image's own user") << false << "" << QStringList{"image-user"} << "";
    QTest::newRow("rootless, root inside is this user") << true << "" << QStringList{} << "0:0";
    QTest::newRow("rootless, a user of the plan is this user")
        << true << "65532:65532" << QStringList{} << "0:0";
    QTest::newRow("rootless, the image's own user") << true << "" << QStringList{"image-user"} << "";
}

void TestContainerSpec::users()
{
    QFETCH(bool, rootless);
    QFETCH(QString, user);
    QFETCH(QStringList, permissions);
    QFETCH(QString, inside);
    HostSetup setup = hostNamed("debian-root");
    setup.rootless = rootless;
    LaunchPlan plan = plans::chat();
    plan.security.user = user.toStdString();
    for (const QString &exception : permissions)
        plan.security.permissions.push_back(exception.toStdString());
    QCOMPARE(containerUserOf(plan, setup), inside.toStdString());
    QCOMPARE(specOf(plan, setup).value("user", ""), inside.toStdString());
    QCOMPARE(contains(optionsOf(plan, setup), {"--user", inside.toStdString()}), !inside.isEmpty());
}

QTEST_APPLESS_MAIN(TestContainerSpec)
#include "tst_container_spec.moc"
