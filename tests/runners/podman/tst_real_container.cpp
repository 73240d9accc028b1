#include "runners/podman/spec.h"

#include "runners/podman/demo_folder.h"
#include "runners/podman/json_fields.h"
#include "runners/podman/libpod.h"
#include "runners/podman/loopback_port.h"
#include "runners/podman/proofs.h"

#include "observed_process.h"
#include "private_home.h"

#include <nlohmann/json.hpp>

#include <QTest>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <set>

using namespace firstlight;
using nlohmann::json;
namespace fs = std::filesystem;

/// A container of a real podman gets what its plan says, whichever of the two outputs it was made from.
class TestRealContainer : public QObject {
    Q_OBJECT

private slots:
    void init();
    void cleanup();
    void containerGetsWhatThePlanSays_data();
    void containerGetsWhatThePlanSays();
    void bothOutputsMakeTheSameContainer_data();
    void bothOutputsMakeTheSameContainer();
    void containersOutliveTheService();

private:
    Result<std::string> ensure() { return ensurePodmanService(m_home->setup(), m_home->directories()); }
    QString importImage();
    LaunchPlan planNamed(const QString &name) const;
    LaunchPlace placeOf(const LaunchPlan &plan) const;
    json startFromBody(const LaunchPlan &plan, const LaunchPlace &place, Libpod &podman) const;
    json startFromLine(const LaunchPlan &plan, const LaunchPlace &place, Libpod &podman) const;

    std::unique_ptr<PrivateHome> m_home;
    std::string m_image;
};

void TestRealContainer::init()
{
    auto home = PrivateHome::make();
    if (!home)
        QSKIP(("podman cannot be used here: " + home.error().code + " " + home.error().detail).c_str());
    m_home = std::move(*home);
}

/// Nothing is left of any test: no process, no mount, no folder.
void TestRealContainer::cleanup()
{
    if (!m_home)
        return;
    const std::string path = m_home->path();
    m_home.reset();
    QTRY_COMPARE(leftoversOf(path), QString());
}

/// An image FROM scratch whose only file is a program that can wait; why not, if it cannot be made.
QString TestRealContainer::importImage()
{
    const auto socket = ensure();
    if (!socket)
        return sentence(socket);
    const fs::path context = m_home->path() / "context";
    fs::create_directories(context / "models");
    const auto compiled = runChecked({.program = "cc",
                                      .arguments = {"-static", "-O1", "-o", context / "step",
                                                    FIRSTLIGHT_TESTS_DIR "/runners/images/recipes/step.c"}});
    if (!compiled)
        return "no C compiler with a static C library, for programs that run in an image FROM scratch";
    if (!writeFileAtomically(context / "Containerfile",
                             "FROM scratch\nCOPY step /step\nVOLUME /left-behind\n"
                             "ENV FROM_IMAGE=1\nCMD [\"/step\", \"sleep\", \"600\"]\n"))
        return "no Containerfile";
    const auto built
        = m_home->run({"build", "--quiet", "--network", "none", "--tag", "localhost/waiting:1", context});
    if (!built)
        return sentence(built);
    m_image = QString::fromStdString(*built).trimmed().toStdString();
    return {};
}

