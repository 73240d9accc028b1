#include "runners/podman/host_setup.h"

#include "core/files.h"
#include "hosts.h"

#include <QTest>

#include <functional>
#include <unistd.h>

using namespace firstlight;
namespace fs = std::filesystem;

/// How podman is called on hosts of every kind. Each expected setup is whole: what is not in it must not be
/// done.
class TestHostSetup : public QObject {
    Q_OBJECT

private slots:
    void setups_data();
    void setups();
    void refusals_data();
    void refusals();
    void onlyAPrivateConfigurationNeedsItsOwnService();
    void userEnvironment_data();
    void userEnvironment();
};

namespace {

/// One value a line, so that a difference says which.
QString described(const HostSetup &setup)
{
    std::string text;
    for (const auto &[name, value] : setup.environment)
        text += "environment " + name + "=" + value + "\n";
    for (const auto &[path, content] : setup.files)
        text += "file " + path.string() + "\n" + content;
    for (const fs::path &folder : setup.folders)
        text += "folder " + folder.string() + "\n";
    for (const Workaround &workaround : setup.workarounds) {
        text += "workaround " + workaround.code;
        for (const auto &[name, value] : workaround.facts)
            text += " " + name + "=" + value;
        text += "\n";
    }
    for (const auto &[name, value] : setup.resourceLimits)
        text += "limit " + name + "=" + std::to_string(value) + "\n";
    const auto flag
        = [&](const char *name, bool value) { text += std::string(name) + (value ? " yes\n" : " no\n"); };
    flag("limits", setup.limitsWork);
    flag("cpuset", setup.cpusetWorks);
    flag("rootless", setup.rootless);
    flag("selinux", setup.selinuxEnforcing);
    text += "podman " + setup.podman + "\nruntime " + setup.ociRuntime + "\n";
    return QString::fromStdString(text);
}

/// What every setup of Debian's root has: podman's defaults are right.
HostSetup defaultsOfRoot()
{
    HostSetup setup;
    setup.resourceLimits = {{"nofile", 65536}, {"nproc", 63432}};
    setup.podman = "/usr/bin/podman";
    setup.ociRuntime = "crun";
    return setup;
}

HostSetup defaultsOfUser()
{
    HostSetup setup = defaultsOfRoot();
    setup.rootless = true;
    setup.cpusetWorks = false;
    setup.workarounds = {{"cpuset-not-delegated", {{"missing", "cpuset"}}}};
    return setup;
}

HostSetup expected(HostSetup setup, const std::function<void(HostSetup &)> &change)
{
    change(setup);
    return setup;
}

Engines changed(Engines engines, const std::function<void(Engines &)> &change)
{
    change(engines);
    return engines;
}

UserEnvironment changed(UserEnvironment user, const std::function<void(UserEnvironment &)> &change)
{
    change(user);
    return user;
}

const fs::path usualContainersConf = "/home/anna/.local/state/firstlight/podman/containers.conf";
const fs::path usualStorageConf = "/home/anna/.local/state/firstlight/podman/storage.conf";
const fs::path portableContainersConf = "/media/stick/state/podman/containers.conf";
const fs::path portableStorageConf = "/media/stick/state/podman/storage.conf";

constexpr auto withoutSystemd = "[containers]\nlog_driver = \"k8s-file\"\n"
                                "[engine]\ncgroup_manager = \"cgroupfs\"\nevents_logger = \"file\"\n";
const Workaround noSystemd{"no-systemd",
                           {{"cgroup-manager", "cgroupfs"}, {"events", "file"}, {"logs", "k8s-file"}}};

constexpr auto portableStorage
    = "[storage]\ndriver = \"overlay\"\ngraphroot = \"/media/stick/containers/storage\"\n"
      "runroot = \"/run/user/1000/firstlight/home-0123abcd/run\"\n";
constexpr auto portableEngine = "[engine]\nstatic_dir = \"/media/stick/containers/libpod\"\n"
                                "tmp_dir = \"/run/user/1000/firstlight/home-0123abcd/tmp\"\n"
                                "volume_path = \"/media/stick/containers/volumes\"\n";
const Workaround portable{"private-storage", {{"path", "/media/stick/containers"}}};

} // namespace

