#include "runners/images/recipe_build.h"
#include "runners/images/root_filesystem.h"

#include "core/process.h"
#include "recipe_inputs.h"
#include "recorded_progress.h"

#include <QTemporaryDir>
#include <QTest>

#include <fstream>
#include <optional>
#include <sys/stat.h>

using namespace firstlight;
namespace fs = std::filesystem;

namespace {

/// What a package of the tests holds.
struct Item {
    std::string path;
    std::string content; ///< of a file
    unsigned mode = 0644;
    char type = 'f'; ///< f, d, l (symlink to content), h (hard link to content)
};

fs::path writePackage(const fs::path &path, const std::vector<Item> &items)
{
    auto tar = TarWriter::create(path);
    for (const Item &item : items) {
        Result<void> added;
        if (item.type == 'd')
            added = tar->addDirectory(item.path, item.mode);
        else if (item.type == 'l')
            added = tar->addSymlink(item.path, item.content);
        else if (item.type == 'h')
            added = tar->addHardlink(item.path, item.content);
        else
            added = tar->addFile(item.path, item.content, item.mode);
        if (!added)
            qFatal("%s: %s", item.path.c_str(), added.error().detail.c_str());
    }
    if (!tar->finish())
        qFatal("cannot write %s", path.c_str());
    return path;
}

void writeFile(const fs::path &path, const std::string &content)
{
    fs::create_directories(path.parent_path());
    std::ofstream(path) << content;
}

/// A tar as another program writes it: \a files of \a folder in that order, with that time.
bool writeForeignTar(const fs::path &tar, const fs::path &folder, std::vector<std::string> files,
                     const std::string &time)
{
    ProcessSpec spec{.program = "tar",
                     .arguments = {"--no-recursion", "--mtime=@" + time, "-C", folder, "-cf", tar}};
    spec.arguments.insert(spec.arguments.end(), files.begin(), files.end());
    return runChecked(spec).has_value();
}

} // namespace

class TestBuildContext : public QObject {
    Q_OBJECT

private slots:
    void init();
    void rootBeginsWithTheSkeleton();
    void packagesGoBelowUsr();
    void laterPackageWins();
    void specialBitsAndNodesAreDropped();
    void excludedFilesStayOut();
    void licencesAndFoldersStay();
    void hardLinkToWhatIsLeftOut();
    void folderAgainstLink();
    void newReleasesBringTheirOwnLinks();
    void realDebianPackage();
    void rootIsReproducible();
    void unpackStripsAndSelects();
    void placeAtKeepsTheFile();
    void modesAndTimesAreFixed();
    void contextIsReproducible();
    void progressCountsInputs();
    void refused_data();
    void refused();
    void traversalInAPackage();
    void linkInAPackageIsNotFollowed();
    void missingInput();
    void patternThatFitsNothing();
    void cancelled();

private:
    fs::path at(const std::string &name) const { return fs::path(m_folder->path().toStdString()) / name; }
    Result<std::vector<SeenEntry>> root(const std::vector<fs::path> &packages,
                                        const std::vector<std::string> &exclude = {});
    Result<void> context(const Recipe &recipe, const std::string &name = "context");

    std::optional<QTemporaryDir> m_folder;
    std::optional<Store> m_store;
    RecordedProgress m_progress;
};

void TestBuildContext::init()
{
    m_folder.emplace();
    m_store.emplace(at("store"));
    m_progress = {};
}

Result<std::vector<SeenEntry>> TestBuildContext::root(const std::vector<fs::path> &packages,
                                                      const std::vector<std::string> &exclude)
{
    RootFilesystem root{.packages = packages, .names = {}, .exclude = exclude};
    for (const fs::path &package : packages)
        root.names.push_back(package.filename());
    if (auto written = writeRootFilesystem(root, at("root.tar"), [](std::uint64_t) {}); !written)
        return fail(written.error());
    return readTar(at("root.tar"));
}

/// Fetches the inputs and writes the context.
Result<void> TestBuildContext::context(const Recipe &recipe, const std::string &name)
{
    NoProgress ignored;
    for (const RecipeInput &input : recipe.inputs) {
        std::vector<WantedFile> files = input.debs;
        if (input.rootfsTar.empty())
            files = {input.file};
        for (const WantedFile &file : files) {
            if (auto fetched = m_store->fetch(file, ignored); !fetched)
                return fail(fetched.error());
        }
    }
    return writeBuildContext(recipe, *m_store, at(name), m_progress);
}

