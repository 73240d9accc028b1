#include "runners/images/recipe_build.h"

#include "../private_podman.h"
#include "core/process.h"
#include "recipe_inputs.h"
#include "recorded_progress.h"
#include "runners/images/podman_build.h"
#include "runners/images/process_tree.h"
#include "runners/podman/json_fields.h"

#include <nlohmann/json.hpp>

#include <QTest>

#include <csignal>
#include <fstream>
#include <future>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace firstlight;
namespace fs = std::filesystem;

/// Builds small images with a real podman that has its own store.
class TestRecipeBuild : public QObject {
    Q_OBJECT

private slots:
    void initTestCase();
    void cleanup();
    void buildsAndSaysSo();
    void sameDigestAfterRemoval();
    void upToDateIsNotBuilt();
    void changedRecipeHasAnotherTag();
    void debianRootRuns();
    void stepHasNoNetwork();
    void failingStepTellsItsLastLines();
    void cancelDuringAStep();
    void cancelBeforeAStep();
    void killedLauncherLeavesItsBuildToTheNext();
    void twoProcessesBuildOnce();
    void wrongChecksum();
    void otherArchitecture();
    void diskTooSmall();

private:
    fs::path work() const { return m_podman->path() / "work"; }
    Recipe recipe(const std::string &name);
    Result<std::string> ensure(const Recipe &recipe, Progress &progress, std::stop_token stop = {});
    QString leftovers() const;

    std::unique_ptr<PrivatePodman> m_podman;
    fs::path m_step;
    RecordedProgress m_progress;
};

namespace {

QString sentence(const Result<std::string> &result)
{
    return result ? QString() : QString::fromStdString(result.error().code + ": " + result.error().detail);
}

/// Whether the program of the test recipes runs in some container.
bool stepRuns()
{
    return !descendantsNamed(1, "/step").empty();
}

} // namespace

void TestRecipeBuild::initTestCase()
{
    auto podman = PrivatePodman::start();
    if (!podman)
        QSKIP(("no private podman: " + podman.error().detail).c_str());
    m_podman = std::move(*podman);
    m_step = m_podman->path() / "step";
    const auto compiled = runChecked({.program = "cc",
                                      .arguments = {"-static", "-O1", "-o", m_step,
                                                    FIRSTLIGHT_TESTS_DIR "/runners/images/recipes/step.c"}});
    if (!compiled)
        QSKIP("no C compiler with a static C library, for programs that run in an image FROM scratch");
}

/// Every test begins without images and inputs.
void TestRecipeBuild::cleanup()
{
    if (!m_podman)
        return;
    static_cast<void>(m_podman->run({"rmi", "--all", "--force"}));
    m_progress = {};
    std::error_code ignored;
    fs::remove_all(m_podman->path() / "store-of-inputs", ignored);
}

Recipe TestRecipeBuild::recipe(const std::string &name)
{
    Recipe recipe{.id = name, .architectures = {"x86_64", "aarch64"}};
    const fs::path package = m_podman->path() / "package.tar";
    auto tar = TarWriter::create(package);
    const bool written = tar && tar->addFile("read", "me") && tar->addFile("start", "it", 0755)
                         && tar->addFile("bin/step", *readFile(m_step), 0755) && tar->finish();
    if (!written)
        qFatal("no package");
    if (name == "debian-root")
        recipe.inputs.push_back({.debs = {wantedFile(package)}, .rootfsTar = "root.tar"});
    if (name == "two-stages")
        recipe.inputs.push_back(
            {.file = wantedFile(package), .unpackTo = "package", .only = {"read", "start"}});
    recipe.contextFiles["step"] = m_step;
    addFolder(recipe, FIRSTLIGHT_TESTS_DIR "/runners/images/recipes/" + name);
    return recipe;
}

Result<std::string> TestRecipeBuild::ensure(const Recipe &recipe, Progress &progress, std::stop_token stop)
{
    Store store(m_podman->path() / "store-of-inputs");
    Libpod podman(m_podman->socket());
    return ensureRecipeImage(recipe, "x86_64", store, podman, m_podman->host(), work(), progress, stop);
}

/// What a failed or cancelled build must not leave: containers, images, files, processes.
QString TestRecipeBuild::leftovers() const
{
    std::string left = m_podman->containers() + m_podman->images();
    for (const auto &entry : fs::directory_iterator(work())) {
        if (entry.path().extension() != ".lock")
            left += entry.path().string() + "\n";
    }
    if (stepRuns())
        left += "a process\n";
    const auto mounts = readFile("/proc/self/mountinfo").value_or("");
    if (mounts.find(m_podman->path().string() + "/store/overlay/") != std::string::npos)
        left += "a mount\n";
    return QString::fromStdString(left);
}

