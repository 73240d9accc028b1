#include "core/files.h"
#include "core/process.h"

#include <QTest>
#include <csignal>
#include <fcntl.h>
#include <thread>
#include <unistd.h>

using namespace firstlight;
using namespace std::chrono_literals;

namespace {

ProcessSpec shell(const std::string &script)
{
    return {.program = "sh", .arguments = {"-c", script}};
}

bool alive(pid_t pid)
{
    return ::kill(pid, 0) == 0;
}

bool waitUntilGone(pid_t pid)
{
    for (int attempt = 0; attempt < 200 && alive(pid); ++attempt)
        std::this_thread::sleep_for(10ms);
    return !alive(pid);
}

} // namespace

class TestProcess : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void givesOutputAndExitCode()
    {
        const auto result = runProcess(shell("echo out; echo err >&2; exit 3"));
        QVERIFY(result);
        QCOMPARE(result->output, std::string("out\n"));
        QCOMPARE(result->errorOutput, std::string("err\n"));
        QCOMPARE(*result->exitCode, 3);
        QVERIFY(!result->succeeded());
    }

    void givesSignal()
    {
        const auto result = runProcess(shell("kill -SEGV $$"));
        QVERIFY(result);
        QVERIFY(!result->exitCode);
        QCOMPARE(*result->signal, SIGSEGV);
    }

    void drainsBothPipesWhileFeedingInput()
    {
        ProcessSpec spec = shell("cat; head -c 3000000 /dev/zero >&2");
        spec.input = std::string(5'000'000, 'x');
        const auto result = runProcess(spec);
        QVERIFY(result);
        QCOMPARE(result->output.size(), std::size_t(5'000'000));
        QCOMPARE(result->errorOutput.size(), std::size_t(3'000'000));
    }

    void survivesChildThatDoesNotReadItsInput()
    {
        ProcessSpec spec = shell("exec <&-; exit 0");
        spec.input = std::string(5'000'000, 'x');
        const auto result = runProcess(spec);
        QVERIFY(result);
        QVERIFY(result->succeeded());
    }

    void setsEnvironmentAndFolder()
    {
        ProcessSpec spec = shell("printf '%s %s' \"$FIRSTLIGHT_TEST\" \"$PWD\"");
        spec.environment = {{"FIRSTLIGHT_TEST", "a b"}};
        spec.workingDirectory = "/usr";
        QCOMPARE(runProcess(spec)->output, std::string("a b /usr"));
    }

    void givesLinesAsTheyCome()
    {
        std::vector<std::string> lines;
        ProcessSpec spec = shell("echo one; echo two; printf three");
        spec.onLine = [&](const std::string &line) { lines.push_back(line); };
        QVERIFY(runProcess(spec));
        QCOMPARE(lines, (std::vector<std::string>{"one", "two", "three"}));
    }

    void stopsWholeGroupAfterTimeLimit()
    {
        // The grandchild ignores SIGTERM, so it can only end by the group's SIGKILL.
        ProcessSpec spec = shell("(trap '' TERM; echo $BASHPID; sh -c 'echo $$; trap \"\" TERM; while :; do "
                                 "sleep 0.1; done') & wait");
        std::string pid;
        spec.onLine = [&](const std::string &line) { pid = line; };
        spec.timeLimit = 500ms;
        const auto result = runProcess(spec);
        QVERIFY(!result);
        QCOMPARE(result.error().code, std::string("process-timeout"));
        QCOMPARE(result.error().facts.at("program"), std::string("sh"));
        QVERIFY(waitUntilGone(std::stoi(pid)));
    }

    void stopsOnRequest()
    {
        std::stop_source source;
        std::jthread later([&] {
            std::this_thread::sleep_for(100ms);
            source.request_stop();
        });
        const auto result = runProcess(shell("sleep 60"), source.get_token());
        QVERIFY(!result);
        QCOMPARE(result.error().code, std::string("cancelled"));
        QCOMPARE(result.error().kind, ErrorKind::Cancelled);
    }

    void stopsAtOutputLimit()
    {
        ProcessSpec spec = shell("yes");
        spec.outputLimitBytes = 100'000;
        const auto result = runProcess(spec);
        QVERIFY(!result);
        QCOMPARE(result.error().code, std::string("process-output-limit"));
    }

    void doesNotWaitForDaemonThatKeepsThePipes()
    {
        const auto result = runProcess(shell("sleep 30 & echo $!"));
        QVERIFY(result);
        const pid_t daemon = std::stoi(result->output);
        QVERIFY(alive(daemon));
        ::kill(daemon, SIGKILL);
    }

    void tellsWhenProgramIsMissing()
    {
        const auto result = runProcess({.program = "no-such-program-here"});
        QCOMPARE(result.error().code, std::string("program-missing"));
        QCOMPARE(result.error().facts.at("program"), std::string("no-such-program-here"));
    }

    void tellsWhenProgramCannotStart()
    {
        const auto folder = TemporaryDirectory::make("/tmp", "firstlight-test");
        QVERIFY(folder);
        const auto script = folder->path() / "broken";
        QVERIFY(writeFileAtomically(script, "#!/no/such/interpreter\n", 0755));
        const auto result = runProcess({.program = script.string()});
        QCOMPARE(result.error().code, std::string("program-not-started"));
        QVERIFY(!result.error().detail.empty());
    }

    void checkedTellsTheReason()
    {
        const auto result = runChecked(shell("echo 'disk is on fire' >&2; exit 5"));
        QCOMPARE(result.error().code, std::string("process-failed"));
        QCOMPARE(result.error().facts.at("found"), std::string("5"));
        QCOMPARE(result.error().detail, std::string("disk is on fire"));
    }

    void childGetsDefaultSignals()
    {
        ::signal(SIGPIPE, SIG_IGN);
        const auto result = runProcess(shell("kill -PIPE $$; echo survived"));
        ::signal(SIGPIPE, SIG_DFL);
        QCOMPARE(*result->signal, SIGPIPE);
    }

    void detachedInheritsOnlyWhatIsNamed()
    {
        const auto folder = TemporaryDirectory::make("/tmp", "firstlight-test");
        QVERIFY(folder);
        const auto path = folder->path() / "inherited";
        const FileDescriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
        const auto pid = startDetached(shell("echo here >&" + std::to_string(file.get()) + "; exec sleep 30"),
                                       "", {file.get()});
        QVERIFY(pid);
        QTRY_COMPARE(*readFile(path), std::string("here\n"));
        QCOMPARE(::getsid(*pid) != ::getsid(0), true);
        ::kill(*pid, SIGKILL);
        QVERIFY(waitUntilGone(*pid));
    }

    void quotesCommandLines_data()
    {
        QTest::addColumn<QString>("word");
        QTest::addColumn<QString>("quoted");
        QTest::newRow("plain") << "a-b.c/d"
                               << "a-b.c/d";
        QTest::newRow("space") << "a b"
                               << "'a b'";
        QTest::newRow("quote") << "it's"
                               << "'it'\\''s'";
        QTest::newRow("empty") << ""
                               << "''";
    }
    void quotesCommandLines()
    {
        QFETCH(QString, word);
        QFETCH(QString, quoted);
        const ProcessSpec spec{.program = "echo", .arguments = {word.toStdString()}};
        QCOMPARE(QString::fromStdString(spec.commandLine()), "echo " + quoted);
    }
};

QTEST_APPLESS_MAIN(TestProcess)
#include "tst_process.moc"
