#include "catalog/catalog.h"
#include "core/files.h"

#include <QtTest>

using namespace firstlight;
namespace fs = std::filesystem;

/// Catalogs from several places: what wins, what stays, and what a catalog from elsewhere may not.
class TestOverlays : public QObject {
    Q_OBJECT

private:
    TemporaryDirectory m_directory
        = *TemporaryDirectory::make(fs::temp_directory_path(), "firstlight-overlays-");

    fs::path place(const std::string &name) const { return m_directory.path() / name; }

    void write(const fs::path &path, const std::string &text)
    {
        QVERIFY(writeFileAtomically(m_directory.path() / path, text));
    }

    static std::string demoText(const std::string &id, const std::string &name, const std::string &run,
                                const std::string &model = {})
    {
        return "schema: firstlight/1\nid: " + id + "\nkind: llm\nname: { en: " + name
               + ", zh_CN: 一 }\nsummary: { en: S, zh_CN: 二 }\nlicence: { code: MIT }\n"
               + (model.empty() ? "" : "models:\n  m:\n    name: M\n    format: gguf\n" + model)
               + "interface: { port: 80, socket: true }\nready: { http: / }\nvariants:\n  - id: v\n    " + run
               + "\n    requires: {}\n";
    }

    static std::string recipeText(const std::string &id, const std::string &architecture)
    {
        return "schema: firstlight-recipe/1\nid: " + id + "\narchitectures: [ " + architecture
               + " ]\ninputs: []\n";
    }

    Catalog load()
    {
        return *loadCatalog({{place("ours"), CatalogOrigin::BuiltIn},
                             {place("system"), CatalogOrigin::System},
                             {place("user"), CatalogOrigin::User},
                             {place("given.yaml"), CatalogOrigin::Given}},
                            place("cache"));
    }

private slots:
    void init()
    {
        fs::remove_all(m_directory.path());
        write("ours/demos/chat.yaml", demoText("chat", "Ours", "build: plain"));
        write("ours/demos/other.yaml", demoText("other", "Other", "build: plain"));
        write("ours/images/plain/recipe.yaml", recipeText("plain", "x86_64"));
        write("given.yaml", demoText("given", "Given", "build: plain"));
    }

    void theLaterWins()
    {
        write("system/demos/chat.yaml", demoText("chat", "System", "build: plain"));
        write("user/demos/chat.yaml", demoText("chat", "User", "build: plain"));
        for (int round = 0; round < 2; ++round) { // the second time remembered
            const Catalog catalog = load();
            QCOMPARE(catalog.faults.size(), 0u);
            QCOMPARE(catalog.demos.size(), 3u);
            const Demo chat = *findDemo(catalog, "chat");
            QCOMPARE(chat.name.en, std::string("User"));
            QCOMPARE(chat.origin, CatalogOrigin::User);
            QCOMPARE(chat.file, place("user/demos/chat.yaml").string());
            QCOMPARE(chat.replaces, place("system/demos/chat.yaml").string());
            const Demo other = *findDemo(catalog, "other");
            QCOMPARE(other.origin, CatalogOrigin::BuiltIn);
            QVERIFY(other.replaces.empty());
            QCOMPARE(findDemo(catalog, "given")->origin, CatalogOrigin::Given);
        }
    }

    void aDamagedFileHidesNothing()
    {
        write("user/demos/chat.yaml", "schema: firstlight/1\nid: chat\nkind: lmm\n");
        const Catalog catalog = load();
        QCOMPARE(findDemo(catalog, "chat")->name.en, std::string("Ours"));
        QCOMPARE(catalog.faults.size(), 1u);
        QCOMPARE(catalog.faults[0].facts.at("file"), place("user/demos/chat.yaml").string());
    }

    void recipes()
    {
        write("user/demos/chat.yaml", demoText("chat", "User", "build: plain"));
        QCOMPARE(findDemo(load(), "chat")->variants[0].recipesFolder, place("ours/images").string());
        write("user/images/plain/recipe.yaml", recipeText("plain", "aarch64"));
        const Catalog catalog = load();
        const Variant own = findDemo(catalog, "chat")->variants[0];
        QCOMPARE(own.recipesFolder, place("user/images").string());
        QCOMPARE(own.architectures, std::vector<std::string>{"aarch64"});
        // Nobody else's demo gets it.
        QCOMPARE(findDemo(catalog, "other")->variants[0].recipesFolder, place("ours/images").string());
        QCOMPARE(findDemo(catalog, "other")->variants[0].architectures, std::vector<std::string>{"x86_64"});
    }

    void recipeThatIsNowhere()
    {
        write("user/demos/chat.yaml", demoText("chat", "User", "build: plian"));
        const Catalog catalog = load();
        QCOMPARE(catalog.faults.at(0).code, std::string("catalog-reference"));
        QCOMPARE(catalog.faults.at(0).facts.at("nearest"), std::string("plain"));
    }

    void filesOfThisComputer_data()
    {
        QTest::addColumn<QByteArray>("model");
        QTest::addColumn<QByteArray>("field");
        QTest::newRow("the model") << QByteArray("    sources: [ hf://a/b@c/d, file:///etc/shadow ]\n")
                                   << QByteArray("models.m.sources[1]");
        QTest::newRow("a further file") << QByteArray(
            "    sources: [ hf://a/b@c/d ]\n    files: { x: { sources: [ file:///etc/shadow ] } }\n")
                                        << QByteArray("models.m.files.x.sources[0]");
    }
    /// They would be mounted into a container that may talk to the network.
    void filesOfThisComputer()
    {
        QFETCH(QByteArray, model);
        QFETCH(QByteArray, field);
        const std::string text = demoText("given", "Given", "build: plain", model.toStdString());
        write("given.yaml", text);
        write("ours/demos/given.yaml", text);
        for (int round = 0; round < 2; ++round) {
            const Catalog catalog = load();
            QCOMPARE(catalog.faults.size(), 1u);
            QCOMPARE(catalog.faults[0].code, std::string("catalog-value"));
            QCOMPARE(QByteArray::fromStdString(catalog.faults[0].facts.at("field")), field);
            QCOMPARE(catalog.faults[0].facts.at("file"), place("given.yaml").string());
            QCOMPARE(findDemo(catalog, "given")->origin, CatalogOrigin::BuiltIn); // its own may
        }
    }

    void whatIsNotThere()
    {
        QVERIFY(
            loadCatalog({{place("ours"), CatalogOrigin::BuiltIn}, {place("none"), CatalogOrigin::System}}));
        QVERIFY(loadCatalog({{place("ours"), CatalogOrigin::BuiltIn}, {place("none"), CatalogOrigin::User}}));
        const auto given
            = loadCatalog({{place("ours"), CatalogOrigin::BuiltIn}, {place("none"), CatalogOrigin::Given}});
        QCOMPARE(given.error().code, std::string("catalog-missing"));
        QCOMPARE(given.error().facts.at("path"), place("none").string());
    }

    /// The memory is for contents, not for places: two catalogs with a file of the same name keep apart.
    void memoryKeepsCatalogsApart()
    {
        write("user/demos/chat.yaml", demoText("chat", "User", "build: plain"));
        load();
        fs::remove(place("user/demos/chat.yaml"));
        QCOMPARE(findDemo(load(), "chat")->name.en, std::string("Ours"));
    }
};

QTEST_APPLESS_MAIN(TestOverlays)
#include "tst_overlays.moc"