namespace {

bool has(const std::vector<SeenEntry> &entries, const std::string &path)
{
    const auto count = std::count_if(entries.begin(), entries.end(),
                                     [&](const SeenEntry &seen) { return seen.entry.path == path; });
    if (count > 1)
        qFatal("%s was written twice", path.c_str());
    return count == 1;
}

SeenEntry entryOf(const std::vector<SeenEntry> &entries, const std::string &path)
{
    const auto found = std::find_if(entries.begin(), entries.end(),
                                    [&](const SeenEntry &seen) { return seen.entry.path == path; });
    return has(entries, path) ? *found
                              : SeenEntry{.entry = {.type = ArchiveEntry::Type::Other}, .content = "missing"};
}

} // namespace

void TestBuildContext::rootBeginsWithTheSkeleton()
{
    const auto entries = root({});
    QVERIFY(entries);
    for (const std::string name : {"bin", "sbin", "lib", "lib64"}) {
        const SeenEntry link = entryOf(*entries, name);
        QCOMPARE(link.entry.type, ArchiveEntry::Type::Symlink);
        QCOMPARE(link.entry.linkTarget, "usr/" + name);
        QCOMPARE(entryOf(*entries, "usr/" + name).entry.type, ArchiveEntry::Type::Directory);
    }
    QCOMPARE(entryOf(*entries, "tmp").entry.mode, 01777u);
    QVERIFY(entryOf(*entries, "etc/passwd").content.find("nobody:x:65534:65534:") != std::string::npos);
    QVERIFY(entryOf(*entries, "etc/group").content.starts_with("root:x:0:\n"));
}

void TestBuildContext::packagesGoBelowUsr()
{
    const auto package = writePackage(at("a.tar"), {{"bin", "", 0755, 'd'},
                                                    {"bin/sh", "shell", 0755},
                                                    {"bin/dash", "bin/sh", 0755, 'h'},
                                                    {"lib64/ld.so", "/lib/ld-2.so", 0777, 'l'}});
    const auto entries = root({package});
    QVERIFY(entries);
    QCOMPARE(entryOf(*entries, "usr/bin/sh").content, std::string("shell"));
    QCOMPARE(entryOf(*entries, "usr/bin/sh").entry.mode, 0755u);
    QCOMPARE(entryOf(*entries, "usr/bin/dash").entry.type, ArchiveEntry::Type::Hardlink);
    QCOMPARE(entryOf(*entries, "usr/bin/dash").entry.linkTarget, std::string("usr/bin/sh"));
    QCOMPARE(entryOf(*entries, "usr/lib64/ld.so").entry.linkTarget, std::string("/lib/ld-2.so"));
    QCOMPARE(entryOf(*entries, "bin").entry.type, ArchiveEntry::Type::Symlink);
}

void TestBuildContext::laterPackageWins()
{
    const auto first = writePackage(at("a.tar"), {{"usr/share/x", "old"}, {"usr/share/only-a", "a"}});
    const auto second = writePackage(at("b.tar"), {{"usr/share/x", "new"}});
    const auto entries = root({first, second});
    QVERIFY(entries);
    QCOMPARE(entryOf(*entries, "usr/share/x").content, std::string("new"));
    QCOMPARE(entryOf(*entries, "usr/share/only-a").content, std::string("a"));
}

void TestBuildContext::specialBitsAndNodesAreDropped()
{
    QVERIFY(fs::create_directories(at("tree/usr/bin")));
    QCOMPARE(::mkfifo(at("tree/usr/bin/pipe").c_str(), 0644), 0);
    writeFile(at("tree/usr/bin/su"), "su");
    QCOMPARE(::chmod(at("tree/usr/bin/su").c_str(), 06755), 0);
    QVERIFY(writeForeignTar(at("a.tar"), at("tree"), {"usr/bin/pipe", "usr/bin/su"}, "77"));
    const auto entries = root({at("a.tar")});
    QVERIFY(entries);
    QVERIFY(!has(*entries, "usr/bin/pipe"));
    QCOMPARE(entryOf(*entries, "usr/bin/su").entry.mode, 0755u);
}

void TestBuildContext::excludedFilesStayOut()
{
    const auto package = writePackage(
        at("a.tar"),
        {{"usr/share/man/man1/x.1", "page"}, {"bin/x", "program"}, {"usr/share/man/y", "x", 0777, 'l'}});
    const auto entries = root({package}, {"usr/share/man/*", "nothing"});
    QVERIFY(entries);
    QVERIFY(!has(*entries, "usr/share/man/man1/x.1"));
    QVERIFY(!has(*entries, "usr/share/man/y"));
    QVERIFY(has(*entries, "usr/bin/x"));
    // Patterns are for the paths in the root, not for those in the package.
    QVERIFY(!has(*root({package}, {"usr/bin/x"}), "usr/bin/x"));
}