void TestHostSetup::setups_data()
{
    QTest::addColumn<Engines>("engines");
    QTest::addColumn<Directories>("directories");
    QTest::addColumn<UserEnvironment>("user");
    QTest::addColumn<HostSetup>("setup");
    const auto row = [](const char *name, const Engines &engines, const HostSetup &setup,
                        const UserEnvironment &user = hosts::settledUser(),
                        const Directories &directories = hosts::usualDirectories()) {
        QTest::newRow(name) << engines << directories << user << setup;
    };

    row("Debian 12 root: nothing to do", hosts::debianRoot(), defaultsOfRoot());
    row("reduced root: every help at once", hosts::reducedRoot(),
        expected(defaultsOfRoot(), [](HostSetup &setup) {
            setup.environment = {{"CONTAINERS_CONF", usualContainersConf}};
            setup.files = {
                {usualContainersConf,
                 "[containers]\ndefault_ulimits = [\"nofile=20000:20000\", \"nproc=32768:32768\"]\n"
                 "log_driver = \"k8s-file\"\n"
                 "[engine]\nruntime = \"runc\"\ncgroup_manager = \"cgroupfs\"\nevents_logger = \"file\"\n"}};
            setup.workarounds = {{"oci-runtime",
                                  {{"runtime", "runc"},
                                   {"instead-of", "crun"},
                                   {"found", "crun: cgroups in hybrid mode not supported"}}},
                                 {"resource-limits", {{"nofile", "20000"}, {"nproc", "32768"}}},
                                 noSystemd};
            setup.resourceLimits = {{"nofile", 20000}, {"nproc", 32768}};
            setup.ociRuntime = "runc";
        }));
    row("mixed cgroups, runtimes not tried: crun is known to fail",
        changed(hosts::debianRoot(),
                [](Engines &engines) {
                    engines.cgroups = CgroupLayout::Hybrid;
                    for (OciRuntime &runtime : engines.podman->runtimes)
                        runtime.works.reset();
                }),
        expected(defaultsOfRoot(), [](HostSetup &setup) {
            setup.environment = {{"CONTAINERS_CONF", usualContainersConf}};
            setup.files = {{usualContainersConf, "[engine]\nruntime = \"runc\"\n"}};
            setup.workarounds
                = {{"oci-runtime", {{"runtime", "runc"}, {"instead-of", "crun"}, {"found", ""}}}};
            setup.ociRuntime = "runc";
        }));
    row("runtimes not tried: podman's first",
        changed(hosts::debianRoot(),
                [](Engines &engines) {
                    for (OciRuntime &runtime : engines.podman->runtimes)
                        runtime.works.reset();
                }),
        defaultsOfRoot());
    row("a runtime that works goes before one not tried",
        changed(hosts::debianRoot(), [](Engines &engines) { engines.podman->runtimes[0].works.reset(); }),
        expected(defaultsOfRoot(), [](HostSetup &setup) {
            setup.environment = {{"CONTAINERS_CONF", usualContainersConf}};
            setup.files = {{usualContainersConf, "[engine]\nruntime = \"runc\"\n"}};
            setup.workarounds
                = {{"oci-runtime", {{"runtime", "runc"}, {"instead-of", "crun"}, {"found", ""}}}};
            setup.ociRuntime = "runc";
        }));
    row("root without systemd, with the right to raise limits",
        changed(hosts::debianRoot(), [](Engines &engines) { engines.systemd = false; }),
        expected(defaultsOfRoot(), [](HostSetup &setup) {
            setup.environment = {{"CONTAINERS_CONF", usualContainersConf}};
            setup.files = {{usualContainersConf, withoutSystemd}};
            setup.workarounds = {noSystemd};
        }));
    row("root below systemd may raise a low limit",
        changed(hosts::debianRoot(), [](Engines &engines) { engines.openFilesLimit = 20000; }),
        expected(defaultsOfRoot(), [](HostSetup &setup) { setup.resourceLimits["nofile"] = 20000; }));
    row("limits not known: the kernel's own",
        changed(hosts::debianRoot(),
                [](Engines &engines) {
                    engines.openFilesLimit.reset();
                    engines.processesLimit.reset();
                }),
        expected(defaultsOfRoot(), [](HostSetup &setup) {
            setup.resourceLimits = {{"nofile", 4096}, {"nproc", 4096}};
        }));
    row("SELinux", changed(hosts::debianRoot(), [](Engines &engines) { engines.selinuxEnforcing = true; }),
        expected(defaultsOfRoot(), [](HostSetup &setup) { setup.selinuxEnforcing = true; }));
    row("a registries.conf of the person's choice", hosts::debianRoot(),
        expected(defaultsOfRoot(),
                 [](HostSetup &setup) {
                     setup.environment = {{"CONTAINERS_REGISTRIES_CONF", "/srv/registries.conf"}};
                 }),
        changed(hosts::settledUser(),
                [](UserEnvironment &user) { user.registriesConf = "/srv/registries.conf"; }));
    row("root with a store of its own folder", hosts::debianRoot(),
        expected(defaultsOfRoot(),
                 [](HostSetup &setup) {
                     setup.environment = {{"CONTAINERS_CONF", portableContainersConf},
                                          {"CONTAINERS_STORAGE_CONF", portableStorageConf}};
                     setup.files
                         = {{portableContainersConf, portableEngine}, {portableStorageConf, portableStorage}};
                     setup.workarounds = {portable};
                 }),
        UserEnvironment{}, hosts::portableDirectories());
    row("a folder whose name needs quoting", hosts::debianRoot(),
        expected(defaultsOfRoot(),
                 [](HostSetup &setup) {
                     setup.environment
                         = {{"CONTAINERS_CONF", "/media/stick/state/podman/containers.conf"},
                            {"CONTAINERS_STORAGE_CONF", "/media/stick/state/podman/storage.conf"}};
                     setup.files = {{portableContainersConf,
                                     "[engine]\nstatic_dir = \"/a \\\"b\\\" \\\\c/containers/libpod\"\n"
                                     "tmp_dir = \"/run/user/1000/firstlight/home-0123abcd/tmp\"\n"
                                     "volume_path = \"/a \\\"b\\\" \\\\c/containers/volumes\"\n"},
                                    {portableStorageConf,
                                     "[storage]\ndriver = \"overlay\"\ngraphroot = \"/a \\\"b\\\" "
                                     "\\\\c/containers/storage\"\n"
                                     "runroot = \"/run/user/1000/firstlight/home-0123abcd/run\"\n"}};
                     setup.workarounds = {{"private-storage", {{"path", "/a \"b\" \\c/containers"}}}};
                 }),
        UserEnvironment{}, [] {
            Directories directories = hosts::portableDirectories();
            directories.home = "/a \"b\" \\c";
            return directories;
        }());

    row("user: the CPU set is not delegated", hosts::debianUser(), defaultsOfUser());
    row("user: all controllers delegated",
        changed(hosts::debianUser(),
                [](Engines &engines) { engines.delegatedControllers.push_back("cpuset"); }),
        expected(defaultsOfUser(), [](HostSetup &setup) {
            setup.cpusetWorks = true;
            setup.workarounds.clear();
        }));
    row("user: nothing delegated",
        changed(hosts::debianUser(), [](Engines &engines) { engines.delegatedControllers.clear(); }),
        expected(defaultsOfUser(), [](HostSetup &setup) {
            setup.limitsWork = false;
            setup.workarounds = {{"limits-ignored", {{"cgroups", "v2"}, {"missing", "memory"}}}};
        }));
    row("user: cgroup v1 ignores limits whatever is delegated",
        changed(hosts::debianUser(),
                [](Engines &engines) {
                    engines.cgroups = CgroupLayout::V1;
                    engines.delegatedControllers = {"cpu", "cpuset", "memory", "pids"};
                }),
        expected(defaultsOfUser(), [](HostSetup &setup) {
            setup.limitsWork = false;
            setup.workarounds = {{"limits-ignored", {{"cgroups", "v1"}, {"missing", "memory"}}}};
        }));
    row("user: a low limit is podman's own affair",
        changed(hosts::debianUser(),
                [](Engines &engines) {
                    engines.openFilesLimit = 1024;
                    engines.systemd = false;
                }),
        expected(defaultsOfUser(), [](HostSetup &setup) {
            setup.environment = {{"CONTAINERS_CONF", usualContainersConf}};
            setup.files = {{usualContainersConf, withoutSystemd}};
            setup.resourceLimits["nofile"] = 1024;
            setup.workarounds.insert(setup.workarounds.begin(), noSystemd);
        }));
    row("user: first run of podman 4 would take vfs", hosts::debianUser(),
        expected(defaultsOfUser(),
                 [](HostSetup &setup) {
                     setup.environment = {{"CONTAINERS_STORAGE_CONF", usualStorageConf}};
                     setup.files = {{usualStorageConf, "[storage]\ndriver = \"overlay\"\n"}};
                     setup.workarounds.insert(
                         setup.workarounds.begin(),
                         {"storage-overlay", {{"driver", "overlay"}, {"instead-of", "vfs"}}});
                 }),
        UserEnvironment{});
    row("user: first run of podman 5 chooses well",
        changed(hosts::debianUser(), [](Engines &engines) { engines.podman->version = "5.4.2"; }),
        defaultsOfUser(), UserEnvironment{});
    row("user: a version that nobody could read counts as old",
        changed(hosts::debianUser(), [](Engines &engines) { engines.podman->version.reset(); }),
        expected(defaultsOfUser(),
                 [](HostSetup &setup) {
                     setup.environment = {{"CONTAINERS_STORAGE_CONF", usualStorageConf}};
                     setup.files = {{usualStorageConf, "[storage]\ndriver = \"overlay\"\n"}};
                     setup.workarounds.insert(
                         setup.workarounds.begin(),
                         {"storage-overlay", {{"driver", "overlay"}, {"instead-of", "vfs"}}});
                 }),
        UserEnvironment{});
    row("user: a storage.conf of their own is left alone", hosts::debianUser(), defaultsOfUser(),
        UserEnvironment{.storageConfigured = true,
                        .storageDriver = "vfs",
                        .runtimeDirectory = true,
                        .registriesConf = {}});
    row("user: a vfs store is left for a new one", hosts::debianUser(),
        expected(defaultsOfUser(),
                 [](HostSetup &setup) {
                     const std::string below = "/home/anna/.local/share/firstlight/containers";
                     setup.environment = {{"CONTAINERS_CONF", usualContainersConf},
                                          {"CONTAINERS_STORAGE_CONF", usualStorageConf}};
                     setup.files = {{usualContainersConf,
                                     "[engine]\nstatic_dir = \"" + below + "/libpod\"\n"
                                         + "tmp_dir = \"/run/user/1000/firstlight/tmp\"\nvolume_path = \""
                                         + below + "/volumes\"\n"},
                                    {usualStorageConf,
                                     "[storage]\ndriver = \"overlay\"\ngraphroot = \"" + below
                                         + "/storage\"\nrunroot = \"/run/user/1000/firstlight/run\"\n"}};
                     setup.workarounds.insert(setup.workarounds.begin(), {"storage-vfs", {{"path", below}}});
                 }),
        changed(hosts::settledUser(), [](UserEnvironment &user) { user.storageDriver = "vfs"; }));
    row("user: portable, whatever else there is", hosts::debianUser(),
        expected(defaultsOfUser(),
                 [](HostSetup &setup) {
                     setup.environment = {{"CONTAINERS_CONF", portableContainersConf},
                                          {"CONTAINERS_STORAGE_CONF", portableStorageConf}};
                     setup.files
                         = {{portableContainersConf, portableEngine}, {portableStorageConf, portableStorage}};
                     setup.workarounds.insert(setup.workarounds.begin(), portable);
                 }),
        UserEnvironment{.storageConfigured = true,
                        .storageDriver = "vfs",
                        .runtimeDirectory = true,
                        .registriesConf = {}},
        hosts::portableDirectories());
    row("user: no XDG_RUNTIME_DIR", hosts::debianUser(),
        expected(defaultsOfUser(),
                 [](HostSetup &setup) {
                     setup.environment = {{"XDG_RUNTIME_DIR", "/run/user/1000/firstlight/xdg"}};
                     setup.folders = {"/run/user/1000/firstlight/xdg"};
                     setup.workarounds.insert(
                         setup.workarounds.begin(),
                         {"runtime-directory", {{"path", "/run/user/1000/firstlight/xdg"}}});
                 }),
        changed(hosts::settledUser(), [](UserEnvironment &user) { user.runtimeDirectory = false; }));
    row("root needs no XDG_RUNTIME_DIR", hosts::debianRoot(), defaultsOfRoot(),
        changed(hosts::settledUser(), [](UserEnvironment &user) { user.runtimeDirectory = false; }));
}

