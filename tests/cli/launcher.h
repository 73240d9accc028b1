#pragma once

#include "core/files.h"
#include "core/process.h"
#include "core/sha256.h"

#include <QElapsedTimer>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTest>
#include <csignal>
#include <filesystem>
#include <optional>
#include <set>
#include <sys/mount.h>

namespace firstlight {

/// How one call of the command line ended.
struct Called {
    int code = -1; ///< -1: by a signal
    QString output;
    QString errors;
    QList<QJsonObject> lines; ///< of the output, with --json

    /// What became of it: how fast it turned out to be is told after that.
    QJsonObject last() const
    {
        for (auto line = lines.rbegin(); line != lines.rend(); ++line) {
            if ((*line)["event"] != QLatin1String("measured"))
                return *line;
        }
        return {};
    }
    QString errorCode() const { return last()[QLatin1String("code")].toString(); }
};

/// `firstlight` with a home and a catalog of its own below a temporary folder; nothing of it is left
/// afterwards, and each test can ask what a launch has left.
class Launcher {
public:
    Launcher()
        : m_folder(*TemporaryDirectory::make(std::filesystem::temp_directory_path(), "fl-cli"))
    {
        std::filesystem::create_directories(catalog() / "demos");
        writeRecipe("tiny", {}); // enough for whatever does not build it
    }
    ~Launcher()
    {
        call({"stop", "--all"});
        if (const auto service = readFile(runtime() / "podman.pid", 64)) {
            const pid_t process = std::atoi(service->c_str());
            ::kill(process, SIGTERM);
            for (int attempt = 0; attempt < 100 && commandLine(process).contains("podman"); ++attempt)
                QTest::qWait(50);
        }
        for (const char *mounted : {"containers/storage/overlay", "containers/storage"})
            ::umount2((home() / mounted).c_str(),
                      MNT_DETACH); // the overlay driver mounts its folder onto itself
        std::error_code ignored;
        std::filesystem::remove_all(runtime(), ignored);
    }

    std::filesystem::path path() const { return m_folder.path(); }
    std::filesystem::path home() const { return path() / "home"; }
    std::filesystem::path catalog() const { return path() / "catalog"; }
    /// As core/directories.cpp names it.
    std::filesystem::path runtime() const
    {
        const char *set = std::getenv("XDG_RUNTIME_DIR");
        const std::filesystem::path base
            = set && *set == '/'
                  ? std::filesystem::path(set) / "firstlight"
                  : std::filesystem::path(::getuid() == 0 ? std::string("/run/firstlight")
                                                          : "/tmp/firstlight-" + std::to_string(::getuid()));
        return base / ("home-" + sha256Hex(home().string()).substr(0, 8));
    }

    QProcessEnvironment environment = [] {
        QProcessEnvironment own = QProcessEnvironment::systemEnvironment();
        for (const char *name : {"LC_ALL", "LC_MESSAGES", "LANGUAGE", "DISPLAY", "WAYLAND_DISPLAY"})
            own.remove(QLatin1String(name));
        own.insert(QStringLiteral("LANG"), QStringLiteral("C.UTF-8"));
        return own;
    }();

    static QString program() { return QStringLiteral(FIRSTLIGHT_BINARY_DIR "/bin/firstlight"); }

    void prepare(QProcess &process, const QStringList &words) const
    {
        QProcessEnvironment all = environment;
        all.insert(QStringLiteral("FIRSTLIGHT_HOME"), QString::fromStdString(home()));
        all.insert(QStringLiteral("FIRSTLIGHT_CATALOG"), QString::fromStdString(catalog()));
        process.setProcessEnvironment(all);
        process.setProgram(program());
        process.setArguments(words);
    }

    Called call(const QStringList &words, int seconds = 120) const
    {
        QProcess process;
        prepare(process, words);
        process.start();
        process.waitForFinished(seconds * 1000);
        return ended(process);
    }

    /// What \a process said, once it has ended.
    static Called ended(QProcess &process)
    {
        Called called;
        if (process.state() == QProcess::NotRunning && process.exitStatus() == QProcess::NormalExit)
            called.code = process.exitCode();
        const QByteArray output = process.readAllStandardOutput();
        called.output = QString::fromUtf8(output);
        called.errors = QString::fromUtf8(process.readAllStandardError());
        called.lines = jsonLines(output);
        return called;
    }

    static QList<QJsonObject> jsonLines(const QByteArray &output)
    {
        QList<QJsonObject> lines;
        for (const QByteArray &line : output.split('\n')) {
            if (line.startsWith('{'))
                lines << QJsonDocument::fromJson(line).object();
        }
        return lines;
    }

    /// A demo whose image is built of the test's own server, which gets \a words (one YAML list item each).
    void addDemo(const std::string &id, const std::string &words, const std::string &more = {})
    {
        addDemoText(id, "", "  - id: only\n    build: tiny\n" + variant(words), more);
    }

    static std::string variant(const std::string &words)
    {
        return "    requires: { arch: [ x86_64, aarch64 ] }\n    resources: { overhead: 8 MiB, image: 2 MB, "
               "build: 4 MB }\n"
               "    tune: { threads: fast-cores }\n    args: [ "
               + words + ", \"{listen}\", \"{port}\" ]\n";
    }

