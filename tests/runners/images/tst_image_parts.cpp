#include "runners/images/build_disk.h"
#include "runners/images/build_log.h"
#include "runners/images/context_path.h"
#include "runners/images/process_tree.h"
#include "runners/images/written_paths.h"

#include "core/process.h"

#include <QTest>

#include <csignal>
#include <unistd.h>

using namespace firstlight;

class TestImageParts : public QObject {
    Q_OBJECT

private slots:
    void contextPaths_data();
    void contextPaths();
    void leadingComponents_data();
    void leadingComponents();
    void patterns_data();
    void patterns();
    void mergedUsr_data();
    void mergedUsr();
    void nothingIsWrittenThroughALink();
    void missingFoldersAreNamedOnce();
    void buildLogFindsStepsAcrossPieces();
    void buildLogKeepsOnlyTheTail();
    void buildSteps_data();
    void buildSteps();
    void diskNeedsOfOneFileSystemAreAdded();
    void diskEstimateCountsEveryInput();
    void processTree();
};

void TestImageParts::contextPaths_data()
{
    QTest::addColumn<QString>("path");
    QTest::addColumn<QString>("clean"); // empty: refused
    QTest::newRow("plain") << "engine/lib.so"
                           << "engine/lib.so";
    QTest::newRow("dots and slashes") << "./engine//./lib.so/"
                                      << "engine/lib.so";
    QTest::newRow("two dots in a name") << "engine/..lib"
                                        << "engine/..lib";
    QTest::newRow("parent") << "engine/../../etc"
                            << "";
    QTest::newRow("parent at the end") << "engine/.."
                                       << "";
    QTest::newRow("absolute") << "/etc/passwd"
                              << "";
    QTest::newRow("empty") << ""
                           << "";
    QTest::newRow("only a dot") << "./"
                                << "";
}

void TestImageParts::contextPaths()
{
    QFETCH(QString, path);
    QFETCH(QString, clean);
    const auto found = contextPath(path.toStdString());
    QCOMPARE(QString::fromStdString(found.value_or("")), clean);
    if (!found)
        QCOMPARE(found.error().code, std::string("recipe-path-unsafe"));
}

void TestImageParts::leadingComponents_data()
{
    QTest::addColumn<QString>("path");
    QTest::addColumn<int>("components");
    QTest::addColumn<QString>("rest"); // empty: nothing left
    QTest::newRow("none") << "package/a" << 0 << "package/a";
    QTest::newRow("one") << "package/bins/a" << 1 << "bins/a";
    QTest::newRow("all but the name") << "package/bins/a" << 2 << "a";
    QTest::newRow("all") << "package/bins/a" << 3 << "";
    QTest::newRow("more than there are") << "a" << 7 << "";
}

void TestImageParts::leadingComponents()
{
    QFETCH(QString, path);
    QFETCH(int, components);
    QFETCH(QString, rest);
    QCOMPARE(QString::fromStdString(withoutLeading(path.toStdString(), components).value_or("")), rest);
}

void TestImageParts::patterns_data()
{
    QTest::addColumn<QString>("path");
    QTest::addColumn<QString>("pattern");
    QTest::addColumn<bool>("fits");
    QTest::newRow("star in a name") << "bins/libllama.so"
                                    << "bins/lib*.so" << true;
    QTest::newRow("star over a slash") << "usr/share/doc/git/contrib/x"
                                       << "usr/share/doc/*/*" << true;
    QTest::newRow("the folder itself") << "usr/share/doc/git"
                                       << "usr/share/doc/*/*" << false;
    QTest::newRow("whole path") << "x/LICENSE"
                                << "LICENSE" << false;
    QTest::newRow("set") << "a.so.1"
                         << "a.so.[0-9]" << true;
}

void TestImageParts::patterns()
{
    QFETCH(QString, path);
    QFETCH(QString, pattern);
    QFETCH(bool, fits);
    QCOMPARE(matchesAny(path.toStdString(), {"never", pattern.toStdString()}), fits);
    QCOMPARE(matchesAny(path.toStdString(), {}), false);
}

void TestImageParts::mergedUsr_data()
{
    QTest::addColumn<QString>("path");
    QTest::addColumn<QString>("merged");
    QTest::newRow("program") << "bin/sh"
                             << "usr/bin/sh";
    QTest::newRow("folder") << "sbin"
                            << "usr/sbin";
    QTest::newRow("loader") << "lib64/ld-linux-x86-64.so.2"
                            << "usr/lib64/ld-linux-x86-64.so.2";
    QTest::newRow("library") << "lib/x86_64-linux-gnu/libc.so.6"
                             << "usr/lib/x86_64-linux-gnu/libc.so.6";
    QTest::newRow("below usr") << "usr/bin/make"
                               << "usr/bin/make";
    QTest::newRow("longer name") << "libexec/x"
                                 << "libexec/x";
}

void TestImageParts::mergedUsr()
{
    QFETCH(QString, path);
    QFETCH(QString, merged);
    QCOMPARE(QString::fromStdString(mergedUsrPath(path.toStdString())), merged);
}

void TestImageParts::nothingIsWrittenThroughALink()
{
    WrittenPaths written;
    QVERIFY(written.add("a", {.directory = false, .origin = 1}));
    const auto through = written.add("a/passwd", {.directory = false, .origin = 1});
    QVERIFY(!through);
    QCOMPARE(through.error().code, std::string("recipe-path-conflict"));
    QCOMPARE(through.error().facts.at("path"), std::string("a/passwd"));
}