void TestHostSetup::setups()
{
    QFETCH(Engines, engines);
    QFETCH(Directories, directories);
    QFETCH(UserEnvironment, user);
    QFETCH(HostSetup, setup);
    const auto planned = planHostSetup(hosts::machineWith(engines), directories, user);
    QVERIFY2(planned, planned ? "" : planned.error().code.c_str());
    QCOMPARE(described(*planned), described(setup));
    QVERIFY(*planned == setup);
    QCOMPARE(planned->needsOwnService(), !setup.environment.empty());
}

void TestHostSetup::refusals_data()
{
    QTest::addColumn<Machine>("machine");
    QTest::addColumn<QString>("code");
    QTest::addColumn<QString>("found");
    Engines none = hosts::debianRoot();
    none.podman.reset();
    QTest::newRow("podman is not installed") << hosts::machineWith(none) << "podman-missing"
                                             << "";
    QTest::newRow("a recording that does not tell") << Machine{} << "podman-missing"
                                                    << "";
    Engines broken = hosts::reducedRoot();
    broken.podman->runtimes[1].works = false;
    broken.podman->runtimes[1].reason = "runc: operation not permitted";
    QTest::newRow("no runtime works") << hosts::machineWith(broken) << "podman-no-runtime"
                                      << "crun: crun: cgroups in hybrid mode not supported; "
                                         "runc: runc: operation not permitted";
    Engines onlyCrun = hosts::reducedRoot();
    onlyCrun.podman->runtimes.resize(1);
    onlyCrun.podman->runtimes[0].works.reset();
    onlyCrun.podman->runtimes[0].reason.clear();
    QTest::newRow("only crun, mixed cgroups, not tried")
        << hosts::machineWith(onlyCrun) << "podman-no-runtime"
        << "crun: ";
    Engines without = hosts::debianRoot();
    without.podman->runtimes.clear();
    QTest::newRow("no runtime is installed") << hosts::machineWith(without) << "podman-no-runtime"
                                             << "";
}

