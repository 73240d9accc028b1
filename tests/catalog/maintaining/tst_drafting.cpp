#include "catalog/catalog.h"
#include "catalog/drafting/draft.h"

#include <QtTest>

using namespace firstlight;

namespace {

const std::string digest(64, 'c');

/// JSON, written with single quotes: the tool that reads this file for Qt stumbles over raw strings.
std::string json(QByteArray text)
{
    return text.replace('\'', '"').replace("DIGEST", QByteArray::fromStdString(digest)).toStdString();
}

/// As the hub answers.
const char *huggingFaceModel
    = "{'id': 'Qwen/Qwen3-4B-GGUF', 'sha': '0123456789abcdef0123456789abcdef01234567', "
      "'tags': ['gguf', 'license:apache-2.0']}";
const char *huggingFaceTree
    = "[{'type': 'directory', 'path': 'old', 'size': 0},"
      "{'type': 'file', 'path': 'README.md', 'size': 100, 'oid': 'ff'},"
      "{'type': 'file', 'path': 'Qwen3-4B-Q4_K_M.gguf', 'size': 2497280256, 'lfs': {'oid': 'DIGEST', 'size': "
      "2497280256}},"
      "{'type': 'file', 'path': 'Qwen3-4B-Q8_0.gguf', 'size': 4280403520, 'lfs': {'oid': 'DIGEST'}},"
      "{'type': 'file', 'path': 'mmproj-Qwen3.gguf', 'size': 5},"
      "{'type': 'file', 'path': 'Qwen3-4B-BF16-00001-of-00002.gguf', 'size': 5}]";

} // namespace