void TestImageParts::missingFoldersAreNamedOnce()
{
    WrittenPaths written;
    const auto first = written.add("a/b/c", {.directory = false, .origin = 1});
    QCOMPARE(*first, (std::vector<std::string>{"a", "a/b"}));
    const auto second = written.add("a/d/e", {.directory = false, .origin = 2});
    QCOMPARE(*second, (std::vector<std::string>{"a/d"}));
    QVERIFY(written.find("a/b")->directory);
    QCOMPARE(written.find("a/d/e")->origin, std::size_t(2));
    QVERIFY(!written.find("a/x"));
}

void TestImageParts::buildLogFindsStepsAcrossPieces()
{
    BuildLog log;
    log.add("STEP 1/2: FROM scratch\nWARN: STEP 9/9: no\n[2/2] STE");
    QCOMPARE(*log.step(), (BuildStep{1, "FROM scratch"}));
    log.add("P 1/3: COPY page/ /page/\n");
    QCOMPARE(*log.step(), (BuildStep{2, "COPY page/ /page/"}));
    log.add("unfinished");
    QCOMPARE(
        log.tail(),
        std::string(
            "STEP 1/2: FROM scratch\nWARN: STEP 9/9: no\n[2/2] STEP 1/3: COPY page/ /page/\nunfinished"));
}

void TestImageParts::buildLogKeepsOnlyTheTail()
{
    BuildLog log;
    for (int line = 1; line <= 100; ++line)
        log.add("line " + std::to_string(line) + "\n");
    QVERIFY(log.tail().starts_with("line 71\n"));
    QVERIFY(log.tail().ends_with("line 100"));
    log.add(std::string(1 << 20, 'x'));
    QVERIFY(log.tail().size() < 10000);
    QVERIFY(!log.step());
}

void TestImageParts::buildSteps_data()
{
    QTest::addColumn<QString>("containerfile");
    QTest::addColumn<int>("steps");
    QTest::newRow("empty") << "" << 0;
    QTest::newRow("comments and blanks") << "# x\n\nFROM scratch\n  # y\nCOPY a b" << 2;
    QTest::newRow("continued") << "FROM scratch\nRUN a && \\\n    b && \\\n# in between\n    c\nCMD d\n" << 3;
    QTest::newRow("argument before FROM") << "ARG base\nfrom scratch\nARG later\n" << 2;
    QTest::newRow("two stages") << "FROM scratch AS a\nCOPY x /\n\nFROM scratch\nCOPY --from=a x /\r\n" << 4;
}

void TestImageParts::buildSteps()
{
    QFETCH(QString, containerfile);
    QFETCH(int, steps);
    QCOMPARE(countBuildSteps(containerfile.toStdString()), std::size_t(steps));
}

void TestImageParts::diskNeedsOfOneFileSystemAreAdded()
{
    const std::filesystem::path here = FIRSTLIGHT_BINARY_DIR;
    QVERIFY(checkDisk({{here, 1}, {here / "not/there/yet", 1}}));
    constexpr std::uint64_t half = std::uint64_t(1) << 62;
    const auto tooMuch = checkDisk({{here, half}, {here / "not/there/yet", half}});
    QVERIFY(!tooMuch);
    QCOMPARE(tooMuch.error().code, std::string("disk-too-small"));
    QCOMPARE(tooMuch.error().facts.at("needed"), std::to_string(2 * half));
    QCOMPARE(tooMuch.error().facts.at("path"), here.string());
    QVERIFY(std::stoull(tooMuch.error().facts.at("found")) > 0);
}

void TestImageParts::diskEstimateCountsEveryInput()
{
    Recipe recipe;
    QCOMPARE(estimateContextBytes(recipe), std::uint64_t(0));
    recipe.inputs.push_back({.file = {.name = "a", .sources = {}, .sizeBytes = 10}, .placeAt = "a"});
    QCOMPARE(estimateContextBytes(recipe), std::uint64_t(10));
    recipe.inputs.push_back({.file = {.name = "b", .sources = {}, .sizeBytes = 10}, .unpackTo = "b"});
    const auto unpacked = estimateContextBytes(recipe);
    QVERIFY(unpacked > 20);
    recipe.inputs.push_back({.debs = {{.name = "c", .sources = {}, .sizeBytes = 10}}, .rootfsTar = "c.tar"});
    QVERIFY(estimateContextBytes(recipe) >= unpacked + 40);
}

void TestImageParts::processTree()
{
    const auto child = startDetached({.program = "sleep", .arguments = {"60"}}, "");
    QVERIFY(child);
    const auto started = processStartTime(*child);
    QVERIFY(started && !started->empty());
    // The child belongs to process 1 or to a subreaper, in any case not to itself.
    QCOMPARE(descendantsNamed(*child, "sleep"), std::vector<int>{});
    ::kill(*child, SIGKILL);
    QTRY_VERIFY(!processStartTime(*child));
    QVERIFY(!processStartTime(0));
    QVERIFY(processStartTime(::getpid()));
}

QTEST_GUILESS_MAIN(TestImageParts)
#include "tst_image_parts.moc"
