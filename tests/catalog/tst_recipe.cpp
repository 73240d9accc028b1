#include "catalog/recipe.h"
#include "core/files.h"

#include <QtTest>

using namespace firstlight;
namespace fs = std::filesystem;

namespace {

std::string recipeText()
{
    return readFile(FIRSTLIGHT_TESTS_DIR "/catalog/data/recipe.yaml").value_or("");
}

const char *const lock = "# Debian 12: comment\n"
                         "libc6 2.36-9 pool/main/g/glibc/libc6_2.36-9_amd64.deb 2759320 "
                         "ba4f88f73dbc3ae9055f3c20f4523bfdbaf1ad13ff95e258924f77d20b4fbedf\n"
                         "\n"
                         "dash 0.5 pool/main/d/dash/dash_0.5_amd64.deb 91848 "
                         "33ea40061da2f1a861ec46212b2b6a34f0776a049b1a3f0abce2fb8cb994258f\n";

struct Images {
    TemporaryDirectory directory = *TemporaryDirectory::make(fs::temp_directory_path(), "firstlight-images-");
    fs::path folder = directory.path() / "images";

    Images()
    {
        write("one/recipe.yaml", recipeText());
        write("one/runtime.lock", lock);
        write("one/Containerfile", "FROM scratch\n");
        write("one/scripts/start.sh", "#!/bin/sh\n", 0755);
        write("one/.swp", "litter");
        write("one/__pycache__/a.pyc", "litter");
        write("page/index.html", "<p>");
        write("page/js/app.js", "1");
    }
    void write(const std::string &path, const std::string &content, unsigned mode = 0644) const
    {
        QVERIFY(writeFileAtomically(folder / path, content, mode));
    }
    Result<Recipe> load() const { return loadRecipe(folder, "one"); }
};

} // namespace

class TestRecipe : public QObject {
    Q_OBJECT

private slots:
    void whole()
    {
        const Images images;
        const Result<Recipe> recipe = images.load();
        QVERIFY2(recipe, recipe ? "" : (recipe.error().code + recipe.error().facts.at("field")).c_str());
        QCOMPARE(recipe->architectures, std::vector<std::string>{"x86_64"});
        QCOMPARE(recipe->inputs.size(), 3u);
        const RecipeInput &engine = recipe->inputs[0];
        QCOMPARE(engine.file.sources, std::vector<std::string>{"npm:@scope/engine@1.2.3"});
        QCOMPARE(engine.file.packageFile, std::string("engine-1.2.3.tgz"));
        QCOMPARE(engine.unpackTo, std::string("engine"));
        QCOMPARE(engine.stripComponents, 1);
        QCOMPARE(recipe->inputs[1].placeAt, std::string("in/m.whl"));
        QCOMPARE(*recipe->inputs[1].file.sizeBytes, 1000u);
        QCOMPARE(recipe->inputs[2].debs.size(), 2u);
        QCOMPARE(recipe->inputs[2].debs[0].sources,
                 std::vector<std::string>{"debian:pool/main/g/glibc/libc6_2.36-9_amd64.deb"});
        QCOMPARE(recipe->inputs[2].rootfsTar, std::string("runtime.tar"));
        QCOMPARE(recipe->downloadBytes(), 100u + 1000u + 2759320u + 91848u);

        std::vector<std::string> files;
        for (const auto &[path, file] : recipe->contextFiles)
            files.push_back(path);
        QCOMPARE(files, (std::vector<std::string>{"Containerfile", "page/index.html", "page/js/app.js",
                                                  "scripts/start.sh"}));
        QCOMPARE(recipe->digest.size(), 64u);
    }

    void digestIsTheSameElsewhere()
    {
        QCOMPARE(Images().load()->digest, Images().load()->digest);
        const Images images;
        const std::string before = images.load()->digest;
        images.write("one/recipe.yaml", "# only a comment\n" + recipeText());
        fs::permissions(images.folder / "one/Containerfile", fs::perms(0600)); // the umask of somebody else
        QCOMPARE(images.load()->digest, before);
    }