    /// \a models, the list of \a variants and other fields as YAML; readiness is "/" within \a more's value
    /// or 20 s.
    void addDemoText(const std::string &id, const std::string &models, const std::string &variants,
                     const std::string &more = {})
    {
        const std::string ready = more.empty() ? "ready: { http: /, within: 20 s }\n" : more;
        const std::string text
            = "schema: firstlight/1\nid: " + id
              + "\nkind: tool\nname: { en: Test, zh_CN: 测试 }\nsummary: { en: A test., zh_CN: 一个测试。 }\n"
                "try: [ { en: Hello, zh_CN: 你好 } ]\nlicence: { code: MIT, weights: MIT }\n"
              + models + "interface: { web: /, port: 8080, socket: true }\n" + ready + "variants:\n"
              + variants;
        [&] { QVERIFY(writeFileAtomically(catalog() / "demos" / (id + ".yaml"), text)); }();
    }

    /// False if this computer cannot compile the server. \a step: further instructions of the Containerfile.
    bool addImage(const std::string &name = "tiny", const std::string &step = {})
    {
        const auto folder = catalog() / "images" / name;
        writeRecipe(name, "COPY server /server\n" + step + "ENTRYPOINT [\"/server\"]\n");
        const auto compiled = runChecked({.program = "cc",
                                          .arguments = {"-static", "-O1", "-o", folder / "server",
                                                        FIRSTLIGHT_TESTS_DIR "/cli/demo_server.c"}});
        return compiled.has_value();
    }

    void writeRecipe(const std::string &name, const std::string &steps)
    {
        const auto folder = catalog() / "images" / name;
        const std::string recipe
            = "schema: firstlight-recipe/1\nid: " + name + "\narchitectures: [x86_64, aarch64]\ninputs: []\n";
        if (!writeFileAtomically(folder / "recipe.yaml", recipe)
            || !writeFileAtomically(folder / "Containerfile", "FROM scratch\n" + steps))
            qFatal("cannot write the recipe");
    }

    /// Everything of a launch that is still there: containers, forwarders, folders of launches, builds.
    /// Empty: nothing.
    QString leftovers() const
    {
        QString found;
        const QByteArray containers = podman({"ps", "--all", "--external", "--format", "{{.Names}}"});
        if (!containers.trimmed().isEmpty())
            found += "container " + QString::fromUtf8(containers.trimmed()) + "; ";
        for (const pid_t process : processesNaming(runtime().string() + "/demos"))
            found += "process " + commandLine(process) + "; ";
        std::error_code error;
        for (const auto &demo : std::filesystem::directory_iterator(runtime() / "demos", error)) {
            for (const auto &launch : std::filesystem::directory_iterator(demo, error))
                found += "folder " + QString::fromStdString(launch.path()) + "; ";
        }
        for (const auto &build : std::filesystem::directory_iterator(home() / "cache/builds", error)) {
            if (build.is_directory())
                found += "build " + QString::fromStdString(build.path()) + "; ";
        }
        return found;
    }

    /// The same within \a seconds: what belongs to a killed launcher ends by itself a moment later.
    bool leavesNothing(int seconds = 10) const
    {
        return QTest::qWaitFor([this] { return leftovers().isEmpty(); }, seconds * 1000);
    }

    QByteArray podman(const QStringList &words) const
    {
        QProcess process;
        QProcessEnvironment all = environment;
        for (const auto &[variable, file] : {std::pair("CONTAINERS_CONF", "containers.conf"),
                                             std::pair("CONTAINERS_STORAGE_CONF", "storage.conf")}) {
            const auto conf = home() / "state/podman" / file;
            if (std::filesystem::exists(conf))
                all.insert(QLatin1String(variable), QString::fromStdString(conf));
        }
        process.setProcessEnvironment(all);
        process.start(QStringLiteral("podman"), QStringList{"--remote=false"} + words);
        process.waitForFinished(30000);
        return process.readAllStandardOutput();
    }

    static QString commandLine(pid_t process)
    {
        QString text
            = QString::fromStdString(readFile("/proc/" + std::to_string(process) + "/cmdline").value_or(""));
        return text.replace(QChar(u'\0'), QChar(u' '));
    }

    /// Processes whose command line has \a text.
    static std::set<pid_t> processesNaming(const std::string &text)
    {
        std::set<pid_t> found;
        for (const auto &entry : std::filesystem::directory_iterator("/proc")) {
            const pid_t process = std::atoi(entry.path().filename().c_str());
            if (process > 0 && process != ::getpid()
                && commandLine(process).contains(QString::fromStdString(text)))
                found.insert(process);
        }
        return found;
    }

private:
    TemporaryDirectory m_folder;
};

/// The body of http://127.0.0.1:PORT/, or empty. Without Qt Network: curl is on every computer that tests.
inline QByteArray fetch(const QString &address)
{
    QProcess curl;
    curl.start(QStringLiteral("curl"),
               {"--silent", "--show-error", "--max-time", "5", "--noproxy", "*", address});
    curl.waitForFinished(10000);
    return curl.readAllStandardOutput();
}

} // namespace firstlight