void TestBuildContext::licencesAndFoldersStay()
{
    const auto package = writePackage(at("a.tar"), {{"usr/share/doc/x", "", 0755, 'd'},
                                                    {"usr/share/doc/x/copyright", "licence"},
                                                    {"usr/share/doc/x/changelog.gz", "news"},
                                                    {"usr/share/doc/y", "", 0700, 'd'}});
    const auto entries = root({package}, {"usr/share/doc/*"});
    QVERIFY(entries);
    QCOMPARE(entryOf(*entries, "usr/share/doc/x/copyright").content, std::string("licence"));
    QVERIFY(!has(*entries, "usr/share/doc/x/changelog.gz"));
    QCOMPARE(entryOf(*entries, "usr/share/doc/y").entry.mode, 0700u);
}

void TestBuildContext::hardLinkToWhatIsLeftOut()
{
    const auto first = writePackage(at("a.tar"), {{"usr/bin/x", "x"}, {"usr/bin/y", "usr/bin/x", 0644, 'h'}});
    const auto excluded = root({first}, {"usr/bin/x"});
    QVERIFY(!excluded);
    QCOMPARE(excluded.error().code, std::string("recipe-link-broken"));
    QCOMPARE(excluded.error().facts.at("target"), std::string("usr/bin/x"));
    QCOMPARE(excluded.error().facts.at("input"), std::string("a.tar"));
    // The same when another package replaces the file: the link would become a name of that one.
    const auto second = writePackage(at("b.tar"), {{"usr/bin/x", "other"}});
    QCOMPARE(root({first, second}).error().code, std::string("recipe-link-broken"));
}

void TestBuildContext::folderAgainstLink()
{
    const auto folder = writePackage(at("a.tar"), {{"usr/share/x", "", 0755, 'd'}, {"usr/share/x/y", "y"}});
    const auto link = writePackage(at("b.tar"), {{"usr/share/x", "elsewhere", 0777, 'l'}});
    for (const auto &packages : {std::vector{folder, link}, std::vector{link, folder}}) {
        const auto entries = root(packages);
        QVERIFY(!entries);
        QCOMPARE(entries.error().code, std::string("recipe-path-conflict"));
        QCOMPARE(entries.error().facts.at("path"), std::string("usr/share/x"));
    }
}

void TestBuildContext::newReleasesBringTheirOwnLinks()
{
    const auto package
        = writePackage(at("a.tar"), {{"bin", "usr/bin", 0777, 'l'}, {"lib", "usr/lib", 0777, 'l'}});
    const auto entries = root({package});
    QVERIFY(entries);
    QCOMPARE(entryOf(*entries, "usr/bin").entry.type, ArchiveEntry::Type::Directory);
}

void TestBuildContext::realDebianPackage()
{
    if (!findProgram("dpkg-deb"))
        QSKIP("dpkg-deb is not installed");
    writeFile(at("tree/DEBIAN/control"),
              "Package: x\nVersion: 1\nArchitecture: all\nMaintainer: x <x@example.org>\nDescription: x\n");
    writeFile(at("tree/DEBIAN/postinst"), "#!/bin/sh\nexit 1\n");
    fs::permissions(at("tree/DEBIAN/postinst"), fs::perms(0755));
    writeFile(at("tree/bin/x"), "program");
    QVERIFY(runChecked({.program = "dpkg-deb", .arguments = {"--build", at("tree"), at("x.deb")}}));
    const auto entries = root({at("x.deb")});
    QVERIFY(entries);
    QCOMPARE(entryOf(*entries, "usr/bin/x").content, std::string("program"));
    for (const SeenEntry &seen : *entries)
        QVERIFY2(seen.entry.path.find("postinst") == std::string::npos, seen.entry.path.c_str());
}

void TestBuildContext::rootIsReproducible()
{
    for (const std::string name : {"bin/b", "etc/a", "usr/share/c"})
        writeFile(at("tree/" + name), name);
    QVERIFY(writeForeignTar(at("a.tar"), at("tree"), {"bin/b", "etc/a", "usr/share/c"}, "1000"));
    QVERIFY(root({at("a.tar")}));
    const auto first = sha256OfFile(at("root.tar"));
    QVERIFY(writeForeignTar(at("a.tar"), at("tree"), {"bin/b", "etc/a", "usr/share/c"}, "999999999"));
    QVERIFY(root({at("a.tar")}));
    QCOMPARE(*sha256OfFile(at("root.tar")), *first);
}