LaunchPlan TestRealContainer::planNamed(const QString &name) const
{
    LaunchPlan plan;
    plan.demo = "waiting";
    plan.variant = "test";
    plan.name = "firstlight-waiting";
    plan.arguments = {"/step", "sleep", "600"};
    plan.environment = {{"GREETING", "a \"b\", c=d"}, {"EMPTY", ""}};
    plan.readyPath = "/";
    plan.publication.webPath = "/";
    const fs::path model = m_home->path() / "a:model, with \"more\"=1";
    std::ofstream(model) << "weights";
    fs::create_directories(m_home->path() / "tree");
    plan.mounts = {{.kind = Mount::Kind::Tmpfs,
                    .source = {},
                    .target = "/tmp",
                    .readOnly = false,
                    .sizeBytes = 8u << 20},
                   {.kind = Mount::Kind::Bind, .source = model, .target = "/models/model"}};
    if (name == "hardened") {
        plan.mounts.push_back(
            {.kind = Mount::Kind::Socket, .source = {}, .target = "/run/firstlight", .readOnly = false});
        plan.publication.socketPath = "/run/firstlight/demo.sock";
        plan.limits = {.memoryBytes = 64u << 20, .cpus = 0.5, .cpuset = CpuList{0}, .processes = 32};
        plan.security.user = m_home->setup().rootless ? "" : "65532:65532";
    } else {
        plan.publication.throughSocket = false;
        plan.publication.containerPort = 8080;
        plan.entrypoint = {"/step", "sleep"};
        plan.arguments = {"600"};
        plan.security.readOnlyRoot = false;
        plan.security.permissions = {"network", "writable-root", "image-user", "capability:SYS_NICE"};
        if (!m_home->setup().rootless)
            plan.mounts.push_back({.kind = Mount::Kind::Overlay,
                                   .source = m_home->path() / "tree",
                                   .target = "/data",
                                   .readOnly = false});
    }
    return plan;
}

LaunchPlace TestRealContainer::placeOf(const LaunchPlan &plan) const
{
    LaunchPlace place;
    place.image = m_image;
    place.hostPort = freeLoopbackPort().value();
    if (plan.publication.throughSocket)
        place.demoFolder
            = makeDemoFolder(m_home->directories(), plan.demo, containerUserOf(plan, m_home->setup()))
                  .value();
    return place;
}

/// The running container as podman inspects it; null with a warning if it does not run.
json TestRealContainer::startFromBody(const LaunchPlan &plan, const LaunchPlace &place, Libpod &podman) const
{
    const auto created = podman.post("/containers/create", makeSpec(plan, m_home->setup(), place));
    if (!created) {
        qWarning("create: %s", qPrintable(sentence(created)));
        return {};
    }
    const std::string container = "/containers/" + textAt(*created, "/Id");
    if (const auto started = podman.post(container + "/start", json()); !started) {
        qWarning("start: %s", qPrintable(sentence(started)));
        return {};
    }
    return podman.get(container + "/json").value_or(json());
}

json TestRealContainer::startFromLine(const LaunchPlan &plan, const LaunchPlace &place, Libpod &podman) const
{
    const auto started = m_home->run(toPodmanRun(plan, m_home->setup(), place));
    if (!started) {
        qWarning("run: %s", qPrintable(sentence(started)));
        return {};
    }
    return podman.get("/containers/" + QString::fromStdString(*started).trimmed().toStdString() + "/json")
        .value_or(json());
}

void TestRealContainer::containerGetsWhatThePlanSays_data()
{
    QTest::addColumn<bool>("fromLine");
    QTest::newRow("REST body") << false;
    QTest::newRow("podman run line") << true;
}

