#include "runners/podman/service.h"

#include "runners/podman/demo_folder.h"
#include "runners/podman/json_fields.h"
#include "runners/podman/libpod.h"
#include "runners/podman/loopback_port.h"
#include "runners/podman/proofs.h"
#include "runners/podman/spec.h"

#include "private_home.h"

#include <nlohmann/json.hpp>

#include <QTest>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <future>
#include <set>
#include <sstream>
#include <sys/stat.h>
#include <sys/wait.h>

using namespace firstlight;
using nlohmann::json;
namespace fs = std::filesystem;

/// A real podman with a store of its own: the service is started when it is needed, and a container gets what
/// its plan says, whichever of the two outputs it was made from.
class TestPodmanService : public QObject {
    Q_OBJECT

private slots:
    void init();
    void cleanup();
    void socketPathIsNeverTooLong();
    void oneServiceIsStartedAndFoundAgain();
    void callersAtOnceGetOneService();
    void changedConfigurationReplacesTheService();
    void killedServiceIsStartedAgain();
    void containersOutliveTheService();
    void numberOfAForeignProcessIsLeftAlone();
    void serviceOfTheUserIsUsed();
    void serviceThatEndsAtOnce();
    void serviceThatNeverAnswers();
    void folderThatStrangersMayWriteTo();
    void missingObjectsAndRefusals();
    void containerGetsWhatThePlanSays_data();
    void containerGetsWhatThePlanSays();
    void bothOutputsMakeTheSameContainer_data();
    void bothOutputsMakeTheSameContainer();

private:
    Result<std::string> ensure(const HostSetup &setup)
    {
        return ensurePodmanService(setup, m_home->directories());
    }
    Result<std::string> ensure() { return ensure(m_home->setup()); }
    QString importImage();
    LaunchPlan planNamed(const QString &name) const;
    LaunchPlace placeOf(const LaunchPlan &plan) const;
    json startFromBody(const LaunchPlan &plan, const LaunchPlace &place, Libpod &podman) const;
    json startFromLine(const LaunchPlan &plan, const LaunchPlace &place, Libpod &podman) const;

    std::unique_ptr<PrivateHome> m_home;
    std::string m_image;
};

namespace {

QString sentence(const Error &error)
{
    return QString::fromStdString(error.code + ": " + error.detail);
}

template <typename T> QString sentence(const Result<T> &result)
{
    return result ? QString() : sentence(result.error());
}

/// Processes whose command line holds \a text.
std::set<pid_t> processesNaming(const std::string &text)
{
    std::set<pid_t> found;
    for (const auto &entry : fs::directory_iterator("/proc")) {
        const pid_t process = std::atoi(entry.path().filename().c_str());
        if (process <= 0 || process == ::getpid())
            continue;
        const std::string commandLine = readFile(entry.path() / "cmdline").value_or("");
        if (commandLine.find(text) != std::string::npos)
            found.insert(process);
    }
    return found;
}

bool runs(pid_t process)
{
    return processStartTime(process).has_value();
}

std::string inProc(std::int64_t process, const std::string &file)
{
    return readFile("/proc/" + std::to_string(process) + "/" + file).value_or("");
}

/// The value behind "Name:" in /proc/PID/status.
std::string statusOf(std::int64_t process, const std::string &name)
{
    std::istringstream lines(inProc(process, "status"));
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with(name + ":"))
            return QString::fromStdString(line.substr(name.size() + 1)).simplified().toStdString();
    }
    return {};
}

/// What a container's process sees mounted: point → (options of the mount, type, options of the file system).
std::map<std::string, QStringList> mountsOf(std::int64_t process)
{
    std::map<std::string, QStringList> mounts;
    std::istringstream lines(inProc(process, "mountinfo"));
    for (std::string line; std::getline(lines, line);) {
        const QStringList halves = QString::fromStdString(line).split(" - ");
        const QStringList left = halves[0].split(' ');
        const QStringList right = halves[1].split(' ');
        mounts[left[4].toStdString()] = {left[5], right[0], right[2]};
    }
    return mounts;
}