void TestRecipeBuild::buildsAndSaysSo()
{
    const Recipe wanted = recipe("two-stages");
    const auto id = ensure(wanted, m_progress);
    QVERIFY2(id, qPrintable(sentence(id)));
    QCOMPARE(id->size(), std::size_t(64));

    Libpod podman(m_podman->socket());
    const auto image = podman.get("/images/" + *id + "/json");
    QVERIFY(image);
    QCOMPARE(textAt(*image, "/RepoTags/0"), recipeReference(wanted));
    QCOMPARE(textAt(*image, "/Labels/org.firstlight.recipe"), std::string("two-stages"));
    QCOMPARE(textAt(*image, "/Labels/org.firstlight.recipe-digest"), wanted.digest);
    QCOMPARE(textAt(*image, "/Created"), std::string("1970-01-01T00:00:00Z"));
    // Neither an intermediate image nor a working container.
    QCOMPARE(m_podman->images(), "sha256:" + *id + "\n");
    QCOMPARE(m_podman->containers(), std::string());

    for (const std::string phase : {"download", "unpack", "build"})
        QVERIFY2(m_progress.last(phase).finished, phase.c_str());
    const ProgressUpdate build = m_progress.last("build");
    QCOMPARE(build.unit, ProgressUnit::Steps);
    QCOMPARE(build.total, std::optional<std::uint64_t>(10)); // 8 in the Containerfile, 2 labels
    QCOMPARE(build.done, std::uint64_t(10));
    QVERIFY(
        std::any_of(m_progress.updates.begin(), m_progress.updates.end(), [](const ProgressUpdate &update) {
            return update.subject == "RUN [\"/step\", \"write\", \"/made\"]"
                   || update.subject.starts_with("COPY") || update.subject.starts_with("RUN");
        }));
}

void TestRecipeBuild::sameDigestAfterRemoval()
{
    const Recipe wanted = recipe("two-stages");
    const auto first = ensure(wanted, m_progress);
    QVERIFY2(first, qPrintable(sentence(first)));
    QVERIFY(m_podman->run({"rmi", "--force", *first}));
    QCOMPARE(m_podman->images(), std::string());
    QTest::qSleep(1100); // another second on the clock
    const auto second = ensure(wanted, m_progress);
    QVERIFY2(second, qPrintable(sentence(second)));
    QCOMPARE(*second, *first);
}

void TestRecipeBuild::upToDateIsNotBuilt()
{
    const Recipe wanted = recipe("two-stages");
    const auto first = ensure(wanted, m_progress);
    QVERIFY2(first, qPrintable(sentence(first)));
    fs::remove_all(m_podman->path() / "store-of-inputs");
    RecordedProgress second;
    const auto again = ensure(wanted, second);
    QVERIFY2(again, qPrintable(sentence(again)));
    QCOMPARE(*again, *first);
    QVERIFY(second.updates.empty());
    QVERIFY(!fs::exists(m_podman->path() / "store-of-inputs"));
}

void TestRecipeBuild::changedRecipeHasAnotherTag()
{
    Recipe wanted = recipe("two-stages");
    const auto first = ensure(wanted, m_progress);
    QVERIFY2(first, qPrintable(sentence(first)));
    // The same tag with another content, as somebody might make by hand, is not taken for the recipe's image.
    wanted.digest[40] = wanted.digest[40] == '0' ? '1' : '0';
    RecordedProgress second;
    const auto again = ensure(wanted, second);
    QVERIFY2(again, qPrintable(sentence(again)));
    QVERIFY(second.hasPhase("build"));
    QVERIFY(*again != *first);
    // The one that lost its tag is gone.
    QCOMPARE(m_podman->images(), "sha256:" + *again + "\n");
}

void TestRecipeBuild::debianRootRuns()
{
    const auto id = ensure(recipe("debian-root"), m_progress);
    QVERIFY2(id, qPrintable(sentence(id)));
}

void TestRecipeBuild::stepHasNoNetwork()
{
    const auto id = ensure(recipe("online"), m_progress);
    QVERIFY2(!id, "a step could reach the network");
    QCOMPARE(id.error().code, std::string("recipe-build-failed"));
    QVERIFY2(id.error().detail.find("interface lo") != std::string::npos, id.error().detail.c_str());
    QVERIFY2(id.error().detail.find("Network is unreachable") != std::string::npos,
             id.error().detail.c_str());
}

void TestRecipeBuild::failingStepTellsItsLastLines()
{
    const auto id = ensure(recipe("failing"), m_progress);
    QVERIFY(!id);
    QCOMPARE(id.error().code, std::string("recipe-build-failed"));
    QCOMPARE(id.error().facts, (Facts{{"recipe", "failing"}, {"step", "RUN [\"/step\", \"fail\"]"}}));
    QVERIFY2(id.error().detail.find("line 40\n") != std::string::npos, id.error().detail.c_str());
    QVERIFY(id.error().detail.find("line 3\n") == std::string::npos);
    QVERIFY(id.error().detail.find("exit status 7") != std::string::npos);
    QCOMPARE(leftovers(), QString());
}

void TestRecipeBuild::cancelDuringAStep()
{
    std::stop_source stop;
    m_progress.onUpdate = [&](const ProgressUpdate &update) {
        if (update.subject.starts_with("RUN") && stepRuns())
            stop.request_stop();
    };
    const auto id = ensure(recipe("sleeping"), m_progress, stop.get_token());
    QVERIFY(stop.stop_requested());
    QVERIFY(!id);
    QCOMPARE(id.error().kind, ErrorKind::Cancelled);
    QCOMPARE(leftovers(), QString());
    // The step was ended, not waited for.
    QVERIFY(!m_progress.last("build").finished);
}