void TestRealContainer::containerGetsWhatThePlanSays()
{
    QFETCH(bool, fromLine);
    if (const QString reason = importImage(); !reason.isEmpty())
        QSKIP(qPrintable(reason));
    Libpod podman(*ensure());
    LaunchPlan plan = planNamed("hardened");
    const LaunchPlace place = placeOf(plan);
    const json inspected = fromLine ? startFromLine(plan, place, podman) : startFromBody(plan, place, podman);
    QCOMPARE(textAt(inspected, "/State/Status"), std::string("running"));
    const std::int64_t process = numberAt(inspected, "/State/Pid").value_or(0);
    QVERIFY(process > 0);

    const HostSetup &setup = m_home->setup();
    if (!setup.limitsWork)
        plan.limits = {.memoryBytes = {}, .cpus = {}, .cpuset = {}, .processes = plan.limits.processes};
    if (!setup.cpusetWorks)
        plan.limits.cpuset.reset();
    QStringList broken;
    for (const ProofResult &proof : proofsOfSettings(plan, inspected, inProc(process, "status"))) {
        if (!proof.kept && (setup.limitsWork || proof.what != "process-limit"))
            broken << QString::fromStdString(proof.what + " is " + proof.found + ", not " + proof.expected);
    }
    QCOMPARE(broken, QStringList());

    // The kernel's word, not podman's.
    for (const char *set : {"CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"})
        QCOMPARE(statusOf(process, set), std::string("0000000000000000"));
    QCOMPARE(statusOf(process, "NoNewPrivs"), std::string("1"));
    QCOMPARE(statusOf(process, "Seccomp"), std::string("2"));
    if (!setup.rootless) {
        QCOMPARE(statusOf(process, "Uid"), std::string("65532 65532 65532 65532"));
        QCOMPARE(statusOf(process, "Gid"), std::string("65532 65532 65532 65532"));
    }
    if (setup.limitsWork) {
        QCOMPARE(cgroupLimit(process, "memory", "memory.limit_in_bytes", "memory.max"),
                 std::to_string(64u << 20));
        QCOMPARE(cgroupLimit(process, "pids", "pids.max", "pids.max"), std::string("32"));
        const std::string quota = cgroupLimit(process, "cpu", "cpu.cfs_quota_us", "cpu.max");
        QVERIFY2(quota == "50000" || quota == "50000 100000", quota.c_str());
    }
    if (setup.limitsWork && setup.cpusetWorks)
        QCOMPARE(statusOf(process, "Cpus_allowed_list"), std::string("0"));
    const QString limits = QString::fromStdString(inProc(process, "limits")).simplified();
    for (const auto &[words, name] :
         {std::pair{"Max open files", "nofile"}, std::pair{"Max processes", "nproc"}}) {
        const QString value = QString::number(setup.resourceLimits.at(name));
        QVERIFY2(limits.contains(QString("%1 %2 %2").arg(words, value)), qPrintable(limits));
    }
    // Two lines of heading, then the interfaces.
    QCOMPARE(QString::fromStdString(inProc(process, "net/dev")).trimmed().count('\n'), 2);
    const auto mounts = mountsOf(process);
    QVERIFY(has(mounts.at("/")[0], "ro"));
    QVERIFY(has(mounts.at("/models/model")[0], "ro"));
    QVERIFY(!mounts.contains("/left-behind"));
    const QStringList temporary = mounts.at("/tmp");
    QCOMPARE(temporary[1], "tmpfs");
    QVERIFY2(has(temporary[2], "size=8192k"), qPrintable(temporary[2]));
    for (const char *option : {"rw", "nosuid", "nodev"})
        QVERIFY2(has(temporary[0], option), qPrintable(temporary[0]));
    for (const char *option : {"rw", "nosuid", "nodev", "noexec"})
        QVERIFY2(has(mounts.at("/run/firstlight")[0], option), qPrintable(mounts.at("/run/firstlight")[0]));
    // Nothing else may be written to but these and what podman gives every container.
    QStringList writable;
    for (const auto &[point, how] : mounts) {
        const bool kernels = point == "/sys" || point.starts_with("/sys/") || point == "/proc"
                             || point.starts_with("/proc/") || point.starts_with("/dev");
        if (has(how[0], "rw") && !kernels)
            writable << QString::fromStdString(point);
    }
    for (const char *podmans :
         {"/etc/hosts", "/etc/hostname", "/etc/resolv.conf", "/run/.containerenv", "/run/secrets"})
        writable.removeAll(podmans);
    QCOMPARE(writable, (QStringList{"/run/firstlight", "/tmp"}));
    const std::string environment = inProc(process, "environ");
    for (const std::string variable : {"GREETING=a \"b\", c=d", "EMPTY=", "FROM_IMAGE=1"})
        QVERIFY2(environment.find(variable + '\0') != std::string::npos, variable.c_str());
    QVERIFY(environment.find("http_proxy") == std::string::npos);
}