class TestDrafting : public QObject {
    Q_OBJECT

private slots:
    void ids_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("id"); // empty: refused
        QTest::addColumn<bool>("huggingFace");
        QTest::newRow("short") << QByteArray("hf:Qwen/Qwen3-4B-GGUF") << QByteArray("Qwen/Qwen3-4B-GGUF")
                               << true;
        QTest::newRow("page") << QByteArray("https://huggingface.co/Qwen/Qwen3-4B-GGUF/tree/main")
                              << QByteArray("Qwen/Qwen3-4B-GGUF") << true;
        QTest::newRow("modelscope") << QByteArray("https://www.modelscope.cn/models/Qwen/Qwen3-4B-GGUF?x=1")
                                    << QByteArray("Qwen/Qwen3-4B-GGUF") << false;
        QTest::newRow("no owner") << QByteArray("hf:Qwen3") << QByteArray() << true;
        QTest::newRow("climbing") << QByteArray("hf:../etc") << QByteArray() << true;
        QTest::newRow("odd letters") << QByteArray("hf:a b/c") << QByteArray() << true;
        QTest::newRow("elsewhere") << QByteArray("https://example.org/a/b") << QByteArray() << true;
    }
    void ids()
    {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, id);
        QFETCH(bool, huggingFace);
        const auto repository = parseHubId(text.toStdString());
        QCOMPARE(repository.has_value(), !id.isEmpty());
        if (!repository) {
            QCOMPARE(repository.error().code, std::string("hub-id-invalid"));
            return;
        }
        QCOMPARE(QByteArray::fromStdString(repository->owner + "/" + repository->name), id);
        QCOMPARE(repository->hub == ModelHub::HuggingFace, huggingFace);
    }

    void huggingFace()
    {
        const auto repository = readHuggingFace(*parseHubId("hf:Qwen/Qwen3-4B-GGUF"), json(huggingFaceModel),
                                                json(huggingFaceTree));
        QVERIFY(repository);
        QCOMPARE(repository->licence, std::string("apache-2.0"));
        QCOMPARE(repository->files.size(), 5u);
        QCOMPARE(repository->files[1].sha256, digest);
        QVERIFY(repository->files[0].sha256.empty()); // a git hash is none

        const auto text = draftEntryFor(*repository);
        QVERIFY(text);
        const Result<Demo> demo = parseDemo(*text, "qwen3-4b-gguf.yaml");
        QVERIFY2(demo,
                 demo ? ""
                      : (demo.error().code + " " + demo.error().facts.at("line") + "\n" + *text).c_str());
        QCOMPARE(demo->weightsLicence, std::string("Apache-2.0")); // SPDX's spelling
        QCOMPARE(demo->models.size(), 2u);                         // neither the projector nor parts
        const Model &model = demo->models.at("qwen3-4b-q4-k-m");
        QCOMPARE(*model.file.sizeBytes, 2497280256u);
        QCOMPARE(*model.file.sha256, digest);
        QCOMPARE(model.quantisation, std::string("Q4_K_M"));
        QCOMPARE(
            model.file.sources.at(0),
            std::string(
                "hf://Qwen/Qwen3-4B-GGUF@0123456789abcdef0123456789abcdef01234567/Qwen3-4B-Q4_K_M.gguf"));
        QCOMPARE(demo->variants[0].models.front(), std::string("qwen3-4b-q8-0")); // the best first
    }

    void whatTheFilesSay()
    {
        const auto repository = readHuggingFace(*parseHubId("hf:Qwen/Qwen3-4B-GGUF"), json(huggingFaceModel),
                                                json(huggingFaceTree));
        QCOMPARE(wholeModelsOf(*repository).size(), 2u);
        const ModelMetadata metadata{.format = "gguf",
                                     .architecture = "qwen3",
                                     .parameters = 4022468096,
                                     .quantisation = "Q4_K_M",
                                     .layers = 36,
                                     .kvBytesPerToken = 147456,
                                     .maxContext = 32768,
                                     .sizeBytes = {}};
        const std::string some = *draftEntryFor(*repository, {{"Qwen3-4B-Q4_K_M.gguf", metadata}});
        const Result<Demo> demo = parseDemo(some, "qwen3-4b-gguf.yaml");
        QVERIFY2(demo, some.c_str());
        const Model &model = demo->models.at("qwen3-4b-q4-k-m");
        QCOMPARE(*model.parameters, 4022468096u);
        QCOMPARE(*model.layers, 36);
        QCOMPARE(*model.kvBytesPerToken, 147456u);
        QCOMPARE(*model.maxContext, 32768);
        QVERIFY(!demo->models.at("qwen3-4b-q8-0").layers);
        QVERIFY(some.find("kv_per_token, max_context of each model") != std::string::npos);
        const std::string all = *draftEntryFor(
            *repository, {{"Qwen3-4B-Q4_K_M.gguf", metadata}, {"Qwen3-4B-Q8_0.gguf", metadata}});
        QVERIFY(all.find("of each model") == std::string::npos); // nothing is left to fill in there
    }

    void modelScope()
    {
        const std::string reply
            = json("{'Code': 200, 'Data': {'Files': [{'Path': 'm-Q8_0.gguf', 'Size': 7, 'Sha256': 'DIGEST', "
                   "'Type': 'blob'}, {'Path': 'd', 'Type': 'tree'}]}}");
        const auto repository = readModelScope(*parseHubId("modelscope:a/b"), reply);
        QVERIFY(repository);
        QCOMPARE(repository->files.size(), 1u);
        QVERIFY(parseDemo(*draftEntryFor(*repository), "b.yaml"));
        QVERIFY(!readModelScope(*parseHubId("modelscope:a/b"),
                                json("{'Code': 404, 'Message': 'no'}"))); // inside a 200
    }

    void strangeAnswers()
    {
        const HubRepository asked = *parseHubId("hf:a/b");
        for (const char *text : {"", "[]", "null", "{\"tags\": 5}", "<html>"})
            QVERIFY(!readHuggingFace(asked, text, text) || readHuggingFace(asked, text, text)->files.empty());
        QCOMPARE(draftEntryFor(*readHuggingFace(asked, "{}", "[]")).error().code,
                 std::string("draft-nothing"));
    }
};

QTEST_APPLESS_MAIN(TestDrafting)
#include "tst_drafting.moc"
