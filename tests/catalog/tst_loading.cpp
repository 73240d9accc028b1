#include "bad_entries.h"

#include "catalog/catalog.h"
#include "catalog/reading/yaml_value.h"
#include "core/files.h"

#include <QtTest>

using namespace firstlight;
namespace fs = std::filesystem;

namespace {

std::string fullText()
{
    return readFile(FIRSTLIGHT_TESTS_DIR "/catalog/data/full.yaml").value_or("");
}

QByteArray fact(const Error &error, const char *name)
{
    const auto found = error.facts.find(name);
    return found == error.facts.end() ? QByteArray() : QByteArray::fromStdString(found->second);
}

/// A catalog folder with the given demo files and the recipe that full.yaml names.
struct Folder {
    TemporaryDirectory directory
        = *TemporaryDirectory::make(fs::temp_directory_path(), "firstlight-catalog-");

    Folder()
    {
        fs::create_directories(directory.path() / "demos");
        write(
            "images/some-recipe/recipe.yaml",
            "schema: firstlight-recipe/1\nid: some-recipe\narchitectures: [ x86_64, aarch64 ]\ninputs: []\n");
    }
    void write(const std::string &path, const std::string &text) const
    {
        QVERIFY(writeFileAtomically(directory.path() / path, text));
    }
};

} // namespace