/// The file of a cgroup controller that holds \a process to a limit; empty if there is none.
std::string cgroupLimit(std::int64_t process, const std::string &controller, const std::string &fileOfV1,
                        const std::string &fileOfV2)
{
    std::istringstream lines(inProc(process, "cgroup"));
    for (std::string line; std::getline(lines, line);) {
        const QStringList parts = QString::fromStdString(line).split(':');
        if (parts.size() != 3)
            continue;
        const bool v1 = parts[1].split(',').contains(QString::fromStdString(controller));
        if (!v1 && !parts[1].isEmpty())
            continue;
        const fs::path folder = fs::path("/sys/fs/cgroup") / (v1 ? controller : "");
        const auto text
            = readFile(folder.string() + parts[2].toStdString() + "/" + (v1 ? fileOfV1 : fileOfV2));
        if (text)
            return QString::fromStdString(*text).trimmed().toStdString();
    }
    return {};
}

bool has(const QString &options, const char *option)
{
    return options.split(',').contains(option);
}

/// A program that stands for podman.
HostSetup pretending(const PrivateHome &home, const std::string &script)
{
    HostSetup setup = home.setup();
    setup.podman = home.path() / "pretended-podman";
    std::ofstream(setup.podman) << "#!/bin/sh\n" << script;
    fs::permissions(setup.podman, fs::perms::owner_all);
    return setup;
}

} // namespace

void TestPodmanService::init()
{
    auto home = PrivateHome::make();
    if (!home)
        QSKIP(("podman cannot be used here: " + home.error().code + " " + home.error().detail).c_str());
    m_home = std::move(*home);
}

/// Nothing is left of any test: no process, no mount, no folder.
void TestPodmanService::cleanup()
{
    if (!m_home)
        return;
    const std::string path = m_home->path();
    m_home.reset();
    m_image.clear();
    QTRY_VERIFY(processesNaming(path).empty());
    QVERIFY(readFile("/proc/self/mountinfo").value().find(path) == std::string::npos);
    QVERIFY(!fs::exists(path));
}

void TestPodmanService::socketPathIsNeverTooLong()
{
    Directories directories = m_home->directories();
    QCOMPARE(privateServiceSocket(directories), directories.runtime / "podman.sock");
    directories.runtime = "/run/" + std::string(90, 'x');
    QCOMPARE(privateServiceSocket(directories).string().size(), std::size_t(107));
    QCOMPARE(privateServiceSocket(directories), directories.runtime / "podman.sock");
    directories.runtime = "/run/" + std::string(91, 'x');
    const fs::path instead = privateServiceSocket(directories);
    QVERIFY(instead.string().starts_with("/tmp/firstlight-" + std::to_string(::geteuid()) + "-"));
    QVERIFY(instead.string().size() <= 107);
    directories.runtime = "/run/" + std::string(92, 'x');
    QVERIFY(privateServiceSocket(directories) != instead);
}

void TestPodmanService::oneServiceIsStartedAndFoundAgain()
{
    QCOMPARE(m_home->service(), 0);
    const auto socket = ensure();
    QVERIFY2(socket, qPrintable(sentence(socket)));
    QCOMPARE(*socket, m_home->socket().string());
    QVERIFY(Libpod(*socket).answers());
    const pid_t service = m_home->service();
    QVERIFY(runs(service));
    for (const auto &[path, content] : m_home->setup().files)
        QCOMPARE(readFile(path).value_or("not there"), content);
    const fs::path file = m_home->setup().files.begin()->first;
    const auto written = fs::last_write_time(file);

    const auto again = ensure();
    QVERIFY2(again, qPrintable(sentence(again)));
    QCOMPARE(*again, *socket);
    QCOMPARE(m_home->service(), service);
    QVERIFY(fs::last_write_time(file) == written);
    // Only this user may talk to it.
    struct stat info { };
    QVERIFY(::stat(m_home->socket().parent_path().c_str(), &info) == 0);
    QCOMPARE(uint(info.st_mode & 0777), 0700u);
}

void TestPodmanService::callersAtOnceGetOneService()
{
    std::vector<pid_t> callers;
    for (int number = 0; number < 4; ++number) {
        const pid_t caller = ::fork();
        if (caller == 0) {
            const auto socket = ensure();
            ::_exit(socket && *socket == m_home->socket().string() && Libpod(*socket).answers() ? 0 : 1);
        }
        callers.push_back(caller);
    }
    for (const pid_t caller : callers) {
        int status = -1;
        QCOMPARE(::waitpid(caller, &status, 0), caller);
        QVERIFY(WIFEXITED(status));
        QCOMPARE(WEXITSTATUS(status), 0);
    }
    std::set<pid_t> services = processesNaming("unix://" + m_home->socket().string());
    QVERIFY(services.erase(m_home->service()) == 1);
    for (const int child : descendantsNamed(m_home->service(), m_home->setup().podman))
        services.erase(child);
    QVERIFY2(services.empty(), "another service listens at the same place");
}