void TestHostSetup::refusals()
{
    QFETCH(Machine, machine);
    QFETCH(QString, code);
    QFETCH(QString, found);
    const auto planned = planHostSetup(machine, hosts::usualDirectories(), hosts::settledUser());
    QVERIFY(!planned);
    QCOMPARE(QString::fromStdString(planned.error().code), code);
    QCOMPARE(planned.error().kind, ErrorKind::NothingRuns);
    const auto &facts = planned.error().facts;
    QCOMPARE(QString::fromStdString(facts.contains("found") ? facts.at("found") : ""), found);
}

void TestHostSetup::onlyAPrivateConfigurationNeedsItsOwnService()
{
    QVERIFY(!defaultsOfUser().needsOwnService());
    HostSetup setup;
    setup.environment["CONTAINERS_CONF"] = "/etc/x";
    QVERIFY(setup.needsOwnService());
}

namespace {

/// Sets variables of this process and takes them back.
class Variables {
public:
    void set(const char *name, const std::string &value)
    {
        if (!m_before.contains(name)) {
            const char *before = std::getenv(name);
            m_before[name] = before ? std::optional<std::string>(before) : std::nullopt;
        }
        ::setenv(name, value.c_str(), 1);
    }

    ~Variables()
    {
        for (const auto &[name, value] : m_before) {
            if (value)
                ::setenv(name.c_str(), value->c_str(), 1);
            else
                ::unsetenv(name.c_str());
        }
    }

private:
    std::map<std::string, std::optional<std::string>> m_before;
};

} // namespace