class TestLoading : public QObject {
    Q_OBJECT

private slots:
    void everything()
    {
        const Result<Demo> read = parseDemo(fullText(), "demos/full.yaml");
        QVERIFY2(read, read ? "" : read.error().code.c_str());
        const Demo &demo = *read;
        QCOMPARE(demo.id, std::string("full"));
        QCOMPARE(demo.name.zhCn, std::string("完整"));
        QCOMPARE(demo.summary.zhCn, std::string("一应俱全 🌅。"));
        QCOMPARE(demo.prompts.size(), 1u);
        QCOMPARE(demo.file, std::string("demos/full.yaml"));
        QCOMPARE(demo.ready.within.count(), 120);
        QCOMPARE(demo.interface.port, 9000);
        QVERIFY(demo.interface.socket);

        const Model &small = demo.models.at("small.q4");
        QCOMPARE(*small.parameters, 135'000'000u);
        QCOMPARE(*small.file.sizeBytes, 94u << 20);
        QCOMPARE(small.file.name, std::string("model.gguf"));
        QCOMPARE(small.file.sources.size(), 2u);
        QCOMPARE(small.file.packageFile, std::string("small-0.1.whl"));
        QCOMPARE(small.licence, std::string("CC-BY-4.0"));
        const Model &large = demo.models.at("large");
        QCOMPARE(large.licence, std::string("Apache-2.0")); // the demo's
        QCOMPARE(*large.file.sizeBytes, 1'500'000'000u);
        QVERIFY(!large.file.sha256);
        QVERIFY(!large.kvBytesPerToken);

        const Variant &built = demo.variants[0];
        QCOMPARE(built.recipe, std::string("some-recipe"));
        QCOMPARE(built.models, (std::vector<std::string>{"large", "small.q4"}));
        QVERIFY(built.modelWritable && built.tuning.threads && !built.accelerated && !built.unlocked);
        QCOMPARE(built.arguments[8], std::string("1.50")); // as written
        QCOMPARE(built.environment.at("DEBUG"), std::string("0"));
        QCOMPARE(built.weight, -3);
        QCOMPARE(*built.resources.buildBytes, 1'000'000'000u);
        QCOMPARE(built.proofs[0].expected, std::string("[1-9]"));
    }

    void extended()
    {
        const Result<Demo> read
            = parseDemo(*readFile(FIRSTLIGHT_TESTS_DIR "/catalog/data/extended.yaml"), "extended.yaml");
        QVERIFY2(read, read ? "" : read.error().code.c_str());
        const Demo &demo = *read;
        QCOMPARE(demo.consent->zhCn, std::string("只能使用您自己的声音。"));
        QCOMPARE(demo.interface.webPath, std::string("/lab?token={secret}"));

        const Model &expert = demo.models.at("expert");
        QCOMPARE(*expert.parameters, 30'000'000'000u);
        QCOMPARE(*expert.activeParameters, 3'000'000'000u);
        QCOMPARE(expert.quantisation, std::string("Q4_K_M"));
        QCOMPARE(*expert.layers, 48);
        QCOMPARE(expert.delivery, Delivery::Store);
        QCOMPARE(expert.furtherFiles.at("mmproj").name, std::string("mmproj.gguf"));
        QCOMPARE(*expert.furtherFiles.at("mmproj").sizeBytes, 800'000'000u);
        const Model &fetched = demo.models.at("fetched");
        QCOMPARE(fetched.delivery, Delivery::Engine);
        QCOMPARE(fetched.hub, (Hub{"a/fetched", "c/fetched"}));
        QCOMPARE(*fetched.work, (Work{WorkUnit::AudioSecond, 2'500'000'000u, 40'000'000u, 3'000'000u}));
        QVERIFY(fetched.file.sources.empty() && fetched.file.name.empty());
        QCOMPARE(demo.models.at("inside").delivery, Delivery::Image);

        const Variant &offload = demo.variants[0];
        QCOMPARE(interfaceOf(demo, offload).port, 8080);
        QCOMPARE(readinessOf(demo, offload).within.count(), 180);
        QCOMPARE(interfaceOf(demo, demo.variants[1]), demo.interface);
        QCOMPARE(readinessOf(demo, demo.variants[1]), demo.ready);
        QCOMPARE(*offload.precision, Precision::Int8);
        QVERIFY(offload.tuning.gpuLayers);
        QCOMPARE(offload.permissions, std::vector<std::string>{"image-user"});
        QCOMPARE(offload.dataFolders, (std::vector<std::string>{"/root/.cache", "/home/user/my files"}));
        QCOMPARE(*offload.sharedMemoryBytes, 8ull << 30);
        QCOMPARE(*offload.resources.temporaryBytes, 2'000'000'000u);
    }

    void requirements()
    {
        const Demo demo = *parseDemo(fullText(), "full.yaml");
        const Requirement &built = demo.variants[0].requires_;
        QCOMPARE(built.kind, Requirement::Kind::All);
        QCOMPARE(built.children.size(), 3u);
        QCOMPARE(built.children[0].kind, Requirement::Kind::All);
        const Term &isa = built.children[0].children[1].term;
        QCOMPARE(isa, (Term{"isa", Comparison::AtLeast, {"x86-64-v3"}}));
        QCOMPARE(built.children[1].term, (Term{"flags", Comparison::HasAll, {"avx512_vnni", "avx512_bf16"}}));
        QCOMPARE(built.children[2].term, (Term{"memory", Comparison::AtLeast, {"2 GiB"}}));
        QCOMPARE(built.children[2].position, (SourcePosition{40, 15}));

        const Requirement &any = demo.variants[1].requires_;
        QCOMPARE(any.kind, Requirement::Kind::Any);
        const Requirement &nvidia = any.children[0].children[0];
        QCOMPARE(nvidia.kind, Requirement::Kind::Device);
        QCOMPARE(nvidia.children[4].term, (Term{"driver", Comparison::AtLeast, {"550"}}));
        QCOMPARE(any.children[1].children[1].term,
                 (Term{"compute", Comparison::Equal, {"gfx1100", "gfx1101"}}));
        QCOMPARE(any.children[2].kind, Requirement::Kind::Not);
        QCOMPARE(any.children[2].children[0].term, (Term{"arch", Comparison::NotEqual, {"aarch64"}}));

        QVERIFY(demo.variants[2].requires_.children.empty());
    }

    void bad_data()
    {
        QTest::addColumn<int>("row");
        for (std::size_t i = 0; i < badEntries().size(); ++i)
            QTest::newRow(badEntries()[i].name) << static_cast<int>(i);
    }
    void bad()
    {
        QFETCH(int, row);
        const BadEntry &entry = badEntries()[static_cast<std::size_t>(row)];
        const std::string text = spoiled(*readFile(FIRSTLIGHT_TESTS_DIR + baseFile(entry)), entry);
        QVERIFY(!text.empty());
        const std::string file = "some/" + std::string(entry.base) + ".yaml";
        const Result<Demo> demo = parseDemo(text, file);
        QVERIFY(!demo);
        const Error &error = demo.error();
        QCOMPARE(error.code.c_str(), entry.code);
        QCOMPARE(error.kind, ErrorKind::DamagedCatalog);
        QCOMPARE(fact(error, "file"), QByteArray::fromStdString(file));
        QCOMPARE(fact(error, "field"), QByteArray(entry.field));
        QCOMPARE(fact(error, "nearest"), QByteArray(entry.nearest));
        if (entry.line == 0) { // the parser's own choice, but never nowhere
            QVERIFY(fact(error, "line").toInt() > 0);
            return;
        }
        QCOMPARE(fact(error, "line") + ":" + fact(error, "column"),
                 QByteArray::number(entry.line) + ":" + QByteArray::number(entry.column));
    }

    void bothSides()
    {
        std::string text = fullText();
        text.replace(text.find("gguf"), 4, "guff");
        const Error value = parseDemo(text, "full.yaml").error();
        QCOMPARE(fact(value, "found"), QByteArray("guff"));
        QCOMPARE(fact(value, "needed"),
                 QByteArray("gguf, safetensors, openvino, onnx, ncnn, pytorch, htsvoice, other"));

        text = fullText();
        text.replace(text.find("9000"), 4, "[1]");
        const Error type = parseDemo(text, "full.yaml").error();
        QCOMPARE(fact(type, "found"), QByteArray("list"));
        QCOMPARE(fact(type, "needed"), QByteArray("integer"));
    }

    void longValuesAreCut()
    {
        std::string text = fullText();
        std::string longWord;
        for (int i = 0; i < 1000; ++i)
            longWord += "层";
        text.replace(text.find("gguf"), 4, longWord);
        const QByteArray found = fact(parseDemo(text, "full.yaml").error(), "found");
        QVERIFY(found.size() < 100);
        QVERIFY(
            !QString::fromUtf8(found).contains(QChar::ReplacementCharacter)); // no character was cut in two
    }

    void aliases()
    {
        std::string text = fullText();
        text.replace(text.find("{ en: Full, zh_CN: 完整 }"), std::string("{ en: Full, zh_CN: 完整 }").size(),
                     "&both { en: Full, zh_CN: 完整 }");
        text.replace(text.find("{ en: Hello, zh_CN: 你好 }"),
                     std::string("{ en: Hello, zh_CN: 你好 }").size(), "*both");
        const Result<Demo> demo = parseDemo(text, "full.yaml");
        QVERIFY(demo);
        QCOMPARE(demo->prompts[0], demo->name);
    }

    void bombs_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("unit");
        QByteArray laughs = "a0: &a0 [ ha, ha, ha, ha, ha, ha, ha, ha, ha, ha ]\n";
        for (int i = 1; i < 9; ++i) {
            const QByteArray below = "*a" + QByteArray::number(i - 1);
            laughs += "a" + QByteArray::number(i) + ": &a" + QByteArray::number(i) + " [ "
                      + QByteArray().fill(' ', 0) + below;
            for (int j = 0; j < 9; ++j)
                laughs += ", " + below;
            laughs += " ]\n";
        }
        QTest::newRow("aliases of aliases") << laughs << QByteArray("values");
        QTest::newRow("deep lists") << QByteArray(100, '[') + QByteArray(100, ']') << QByteArray("levels");
        QTest::newRow("deep maps") << QByteArray("{a: ").repeated(60) + "1" + QByteArray(60, '}')
                                   << QByteArray("levels");
        QTest::newRow("many values") << QByteArray("- x\n").repeated(30'000) << QByteArray("values");
        QTest::newRow("large file") << QByteArray("# comment\n").repeated(110'000) << QByteArray("bytes");
    }
    void bombs()
    {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, unit);
        const Result<Demo> demo = parseDemo(text.toStdString(), "full.yaml");
        QVERIFY(!demo);
        QCOMPARE(demo.error().code, std::string("catalog-too-large"));
        QCOMPARE(fact(demo.error(), "unit"), unit);
    }

    void veryDeep() // beyond what the parser itself allows: an error in any case, not a crash
    {
        for (const char *bracket : {"[", "{", "- ", "? "})
            QVERIFY(!parseDemo(QByteArray(bracket).repeated(20'000).toStdString(), "full.yaml"));
    }

    void everyTruncation() // a download that broke off, an editor that crashed
    {
        const std::string text = fullText();
        for (std::size_t length = 0; length < text.size(); length += 3) {
            const Result<Demo> demo = parseDemo(text.substr(0, length), "full.yaml");
            if (!demo)
                QCOMPARE(demo.error().kind, ErrorKind::DamagedCatalog);
        }
    }

    void everyDamagedByte()
    {
        const std::string text = fullText();
        for (std::size_t at = 0; at < text.size(); at += 13) {
            for (const char replacement : {'\0', ':', '*', '"', '\n', '\xe5', '{'}) {
                std::string damaged = text;
                damaged[at] = replacement;
                const Result<Demo> demo = parseDemo(damaged, "full.yaml");
                if (!demo)
                    QVERIFY(fact(demo.error(), "line").toInt() > 0);
            }
        }
    }

    void windowsFile()
    {
        QByteArray text = QByteArray::fromStdString(fullText());
        text.replace("\n", "\r\n");
        const Result<Demo> demo = parseDemo("\xef\xbb\xbf" + text.toStdString(), "full.yaml");
        QVERIFY(demo);
        QCOMPARE(*demo, *parseDemo(fullText(), "full.yaml"));
    }

    void folder()
    {
        const Folder folder;
        folder.write("demos/full.yaml", fullText());
        folder.write("demos/broken.yaml", "schema: firstlight/1\nid: broken\nkind: lmm\n");
        folder.write("demos/notes.txt", "not a demo");
        const Result<Catalog> catalog = loadCatalog(folder.directory.path());
        QVERIFY(catalog);
        QCOMPARE(catalog->demos.size(), 1u);
        QCOMPARE(catalog->faults.size(), 1u);
        QCOMPARE(fact(catalog->faults[0], "demo"), QByteArray("broken"));
        QCOMPARE(fact(catalog->faults[0], "line"), QByteArray("3"));
        const Variant &built = catalog->demos[0].variants[0];
        QCOMPARE(built.architectures, (std::vector<std::string>{"x86_64", "aarch64"})); // of the recipe
        QVERIFY(catalog->demos[0].variants[1].architectures.empty());

        QVERIFY(findDemo(*catalog, "full"));
        QCOMPARE(findDemo(*catalog, "broken").error(), catalog->faults[0]);
        const Error unknown = findDemo(*catalog, "ful").error();
        QCOMPARE(unknown.code, std::string("demo-unknown"));
        QCOMPARE(unknown.kind, ErrorKind::BadInput);
        QCOMPARE(fact(unknown, "nearest"), QByteArray("full"));
        QCOMPARE(fact(findDemo(*catalog, "brokn").error(), "nearest"), QByteArray("broken"));
    }

    void recipeThatIsNotThere()
    {
        const Folder folder;
        QByteArray text = QByteArray::fromStdString(fullText());
        text.replace("some-recipe", "some-recip");
        folder.write("demos/full.yaml", text.toStdString());
        const Error fault = loadCatalog(folder.directory.path())->faults.at(0);
        QCOMPARE(fault.code, std::string("catalog-reference"));
        QCOMPARE(fact(fault, "line") + ":" + fact(fault, "column"), QByteArray("34:12"));
        QCOMPARE(fact(fault, "field"), QByteArray("variants[0].build"));
        QCOMPARE(fact(fault, "nearest"), QByteArray("some-recipe"));
    }

    void recipeThatIsDamaged()
    {
        const Folder folder;
        folder.write("demos/full.yaml", fullText());
        folder.write("images/some-recipe/recipe.yaml",
                     "schema: firstlight-recipe/1\narchitecture: [ x86_64 ]\n");
        const Error fault = loadCatalog(folder.directory.path())->faults.at(0);
        QCOMPARE(fault.code, std::string("catalog-field-unknown"));
        QVERIFY(fact(fault, "file").endsWith("some-recipe/recipe.yaml"));
        QCOMPARE(fact(fault, "demo"), QByteArray("full"));
    }

    void fileThatCannotBeRead()
    {
        const Folder folder;
        folder.write("demos/full.yaml", std::string(2u << 20, '#'));
        const Error fault = loadCatalog(folder.directory.path())->faults.at(0);
        QCOMPARE(fault.code, std::string("catalog-too-large"));
        QCOMPARE(fault.kind, ErrorKind::DamagedCatalog);
    }

    void noCatalog()
    {
        const Result<Catalog> catalog = loadCatalog("/nonexistent/catalog");
        QVERIFY(!catalog);
        QCOMPARE(catalog.error().code, std::string("catalog-missing"));
    }

    void ownCatalog() // what we ship is whole
    {
        const Result<Catalog> catalog = loadCatalog(FIRSTLIGHT_SOURCE_DIR "/catalog");
        QVERIFY(catalog);
        for (const Error &fault : catalog->faults)
            qWarning("%s:%s:%s %s %s", fact(fault, "file").constData(), fact(fault, "line").constData(),
                     fact(fault, "column").constData(), fault.code.c_str(), fact(fault, "field").constData());
        QVERIFY(catalog->faults.empty());
        const Result<Demo> chat = findDemo(*catalog, "chat");
        QVERIFY(chat);
        QVERIFY(chat->prompts.size() >= 3);
        for (const Variant &variant : chat->variants) { // a log that is made to talk is read
            const bool talks = std::find(variant.arguments.begin(), variant.arguments.end(), "-lv")
                               != variant.arguments.end();
            QVERIFY2(variant.proofs.empty() != talks, variant.id.c_str());
        }
        for (const auto &[id, model] : chat->models)
            QVERIFY2(model.kvBytesPerToken && model.maxContext && model.layers && !model.quantisation.empty(),
                     id.c_str());
        std::size_t variants = 0;
        for (const Demo &demo : catalog->demos) {
            QVERIFY2(demo.prompts.size() >= 3 && !demo.project.empty(), demo.id.c_str());
            variants += demo.variants.size();
        }
        QVERIFY(catalog->demos.size() >= 32);
        QVERIFY(variants >= 140);
    }
};

QTEST_APPLESS_MAIN(TestLoading)
#include "tst_loading.moc"
