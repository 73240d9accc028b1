#include "runners/podman/service.h"

#include "runners/podman/libpod.h"

#include "observed_process.h"
#include "private_home.h"

#include <nlohmann/json.hpp>

#include <QTest>

#include <csignal>
#include <fstream>
#include <future>
#include <set>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

using namespace firstlight;
namespace fs = std::filesystem;

/// A real podman with a store of its own: its service is started when it is needed, and only then.
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
    void numberOfAForeignProcessIsLeftAlone();
    void serviceOfTheUserIsUsed();
    void serviceThatEndsAtOnce();
    void serviceThatNeverAnswers();
    void folderThatStrangersMayWriteTo();
    void missingObjectsAndRefusals();

private:
    Result<std::string> ensure(const HostSetup &setup)
    {
        return ensurePodmanService(setup, m_home->directories());
    }
    Result<std::string> ensure() { return ensure(m_home->setup()); }

    std::unique_ptr<PrivateHome> m_home;
};

namespace {

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
    QTRY_COMPARE(leftoversOf(path), QString());
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

void TestPodmanService::numberOfAForeignProcessIsLeftAlone()
{
    QVERIFY(ensure());
    m_home->endService();
    // The number of the ended service was given to somebody else meanwhile.
    const pid_t foreign = ::fork();
    if (foreign == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
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

QTEST_GUILESS_MAIN(TestPodmanService)
#include "tst_podman_service.moc"