void TestHostSetup::userEnvironment_data()
{
    QTest::addColumn<QStringList>("there"); // files and folders below HOME
    QTest::addColumn<QString>("runtimeDirectory");
    QTest::addColumn<QString>("storageConf");
    QTest::addColumn<UserEnvironment>("expected");
    const UserEnvironment fresh;
    const auto with
        = [&](const std::function<void(UserEnvironment &)> &change) { return changed(fresh, change); };
    const auto row = [](const char *name, const QStringList &there, const UserEnvironment &user,
                        const QString &runtime = "HOME/run", const QString &storageConf = {}) {
        QTest::newRow(name) << there << runtime << storageConf << user;
    };
    const QString store = ".local/share/containers/storage/";
    row("nothing yet", {}, fresh);
    row("a storage.conf", {".config/containers/storage.conf"},
        with([](UserEnvironment &user) { user.storageConfigured = true; }));
    row("a storage.conf in the environment", {},
        with([](UserEnvironment &user) { user.storageConfigured = true; }), "HOME/run", "/srv/storage.conf");
    row("a vfs store", {store + "libpod/bolt_state.db", store + "vfs-images/", store + "storage.lock"},
        with([](UserEnvironment &user) { user.storageDriver = "vfs"; }));
    row("an overlay store", {store + "libpod/bolt_state.db", store + "overlay-images/"},
        with([](UserEnvironment &user) { user.storageDriver = "overlay"; }));
    row("an overlay store of podman 5", {store + "db.sql", store + "overlay-images/"},
        with([](UserEnvironment &user) { user.storageDriver = "overlay"; }));
    row("a store that no image was put into yet", {store + "storage.lock"},
        with([](UserEnvironment &user) { user.storageDriver = "overlay"; }));
    row("a folder that podman never used", {store}, fresh);
    row("no runtime folder", {}, with([](UserEnvironment &user) { user.runtimeDirectory = false; }), "");
    row("a runtime folder that is not there", {},
        with([](UserEnvironment &user) { user.runtimeDirectory = false; }), "HOME/gone");
    row("a relative runtime folder", {}, with([](UserEnvironment &user) { user.runtimeDirectory = false; }),
        "run");
    row("a file as runtime folder", {"file"},
        with([](UserEnvironment &user) { user.runtimeDirectory = false; }), "HOME/file");
}

