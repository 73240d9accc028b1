#include "catalog/catalog.h"
#include "catalog/reading/yaml_value.h"
#include "core/files.h"

#include <QtTest>
#include <unistd.h>

using namespace firstlight;
namespace fs = std::filesystem;

class TestCatalogMemory : public QObject {
    Q_OBJECT

private:
    TemporaryDirectory m_directory
        = *TemporaryDirectory::make(fs::temp_directory_path(), "firstlight-memory-");
    fs::path m_catalog = m_directory.path() / "catalog";
    fs::path m_cache = m_directory.path() / "cache";

    void write(const fs::path &path, const std::string &text)
    {
        QVERIFY(writeFileAtomically(m_catalog / path, text));
    }

    /// The catalog, and how many documents the parser read for it.
    std::pair<Catalog, int> load(const fs::path &cache)
    {
        const int before = yamlDocumentsRead();
        Catalog catalog = *loadCatalog(m_catalog, cache);
        return {std::move(catalog), yamlDocumentsRead() - before};
    }

private slots:
    void init()
    {
        fs::remove_all(m_catalog);
        fs::remove_all(m_cache);
        write("demos/full.yaml", *readFile(FIRSTLIGHT_TESTS_DIR "/catalog/data/full.yaml"));
        write("images/some-recipe/recipe.yaml",
              "schema: firstlight-recipe/1\nid: some-recipe\narchitectures: [ x86_64 ]\ninputs: []\n");
    }

    void secondTimeNothingIsParsed()
    {
        const auto [parsed, documents] = load(m_cache);
        QCOMPARE(documents, 2); // demo and recipe
        QCOMPARE(parsed.demos.size(), 1u);
        const auto [remembered, none] = load(m_cache);
        QCOMPARE(none, 0);
        QCOMPARE(remembered, parsed); // every field came back
        QVERIFY(!remembered.demos[0].variants[1].requires_.children.empty());
    }

    void changedFileIsParsed()
    {
        load(m_cache);
        QByteArray text = QByteArray::fromStdString(*readFile(m_catalog / "demos/full.yaml"));
        write("demos/full.yaml", text.replace("Everything", "Something").toStdString());
        const auto [changed, documents] = load(m_cache);
        QCOMPARE(documents, 1);
        QCOMPARE(changed.demos[0].summary.en, std::string("Something at once."));
        QCOMPARE(load(m_cache).second, 0);
    }

    void changedRecipeIsParsed()
    {
        load(m_cache);
        write("images/some-recipe/recipe.yaml",
              "schema: firstlight-recipe/1\nid: some-recipe\narchitectures: [ aarch64 ]\ninputs: []\n");
        const auto [changed, documents] = load(m_cache);
        QCOMPARE(documents, 1);
        QCOMPARE(changed.demos[0].variants[0].architectures, std::vector<std::string>{"aarch64"});
    }

    void recipeThatWentAway()
    {
        load(m_cache);
        fs::remove_all(m_catalog / "images");
        QCOMPARE(load(m_cache).first.faults.at(0).code, std::string("catalog-reference"));
    }

    void sameBytesUnderAnotherName() // the name is part of what is checked
    {
        load(m_cache);
        fs::rename(m_catalog / "demos/full.yaml", m_catalog / "demos/other.yaml");
        QCOMPARE(load(m_cache).first.faults.at(0).code, std::string("catalog-value"));
    }

    void otherFolder() // the same cache serves the installed catalog and a checkout
    {
        load(m_cache);
        const fs::path moved = m_directory.path() / "moved";
        fs::remove_all(moved);
        fs::rename(m_catalog, moved);
        const Catalog catalog = *loadCatalog(moved, m_cache);
        QCOMPARE(catalog.demos.at(0).file, (moved / "demos/full.yaml").string());
    }

    void damagedMemoryIsIgnored_data()
    {
        QTest::addColumn<QByteArray>("kind");
        for (const char *kind : {"empty", "other", "cut", "flipped", "longer", "folder"})
            QTest::newRow(kind) << QByteArray(kind);
    }
    void damagedMemoryIsIgnored()
    {
        QFETCH(QByteArray, kind);
        const Catalog parsed = load(m_cache).first;
        const fs::path file = fs::directory_iterator(m_cache)->path();
        const std::string good = *readFile(file);
        std::string bad = good;
        if (kind == "empty")
            bad.clear();
        else if (kind == "other")
            bad = "{}";
        else if (kind == "cut")
            bad.resize(bad.size() / 2);
        else if (kind == "flipped")
            bad[bad.size() / 2] = static_cast<char>(bad[bad.size() / 2] ^ 1);
        else if (kind == "longer")
            bad += "x";
        fs::remove(file);
        if (kind == "folder")
            fs::create_directory(file);
        else
            QVERIFY(writeFileAtomically(file, bad));
        const auto [again, documents] = load(m_cache);
        QCOMPARE(documents, 2);
        QCOMPARE(again, parsed);
        if (kind != "folder") {
            QCOMPARE(QByteArray::fromStdString(*readFile(file)),
                     QByteArray::fromStdString(good)); // written anew
            QCOMPARE(load(m_cache).second, 0);
        }
    }

    void folderThatCannotBeWritten()
    {
        if (geteuid() == 0)
            QSKIP("root may write everywhere");
        fs::create_directories(m_cache);
        fs::permissions(m_cache, fs::perms::owner_read | fs::perms::owner_exec);
        QCOMPARE(load(m_cache).first.demos.size(), 1u);
        fs::permissions(m_cache, fs::perms::owner_all);
    }

    void cacheThatIsAFile()
    {
        QVERIFY(writeFileAtomically(m_cache, "in the way"));
        QCOMPARE(load(m_cache).first.demos.size(), 1u);
    }

    void withoutMemory()
    {
        QCOMPARE(load({}).second, 2);
        QCOMPARE(load({}).second, 2);
    }

    void speed() // shown, never asserted: see the design for the aim
    {
        QByteArray text
            = QByteArray::fromStdString(*readFile(FIRSTLIGHT_SOURCE_DIR "/catalog/demos/chat.yaml"));
        for (int i = 0; i < 40; ++i) {
            QByteArray copy = text;
            copy.replace("\nid: chat\n", "\nid: chat" + QByteArray::number(i) + "\n");
            copy.replace("build: chat-llamacpp", "build: some-recipe")
                .replace("build: chat-openvino", "build: some-recipe");
            write("demos/chat" + std::to_string(i) + ".yaml", copy.toStdString());
        }
        QCOMPARE(load(m_cache).first.demos.size(), 41u);
        QBENCHMARK
        {
            load(m_cache);
        }
    }
};

QTEST_APPLESS_MAIN(TestCatalogMemory)
#include "tst_catalog_memory.moc"