namespace {

void collectDifferences(const json &left, const json &right, const std::string &place,
                        QStringList &differences)
{
    // Of one container and no other; and how it was asked for.
    static const std::set<std::string> own{"Config/Annotations/io.kubernetes.cri-o.Created",
                                           "Config/Annotations/io.kubernetes.cri-o.TTY",
                                           "Config/CreateCommand",
                                           "Config/Hostname",
                                           "Config/sdNotifyMode",
                                           "HostConfig/Binds", // the kernel is asked instead
                                           "HostConfig/LogConfig/Path"};
    if (own.contains(place) || left == right)
        return;
    if (left.is_object() && right.is_object()) {
        std::set<std::string> names;
        for (const json *each : {&left, &right}) {
            for (const auto &[name, value] : each->items())
                names.insert(name);
        }
        for (const std::string &name : names)
            collectDifferences(left.value(name, json()), right.value(name, json()), place + "/" + name,
                               differences);
        return;
    }
    differences << QString::fromStdString(place + ": " + left.dump() + " and " + right.dump());
}

/// All that matters of a running container, as podman tells it and as the kernel does.
json factsOf(const json &inspected)
{
    json facts;
    for (const char *part :
         {"Config", "HostConfig", "EffectiveCaps", "BoundingCaps", "Image", "OCIRuntime", "Args", "Path"})
        facts[part] = inspected.value(part, json());
    json &environment = facts["Config"]["Env"];
    std::erase_if(environment.get_ref<json::array_t &>(),
                  [](const json &variable) { return variable.get<std::string>().starts_with("HOSTNAME="); });
    std::sort(environment.begin(), environment.end());
    const std::int64_t process = numberAt(inspected, "/State/Pid").value_or(0);
    for (const auto &[point, how] : mountsOf(process)) {
        // Options of an overlay name folders of this container.
        const QStringList comparable = how[1] == "overlay" ? how.first(2) : how;
        facts["mounts"][point] = comparable.join(' ').toStdString();
    }
    for (const char *name : {"Uid", "Gid", "Groups", "CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb",
                             "NoNewPrivs", "Seccomp", "Cpus_allowed_list"})
        facts["status"][name] = statusOf(process, name);
    facts["limits"] = inProc(process, "limits");
    return facts;
}

} // namespace

void TestRealContainer::bothOutputsMakeTheSameContainer_data()
{
    QTest::addColumn<QString>("plan");
    QTest::newRow("hardened") << "hardened";
    QTest::newRow("with permissions") << "permissions";
}

void TestRealContainer::bothOutputsMakeTheSameContainer()
{
    QFETCH(QString, plan);
    if (const QString reason = importImage(); !reason.isEmpty())
        QSKIP(qPrintable(reason));
    Libpod podman(*ensure());
    const LaunchPlan wanted = planNamed(plan);
    const LaunchPlace place = placeOf(wanted);
    const json body = startFromBody(wanted, place, podman);
    QCOMPARE(textAt(body, "/State/Status"), std::string("running"));
    const json first = factsOf(body);
    QVERIFY(podman.remove("/containers/" + textAt(body, "/Id") + "?force=true&timeout=0"));
    const json line = startFromLine(wanted, place, podman);
    QCOMPARE(textAt(line, "/State/Status"), std::string("running"));
    const json second = factsOf(line);
    // It was seen at all.
    QVERIFY(first["mounts"].contains("/models/model") && first["HostConfig"].contains("PidsLimit"));
    QCOMPARE(first["status"]["NoNewPrivs"].get<std::string>(), std::string("1"));
    QStringList differences;
    for (const auto &[part, value] : first.items())
        collectDifferences(value, second.value(part, json()), part, differences);
    QCOMPARE(differences, QStringList());
}

void TestRealContainer::containersOutliveTheService()
{
    if (const QString reason = importImage(); !reason.isEmpty())
        QSKIP(qPrintable(reason));
    Libpod podman(*ensure());
    const LaunchPlan plan = planNamed("hardened");
    const json started = startFromBody(plan, placeOf(plan), podman);
    const auto process = numberAt(started, "/State/Pid");
    QVERIFY(process && runs(pid_t(*process)));
    const pid_t service = m_home->service();
    ::kill(service, SIGKILL);
    QTRY_VERIFY(!runs(service));
    QVERIFY(runs(pid_t(*process)));
    Libpod next(*ensure());
    const auto found = next.get("/containers/" + textAt(started, "/Id") + "/json");
    QVERIFY2(found, qPrintable(sentence(found)));
    QCOMPARE(numberAt(*found, "/State/Pid"), process);
}

QTEST_GUILESS_MAIN(TestRealContainer)
#include "tst_real_container.moc"