void TestBuildContext::unpackStripsAndSelects()
{
    const auto package
        = writePackage(at("p.tar"), {{"package/bins/x64/liba.so", "a"},
                                     {"package/bins/x64/liba.so.1", "liba.so", 0777, 'l'},
                                     {"package/bins/x64/libb.so", "package/bins/x64/liba.so", 0644, 'h'},
                                     {"package/LICENSE", "MIT"},
                                     {"package/README", "no"},
                                     {"top", "no"}});
    Recipe recipe{.id = "r"};
    recipe.inputs.push_back({.file = wantedFile(package),
                             .unpackTo = "engine",
                             .stripComponents = 1,
                             .only = {"bins/x64/lib*", "LICENSE"}});
    const auto written = context(recipe);
    QVERIFY2(written, written ? "" : written.error().code.c_str());
    QCOMPARE(readFile(at("context/engine/bins/x64/liba.so")).value_or("?"), std::string("a"));
    QCOMPARE(readFile(at("context/engine/bins/x64/libb.so")).value_or("?"), std::string("a"));
    QCOMPARE(fs::read_symlink(at("context/engine/bins/x64/liba.so.1")), fs::path("liba.so"));
    QVERIFY(fs::exists(at("context/engine/LICENSE")));
    QVERIFY(!fs::exists(at("context/engine/README")));
    QVERIFY(!fs::exists(at("context/engine/top")));
}

void TestBuildContext::placeAtKeepsTheFile()
{
    writeFile(at("model.gguf"), "weights");
    Recipe recipe{.id = "r"};
    recipe.inputs.push_back({.file = wantedFile(at("model.gguf")), .placeAt = "models/m.gguf"});
    QVERIFY(context(recipe));
    QCOMPARE(readFile(at("context/models/m.gguf")).value_or("?"), std::string("weights"));
}

void TestBuildContext::modesAndTimesAreFixed()
{
    const auto package
        = writePackage(at("p.tar"), {{"run", "x", 0700}, {"read", "x", 0600}, {"deep/er", "", 0711, 'd'}});
    writeFile(at("recipe/Containerfile"), "FROM scratch\n");
    writeFile(at("recipe/tool"), "x");
    fs::permissions(at("recipe/tool"), fs::perms(0711));
    Recipe recipe{.id = "r"};
    recipe.inputs.push_back({.file = wantedFile(package), .unpackTo = "p"});
    addFolder(recipe, at("recipe"));
    const mode_t old = ::umask(077);
    const auto written = context(recipe);
    ::umask(old);
    QVERIFY(written);
    for (const auto &entry : fs::recursive_directory_iterator(at("context"))) {
        struct stat info { };
        QCOMPARE(::lstat(entry.path().c_str(), &info), 0);
        const std::string name = entry.path().filename();
        const bool open = S_ISDIR(info.st_mode) || name == "run" || name == "tool";
        QCOMPARE(info.st_mode & 07777u, open ? 0755u : 0644u);
        QCOMPARE(info.st_mtime, time_t(0));
    }
}

void TestBuildContext::contextIsReproducible()
{
    const std::vector<std::string> files{"b/two", "a/one", "c"};
    for (const std::string &name : files)
        writeFile(at("tree/" + name), name);
    const std::vector<std::vector<std::string>> orders{files, {"c", "a/one", "b/two"}};
    std::string first;
    for (const auto &order : orders) {
        QVERIFY(writeForeignTar(at("p.tar"), at("tree"), order, first.empty() ? "1000" : "123456789"));
        Recipe recipe{.id = "r"};
        recipe.inputs.push_back({.file = wantedFile(at("p.tar")), .unpackTo = "p"});
        recipe.inputs.push_back({.debs = {wantedFile(at("p.tar"))}, .rootfsTar = "root.tar"});
        const std::string name = first.empty() ? "first" : "second";
        QVERIFY(context(recipe, name));
        fs::remove(at(name) / "root.tar"); // the order of a package's own entries is kept there
        fs::remove_all(at(name) / "licenses"); // and the package's digest here
        if (first.empty())
            first = describeTree(at(name));
        QVERIFY(!first.empty());
        QCOMPARE(describeTree(at(name)), first);
    }
}

void TestBuildContext::progressCountsInputs()
{
    writeFile(at("one"), "12345");
    writeFile(at("two"), "1234567");
    Recipe recipe{.id = "r"};
    recipe.inputs.push_back({.file = wantedFile(at("one")), .placeAt = "one"});
    recipe.inputs.push_back({.file = wantedFile(at("two")), .placeAt = "two"});
    QVERIFY(context(recipe));
    const ProgressUpdate last = m_progress.last("unpack");
    QVERIFY(last.finished);
    QCOMPARE(last.unit, ProgressUnit::Bytes);
    QCOMPARE(last.done, std::uint64_t(12));
    QCOMPARE(last.total, std::optional<std::uint64_t>(12));
}