void TestHostSetup::userEnvironment()
{
    QFETCH(QStringList, there);
    QFETCH(QString, runtimeDirectory);
    QFETCH(QString, storageConf);
    QFETCH(UserEnvironment, expected);
    const auto folder = TemporaryDirectory::make(fs::temp_directory_path(), "fl-home-");
    QVERIFY(folder);
    const fs::path home = folder->path();
    fs::create_directories(home / "run");
    for (const QString &name : there) {
        const fs::path path = home / name.toStdString();
        if (name.endsWith('/'))
            fs::create_directories(path);
        else
            QVERIFY(writeFileAtomically(path, ""));
    }
    Variables variables;
    variables.set("HOME", home.string());
    variables.set("XDG_CONFIG_HOME", "");
    variables.set("XDG_DATA_HOME", "relative/is/ignored");
    variables.set("XDG_RUNTIME_DIR", runtimeDirectory.replace("HOME", home.c_str()).toStdString());
    variables.set("CONTAINERS_STORAGE_CONF", storageConf.toStdString());
    variables.set("FIRSTLIGHT_REGISTRIES_CONF", "");
    const UserEnvironment found = readUserEnvironment();
    QCOMPARE(found.storageConfigured, expected.storageConfigured);
    QCOMPARE(found.storageDriver, expected.storageDriver);
    QCOMPARE(found.runtimeDirectory, expected.runtimeDirectory);
    QVERIFY(found == expected);

    if (::geteuid() == 0 && found.runtimeDirectory) {
        QVERIFY(::chown((home / "run").c_str(), 65532, 65532) == 0);
        QVERIFY2(!readUserEnvironment().runtimeDirectory, "another user's folder");
    }

    // The variables of the XDG rules lead elsewhere.
    variables.set("XDG_CONFIG_HOME", (home / ".other").string());
    variables.set("XDG_DATA_HOME", (home / ".other").string());
    variables.set("FIRSTLIGHT_REGISTRIES_CONF", "/srv/registries.conf");
    const UserEnvironment elsewhere = readUserEnvironment();
    QCOMPARE(elsewhere.storageConfigured, !storageConf.isEmpty());
    QCOMPARE(elsewhere.storageDriver, std::string());
    QCOMPARE(elsewhere.registriesConf, std::string("/srv/registries.conf"));
}

QTEST_APPLESS_MAIN(TestHostSetup)
#include "tst_host_setup.moc"