void TestPodmanService::changedConfigurationReplacesTheService()
{
    QVERIFY(ensure());
    const pid_t first = m_home->service();
    HostSetup changed = m_home->setup();
    const auto file = changed.files.begin();
    file->second += "# changed\n";
    const auto socket = ensure(changed);
    QVERIFY2(socket, qPrintable(sentence(socket)));
    QVERIFY(!runs(first));
    QVERIFY(m_home->service() != first);
    QVERIFY(Libpod(*socket).answers());
    QCOMPARE(*readFile(file->first), file->second);
    // So does a variable that podman reads once, at its start.
    const pid_t second = m_home->service();
    changed.environment["FIRSTLIGHT_TEST"] = "1";
    QVERIFY(ensure(changed));
    QVERIFY(!runs(second));
    QVERIFY(inProc(m_home->service(), "environ").find("FIRSTLIGHT_TEST=1") != std::string::npos);
}

void TestPodmanService::killedServiceIsStartedAgain()
{
    QVERIFY(ensure());
    const pid_t first = m_home->service();
    ::kill(first, SIGKILL);
    QTRY_VERIFY(!runs(first));
    QVERIFY(fs::exists(m_home->socket())); // it had no time to tidy up
    const auto socket = ensure();
    QVERIFY2(socket, qPrintable(sentence(socket)));
    QVERIFY(m_home->service() != first);
    QVERIFY(Libpod(*socket).answers());
    // Nor does a file in the socket's place keep it from starting.
    m_home->endService();
    fs::remove(m_home->socket());
    QVERIFY(writeFileAtomically(m_home->socket(), "no socket"));
    QVERIFY(ensure());
    QVERIFY(Libpod(m_home->socket()).answers());
}

void TestPodmanService::containersOutliveTheService()
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

void TestPodmanService::numberOfAForeignProcessIsLeftAlone()
{
    QVERIFY(ensure());
    m_home->endService();
    // The number of the ended service was given to somebody else meanwhile.
    const pid_t foreign = ::fork();
    if (foreign == 0) {
        while (true)
            ::pause();
    }
    QVERIFY(writeFileAtomically(m_home->directories().runtime / "podman.pid", std::to_string(foreign)));
    const auto socket = ensure();
    const bool lives = runs(foreign);
    ::kill(foreign, SIGKILL);
    ::waitpid(foreign, nullptr, 0);
    QVERIFY2(socket, qPrintable(sentence(socket)));
    QVERIFY2(lives, "a process that is no service of ours was ended");
    QVERIFY(m_home->service() != foreign);
}

void TestPodmanService::serviceOfTheUserIsUsed()
{
    QVERIFY(ensure());
    const fs::path runtime = m_home->path() / "xdg";
    fs::create_directories(runtime / "podman");
    fs::create_symlink(m_home->socket(), runtime / "podman/podman.sock");
    const QByteArray before = qgetenv("XDG_RUNTIME_DIR");
    qputenv("XDG_RUNTIME_DIR", runtime.c_str());
    HostSetup defaults = m_home->setup();
    defaults.environment.clear();
    defaults.files.clear();
    defaults.rootless = true;
    const auto own = ensure(defaults);
    // Not where podman's defaults are wrong.
    HostSetup special = m_home->setup();
    special.rootless = true;
    const auto privateOne = ensure(special);
    before.isNull() ? qunsetenv("XDG_RUNTIME_DIR") : qputenv("XDG_RUNTIME_DIR", before);
    QVERIFY2(own, qPrintable(sentence(own)));
    QCOMPARE(*own, (runtime / "podman/podman.sock").string());
    QVERIFY2(privateOne, qPrintable(sentence(privateOne)));
    QCOMPARE(*privateOne, m_home->socket().string());
}

void TestPodmanService::serviceThatEndsAtOnce()
{
    const HostSetup broken = pretending(*m_home, "echo 'no space left on device' >&2\nexit 125\n");
    const auto socket = ensure(broken);
    QVERIFY(!socket);
    QCOMPARE(socket.error().code, std::string("podman-service-failed"));
    QVERIFY2(socket.error().detail.find("no space left on device") != std::string::npos,
             socket.error().detail.c_str());
    QVERIFY(fs::exists(socket.error().facts.at("log")));
    HostSetup gone = m_home->setup();
    gone.podman = m_home->path() / "gone";
    const auto missing = ensure(gone);
    QVERIFY(!missing);
    QCOMPARE(missing.error().code, std::string("program-missing"));
    // Neither stands in the way of the next.
    const auto next = ensure();
    QVERIFY2(next, qPrintable(sentence(next)));
}