    void digestSeesEveryChange_data()
    {
        QTest::addColumn<QByteArray>("file");
        QTest::addColumn<QByteArray>("from");
        QTest::addColumn<QByteArray>("to");
        const auto row = [](const char *name, const char *file, const char *from, const char *to) {
            QTest::newRow(name) << QByteArray(file) << QByteArray(from) << QByteArray(to);
        };
        row("content", "one/Containerfile", "scratch", "Scratch");
        row("content of a copied folder", "page/js/app.js", "1", "2");
        row("digest of an input", "one/recipe.yaml", "b179", "b178");
        row("what is unpacked", "one/recipe.yaml", "bins/*", "bin/*");
        row("where", "one/recipe.yaml", "unpack: engine", "unpack: motor");
        row("strip", "one/recipe.yaml", "strip: 1", "strip: 2");
        row("package of a lock", "one/runtime.lock", "33ea", "33eb");
        row("what is left out", "one/recipe.yaml", "usr/share/man/*", "usr/share/doc/*");
        row("architecture", "one/recipe.yaml", "[ x86_64 ]", "[ aarch64 ]");
        row("copied to", "one/recipe.yaml", "to: page", "to: web");
    }
    void digestSeesEveryChange()
    {
        QFETCH(QByteArray, file);
        QFETCH(QByteArray, from);
        QFETCH(QByteArray, to);
        const Images images;
        const std::string before = images.load()->digest;
        QByteArray content = QByteArray::fromStdString(*readFile(images.folder / file.toStdString()));
        QVERIFY(content.contains(from));
        images.write(file.toStdString(), content.replace(from, to).toStdString());
        const Result<Recipe> changed = images.load();
        QVERIFY(changed);
        QVERIFY(changed->digest != before);
    }

    void digestSeesTheExecutableBit()
    {
        const Images images;
        const std::string before = images.load()->digest;
        fs::permissions(images.folder / "one/scripts/start.sh", fs::perms(0644));
        QVERIFY(images.load()->digest != before);
    }

    void bad_data()
    {
        QTest::addColumn<QByteArray>("find");
        QTest::addColumn<QByteArray>("replace");
        QTest::addColumn<QByteArray>("code");
        QTest::addColumn<QByteArray>("position");
        QTest::addColumn<QByteArray>("field");
        const auto row = [](const char *name, const char *find, const char *replace, const char *code,
                            const char *position, const char *field) {
            QTest::newRow(name) << QByteArray(find) << QByteArray(replace) << QByteArray(code)
                                << QByteArray(position) << QByteArray(field);
        };
        row("unknown field", "unpack: engine", "unpak: engine", "catalog-field-unknown", "9:5",
            "inputs[0].unpak");
        row("neither unpack nor place", "    unpack: engine\n", "", "catalog-field-missing", "5:5",
            "inputs[0].unpack");
        row("unpack and place", "strip: 1", "place: x", "catalog-value", "10:12", "inputs[0].place");
        row("no digest", "    sha256: b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53\n", "",
            "catalog-field-missing", "5:5", "inputs[0].sha256");
        row("source", "npm:@scope/engine@1.2.3", "npm:@scope/engine", "catalog-value", "5:14",
            "inputs[0].package");
        row("absolute target", "unpack: engine", "unpack: /engine", "catalog-value", "9:13",
            "inputs[0].unpack");
        row("target outside", "to: page", "to: ../page", "catalog-value", "17:26", "files[0].to");
        row("hidden way out", "from: ../page", "from: ../page/../../x", "catalog-value", "17:13",
            "files[0].from");
        row("absolute source", "from: ../page", "from: /etc", "catalog-value", "17:13", "files[0].from");
        row("outside of images", "from: ../page", "from: ../../outside", "catalog-reference", "1:1", "files");
        row("folder that is not there", "from: ../page", "from: ../pages", "catalog-reference", "1:1",
            "files");
        row("another id", "id: one", "id: two", "catalog-value", "1:1", "id");
        row("architecture", "[ x86_64 ]", "[ x86 ]", "catalog-value", "3:18", "architectures[0]");
        row("lock that is not there", "debian: runtime.lock", "debian: other.lock", "catalog-unreadable",
            "1:1", "");
        row("same place twice", "to: page", "to: scripts/start.sh", "catalog-field-twice", "", "files");
    }
    void bad()
    {
        QFETCH(QByteArray, find);
        QFETCH(QByteArray, replace);
        QFETCH(QByteArray, code);
        QFETCH(QByteArray, position);
        QFETCH(QByteArray, field);
        const Images images;
        fs::create_directories(images.directory.path() / "outside");
        QByteArray changed = QByteArray::fromStdString(recipeText());
        QVERIFY(changed.contains(find));
        if (code == "catalog-field-twice") { // a single file copied onto one of the recipe's own
            fs::remove_all(images.folder / "page");
            images.write("page", "a file");
        }
        images.write("one/recipe.yaml", changed.replace(find, replace).toStdString());
        const Result<Recipe> recipe = images.load();
        QVERIFY(!recipe);
        const Facts &facts = recipe.error().facts;
        QCOMPARE(QByteArray::fromStdString(recipe.error().code), code);
        QCOMPARE(recipe.error().kind, ErrorKind::DamagedCatalog);
        if (!position.isEmpty())
            QCOMPARE(QByteArray::fromStdString(facts.at("line") + ":" + facts.at("column")), position);
        if (!field.isEmpty())
            QCOMPARE(QByteArray::fromStdString(facts.at("field")), field);
    }