void TestRecipeBuild::cancelBeforeAStep()
{
    std::stop_source stop;
    m_progress.onUpdate = [&](const ProgressUpdate &update) {
        if (update.phase == "build")
            stop.request_stop();
    };
    const auto id = ensure(recipe("sleeping"), m_progress, stop.get_token());
    QVERIFY(!id);
    QCOMPARE(id.error().kind, ErrorKind::Cancelled);
    QCOMPARE(leftovers(), QString());
}

void TestRecipeBuild::killedLauncherLeavesItsBuildToTheNext()
{
    const Recipe wanted = recipe("sleeping");
    const pid_t launcher = ::fork();
    if (launcher == 0) {
        static_cast<void>(ensure(wanted, m_progress));
        ::_exit(0);
    }
    const BuildFolder folder{work() / wanted.id};
    QTRY_VERIFY_WITH_TIMEOUT(findPodmanBuild(folder) && stepRuns(), 20000);
    ::kill(launcher, SIGKILL);
    ::waitpid(launcher, nullptr, 0);
    QVERIFY(findPodmanBuild(folder));

    const auto id = ensure(wanted, m_progress);
    QVERIFY2(id, qPrintable(sentence(id)));
    QVERIFY(!m_progress.hasPhase("unpack"));
    QVERIFY(m_progress.last("build").finished);
    QCOMPARE(m_podman->images(), "sha256:" + *id + "\n");
    QVERIFY(!fs::exists(folder.path));
}

void TestRecipeBuild::twoProcessesBuildOnce()
{
    const Recipe wanted = recipe("two-stages");
    std::vector<pid_t> launchers;
    for (int number = 0; number < 2; ++number) {
        const fs::path result = m_podman->path() / ("result-" + std::to_string(number));
        const pid_t launcher = ::fork();
        if (launcher == 0) {
            RecordedProgress progress;
            const auto id = ensure(wanted, progress);
            std::ofstream(result) << (progress.hasPhase("build") ? "built " : "found ")
                                  << id.value_or("nothing");
            ::_exit(0);
        }
        launchers.push_back(launcher);
    }
    std::vector<std::string> results;
    for (int number = 0; number < 2; ++number) {
        ::waitpid(launchers.at(std::size_t(number)), nullptr, 0);
        results.push_back(*readFile(m_podman->path() / ("result-" + std::to_string(number))));
    }
    std::sort(results.begin(), results.end());
    QVERIFY2(results[0].starts_with("built "), results[0].c_str());
    QVERIFY2(results[1].starts_with("found "), results[1].c_str());
    QCOMPARE(results[0].substr(6), results[1].substr(6));
    QCOMPARE(m_podman->images(), "sha256:" + results[0].substr(6) + "\n");
}

void TestRecipeBuild::wrongChecksum()
{
    Recipe wanted = recipe("two-stages");
    wanted.inputs.front().file.sha256 = std::string(64, '0');
    const auto id = ensure(wanted, m_progress);
    QVERIFY(!id);
    const Error *error = &id.error();
    while (error->code != "checksum-wrong" && error->cause)
        error = error->cause.get();
    QCOMPARE(error->code, std::string("checksum-wrong"));
    QVERIFY(!m_progress.hasPhase("unpack"));
    QCOMPARE(leftovers(), QString());
}

void TestRecipeBuild::otherArchitecture()
{
    Recipe wanted = recipe("two-stages");
    wanted.architectures = {"aarch64", "riscv64"};
    const auto id = ensure(wanted, m_progress);
    QVERIFY(!id);
    QCOMPARE(id.error().code, std::string("recipe-architecture"));
    QCOMPARE(id.error().facts,
             (Facts{{"recipe", "two-stages"}, {"found", "x86_64"}, {"needed", "aarch64, riscv64"}}));
}

void TestRecipeBuild::diskTooSmall()
{
    if (::geteuid() != 0)
        QSKIP("only root may mount a small file system");
    const fs::path small = m_podman->path() / "small";
    fs::create_directories(small);
    if (::mount("tmpfs", small.c_str(), "tmpfs", 0, "size=256k") != 0)
        QSKIP("no tmpfs may be mounted here");
    Store store(m_podman->path() / "store-of-inputs");
    Libpod podman(m_podman->socket());
    const auto id = ensureRecipeImage(recipe("debian-root"), "x86_64", store, podman, m_podman->host(), small,
                                      m_progress);
    ::umount(small.c_str());
    QVERIFY(!id);
    QCOMPARE(id.error().code, std::string("disk-too-small"));
    QCOMPARE(id.error().facts.at("path"), small.string());
    QVERIFY(std::stoull(id.error().facts.at("found")) < std::stoull(id.error().facts.at("needed")));
    // It is said before anything is fetched.
    QVERIFY(m_progress.updates.empty());
}

QTEST_GUILESS_MAIN(TestRecipeBuild)
#include "tst_recipe_build.moc"