void TestPodmanService::serviceThatNeverAnswers()
{
    const HostSetup silent = pretending(*m_home, "sleep 600\ntrue\n");
    std::stop_source stop;
    auto starting = std::async(std::launch::async, [&] {
        return ensurePodmanService(silent, m_home->directories(), stop.get_token());
    });
    QTRY_VERIFY(runs(m_home->service()));
    const pid_t pretended = m_home->service();
    stop.request_stop();
    const auto socket = starting.get();
    QVERIFY(!socket);
    QCOMPARE(socket.error().kind, ErrorKind::Cancelled);
    const std::vector<int> sleeping = descendantsNamed(pretended, "sleep");
    const auto next = ensure();
    for (const int process : sleeping)
        ::kill(process, SIGKILL);
    QVERIFY2(next, qPrintable(sentence(next)));
    QVERIFY(!runs(pretended));
    QVERIFY(Libpod(*next).answers());
}

void TestPodmanService::folderThatStrangersMayWriteTo()
{
    fs::create_directories(m_home->directories().runtime);
    fs::permissions(m_home->directories().runtime, fs::perms::all);
    const auto socket = ensure();
    QVERIFY(!socket);
    QCOMPARE(socket.error().code, std::string("file-io"));
    QVERIFY(!fs::exists(m_home->socket()));
}

void TestPodmanService::missingObjectsAndRefusals()
{
    Libpod podman(ensure().value());
    const auto container = podman.get("/containers/gone/json");
    QVERIFY(!container);
    QCOMPARE(container.error().code, std::string("podman-missing-object"));
    QCOMPARE(container.error().facts, (Facts{{"name", "gone"}}));
    const auto image = podman.get("/images/localhost%2Fgone:1/json");
    QVERIFY(!image);
    QCOMPARE(image.error().code, std::string("podman-missing-object"));
    const auto refused
        = podman.post("/containers/create", {{"name", "no/name"}, {"image", "localhost/gone"}});
    QVERIFY(!refused);
    QVERIFY(!refused.error().detail.empty());
    // One connection serves on after a refusal.
    const auto all = podman.get("/containers/json?all=true");
    QVERIFY2(all, qPrintable(sentence(all)));
    QVERIFY(all->is_array() && all->empty());
}

/// An image FROM scratch whose only file is a program that can wait; why not, if it cannot be made.
QString TestPodmanService::importImage()
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

LaunchPlan TestPodmanService::planNamed(const QString &name) const
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
        plan.security.exceptions = {"network", "writable-root", "image-user", "capability:SYS_NICE"};
        if (!m_home->setup().rootless)
            plan.mounts.push_back({.kind = Mount::Kind::Overlay,
                                   .source = m_home->path() / "tree",
                                   .target = "/data",
                                   .readOnly = false});
    }
    return plan;
}

LaunchPlace TestPodmanService::placeOf(const LaunchPlan &plan) const
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
json TestPodmanService::startFromBody(const LaunchPlan &plan, const LaunchPlace &place, Libpod &podman) const
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

json TestPodmanService::startFromLine(const LaunchPlan &plan, const LaunchPlace &place, Libpod &podman) const
{
    const auto started = m_home->run(toPodmanRun(plan, m_home->setup(), place));
    if (!started) {
        qWarning("run: %s", qPrintable(sentence(started)));
        return {};
    }
    return podman.get("/containers/" + QString::fromStdString(*started).trimmed().toStdString() + "/json")
        .value_or(json());
}

void TestPodmanService::containerGetsWhatThePlanSays_data()
{
    QTest::addColumn<bool>("fromLine");
    QTest::newRow("REST body") << false;
    QTest::newRow("podman run line") << true;
}

void TestPodmanService::containerGetsWhatThePlanSays()
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

void TestPodmanService::bothOutputsMakeTheSameContainer_data()
{
    QTest::addColumn<QString>("plan");
    QTest::newRow("hardened") << "hardened";
    QTest::newRow("with exceptions") << "exceptions";
}

void TestPodmanService::bothOutputsMakeTheSameContainer()
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

QTEST_GUILESS_MAIN(TestPodmanService)
#include "tst_podman_service.moc"