    void badLock_data()
    {
        QTest::addColumn<QByteArray>("line");
        QTest::newRow("words missing") << QByteArray("libc6 2.36 pool/main/g/libc6.deb");
        QTest::newRow("size") << QByteArray("a 1 pool/a/a.deb 5k " + QByteArray(64, 'a'));
        QTest::newRow("digest") << QByteArray("a 1 pool/a/a.deb 5 " + QByteArray(63, 'a'));
        QTest::newRow("way out") << QByteArray("a 1 pool/../../a.deb 5 " + QByteArray(64, 'a'));
        QTest::newRow("more") << QByteArray("a 1 pool/a/a.deb 5 " + QByteArray(64, 'a') + " more");
    }
    void badLock()
    {
        QFETCH(QByteArray, line);
        const Images images;
        images.write("one/runtime.lock", lock + line.toStdString() + "\n");
        const Result<Recipe> recipe = images.load();
        QVERIFY(!recipe);
        QCOMPARE(recipe.error().facts.at("line"), std::string("5"));
        QVERIFY(recipe.error().facts.at("file").ends_with("runtime.lock"));
    }

    void linkThatLeadsOut()
    {
        const Images images;
        fs::create_symlink("/etc/hostname", images.folder / "one/name");
        QCOMPARE(images.load().error().code, std::string("catalog-reference"));
    }

    void linkThatLeadsRound()
    {
        const Images images;
        fs::create_directory_symlink(images.folder / "one", images.folder / "one/again");
        QVERIFY(!images.load());
    }

    void unknown()
    {
        const Images images;
        const Error error = loadRecipe(images.folder, "oen").error();
        QCOMPARE(error.code, std::string("recipe-unknown"));
        QCOMPARE(error.facts.at("nearest"), std::string("one"));
        QCOMPARE(loadRecipe(images.folder, "../page").error().code, std::string("recipe-unknown"));
        QCOMPARE(loadRecipe(images.folder, "").error().code, std::string("recipe-unknown"));
    }

    void ownRecipes()
    {
        const fs::path images = FIRSTLIGHT_SOURCE_DIR "/catalog/images";
        int found = 0;
        for (const auto &entry : fs::directory_iterator(images)) {
            if (!fs::exists(entry.path() / "recipe.yaml"))
                continue;
            const Result<Recipe> recipe = loadRecipe(images, entry.path().filename().string());
            QVERIFY2(recipe, entry.path().c_str());
            QVERIFY(recipe->contextFiles.contains("Containerfile"));
            QVERIFY(recipe->downloadBytes() > 1'000'000);
            ++found;
        }
        QVERIFY(found >= 1);
    }
};

QTEST_APPLESS_MAIN(TestRecipe)
#include "tst_recipe.moc"