void TestBuildContext::refused_data()
{
    QTest::addColumn<QString>("place");
    QTest::addColumn<QString>("code");
    QTest::newRow("parent") << "../x"
                            << "recipe-path-unsafe";
    QTest::newRow("absolute") << "/etc/x"
                              << "recipe-path-unsafe";
    QTest::newRow("twice") << "there"
                           << "recipe-path-conflict";
    QTest::newRow("below a file") << "there/x"
                                  << "recipe-path-conflict";
}

void TestBuildContext::refused()
{
    QFETCH(QString, place);
    QFETCH(QString, code);
    writeFile(at("x"), "x");
    Recipe recipe{.id = "r"};
    recipe.contextFiles["there"] = at("x");
    recipe.inputs.push_back({.file = wantedFile(at("x")), .placeAt = place.toStdString()});
    const auto written = context(recipe);
    QVERIFY(!written);
    QCOMPARE(QString::fromStdString(written.error().code), code);
    QCOMPARE(written.error().facts.at("input"), std::string("x"));
    QCOMPARE(written.error().kind, ErrorKind::DamagedCatalog);

    Recipe files{.id = "r"};
    files.contextFiles["there"] = at("x");
    files.contextFiles[place.toStdString() + (place == "there" ? "/y" : "")] = at("x");
    QVERIFY(!context(files, "other"));
}

void TestBuildContext::traversalInAPackage()
{
    writeFile(at("evil"), "x");
    QVERIFY(runChecked(
        {.program = "tar",
         .arguments = {"-P", "--transform=s,^evil,../../evil,", "-C", at(""), "-cf", at("p.tar"), "evil"}}));
    Recipe recipe{.id = "r"};
    recipe.inputs.push_back({.file = wantedFile(at("p.tar")), .unpackTo = "p"});
    const auto written = context(recipe);
    QVERIFY(!written);
    QCOMPARE(written.error().code, std::string("archive-unsafe"));
    QCOMPARE(root({at("p.tar")}).error().code, std::string("archive-unsafe"));
}

void TestBuildContext::linkInAPackageIsNotFollowed()
{
    fs::create_directories(at("outside"));
    const auto package = writePackage(at("p.tar"), {{"a", at("outside"), 0777, 'l'}, {"a/stolen", "x"}});
    Recipe recipe{.id = "r"};
    recipe.inputs.push_back({.file = wantedFile(package), .unpackTo = "p"});
    const auto written = context(recipe);
    QVERIFY(!written);
    QCOMPARE(written.error().code, std::string("recipe-path-conflict"));
    QVERIFY(fs::is_empty(at("outside")));
}

void TestBuildContext::missingInput()
{
    writeFile(at("x"), "x");
    Recipe recipe{.id = "r"};
    recipe.inputs.push_back({.file = wantedFile(at("x")), .placeAt = "x"});
    const auto written = writeBuildContext(recipe, *m_store, at("context"), m_progress);
    QVERIFY(!written);
    QCOMPARE(written.error().code, std::string("recipe-input-missing"));
    QCOMPARE(written.error().facts, (Facts{{"recipe", "r"}, {"name", "x"}}));
}

void TestBuildContext::patternThatFitsNothing()
{
    Recipe recipe{.id = "r"};
    recipe.inputs.push_back(
        {.file = wantedFile(writePackage(at("p.tar"), {{"a", "x"}})), .unpackTo = "p", .only = {"b"}});
    const auto written = context(recipe);
    QVERIFY(!written);
    QCOMPARE(written.error().code, std::string("recipe-input-empty"));
    QCOMPARE(written.error().facts.at("input"), std::string("p.tar"));
}

void TestBuildContext::cancelled()
{
    const auto package = writePackage(at("p.tar"), {{"a", "x"}, {"b", "x"}});
    NoProgress ignored;
    QVERIFY(m_store->fetch(wantedFile(package), ignored));
    std::stop_source stop;
    stop.request_stop();
    Recipe recipe{.id = "r"};
    recipe.inputs.push_back({.debs = {wantedFile(package)}, .rootfsTar = "root.tar"});
    const auto written = writeBuildContext(recipe, *m_store, at("context"), m_progress, stop.get_token());
    QVERIFY(!written);
    QCOMPARE(written.error().kind, ErrorKind::Cancelled);
    QVERIFY(!fs::exists(at("context/root.tar")));
}

QTEST_GUILESS_MAIN(TestBuildContext)
#include "tst_build_context.moc"
