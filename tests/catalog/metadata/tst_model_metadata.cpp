#include "crafted_gguf.h"

#include "../../transfer/faulty_server.h"
#include "catalog/metadata/model_metadata.h"
#include "core/files.h"

#include <QTemporaryDir>
#include <QtTest>
#include <random>

using namespace firstlight;
namespace fs = std::filesystem;

namespace {

/// The settings of Qwen3 4B (its config.json) and two tensors.
CraftedGguf qwen()
{
    CraftedGguf file;
    file.string("general.architecture", "qwen3")
        .number("general.file_type", 15)
        .number("qwen3.block_count", 36)
        .number("qwen3.context_length", 32768)
        .number("qwen3.embedding_length", 2560)
        .number("qwen3.attention.head_count", 32)
        .number("qwen3.attention.head_count_kv", 8)
        .number("qwen3.attention.key_length", 128)
        .number("qwen3.attention.value_length", 128);
    return file;
}

std::string withTensors(CraftedGguf file)
{
    file.words("tokenizer.ggml.tokens", 500)
        .tensor("token_embd.weight", {2560, 100}, 12, 0)                  // Q4_K: 144 bytes for 256 weights
        .tensor("output_norm.weight", {2560}, 0, 2560 * 100 / 256 * 144); // 32 bits each
    return file.bytes();
}

std::string codeOf(const Result<ModelMetadata> &result)
{
    return result ? "" : result.error().code;
}

std::string safetensors(QByteArray header)
{
    header.replace('\'', '"');
    return CraftedGguf::bytesOf<std::uint64_t>(static_cast<std::uint64_t>(header.size()))
           + header.toStdString();
}

/// The model that the chat demo's browser test fetched, where that ran.
fs::path realModel()
{
    return fs::path(qEnvironmentVariable("FIRSTLIGHT_REAL_STORE").toStdString())
           / "blobs/sha256/b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53";
}

} // namespace

class TestModelMetadata : public QObject {
    Q_OBJECT

private slots:
    void gguf()
    {
        const std::string bytes = withTensors(qwen());
        const auto metadata = readModelMetadata(bytes);
        QVERIFY(metadata);
        const std::uint64_t begin = (bytes.size() + 31) / 32 * 32;
        const ModelMetadata expected{.format = "gguf",
                                     .architecture = "qwen3",
                                     .parameters = 2560 * 100 + 2560,
                                     .quantisation = "Q4_K_M",
                                     .layers = 36,
                                     .kvBytesPerToken = 147456, // as catalogs give it: 36 × 8 × 128 × 2 × 2
                                     .maxContext = 32768,
                                     .sizeBytes = begin + 2560 * 100 / 256 * 144 + 2560 * 4,
                                     .complete = true};
        QCOMPARE(*metadata, expected);
    }

    void realFile() // the numbers are those of ggml's own Python reader
    {
        const fs::path file = realModel();
        if (!fs::exists(file))
            QSKIP("the chat demo's model has not been fetched here");
        const auto metadata = modelMetadataAt(file.string());
        QVERIFY(metadata);
        const ModelMetadata expected{.format = "gguf",
                                     .architecture = "llama",
                                     .parameters = 134515008,
                                     .quantisation = "Q4_1",
                                     .layers = 30,
                                     .kvBytesPerToken = 23040,
                                     .maxContext = 8192,
                                     .sizeBytes = fs::file_size(file),
                                     .complete = true};
        QCOMPARE(*metadata, expected);
    }

    void headsOfEachLayer() // of a hybrid model some layers keep nothing
    {
        CraftedGguf file;
        file.string("general.architecture", "h")
            .number("h.block_count", 4)
            .number("h.embedding_length", 512)
            .number("h.attention.head_count", 8)
            .numbers("h.attention.head_count_kv", {0, 2, 0, 4});
        QCOMPARE(*readModelMetadata(file.bytes())->kvBytesPerToken, 6u * (64 + 64) * 2);
        CraftedGguf wrong;
        wrong.string("general.architecture", "h")
            .number("h.block_count", 5)
            .number("h.embedding_length", 512)
            .number("h.attention.head_count", 8)
            .numbers("h.attention.head_count_kv", {0, 2, 0, 4});
        QVERIFY(!readModelMetadata(wrong.bytes())->kvBytesPerToken);
    }

    void cutOff() // whatever is missing, nothing is made up
    {
        const std::string whole = withTensors(qwen());
        const ModelMetadata all = *readModelMetadata(whole);
        int partly = 0;
        for (std::size_t length = 0; length < whole.size(); ++length) {
            const auto metadata = readModelMetadata(std::string_view(whole).substr(0, length));
            if (!metadata) {
                QCOMPARE(metadata.error().code, std::string("metadata-incomplete"));
                continue;
            }
            QVERIFY(!metadata->complete);
            QVERIFY(!metadata->parameters && !metadata->sizeBytes);
            QCOMPARE(metadata->layers, all.layers);
            QVERIFY(!metadata->maxContext || metadata->maxContext == all.maxContext);
            QVERIFY(!metadata->kvBytesPerToken || metadata->kvBytesPerToken == all.kvBytesPerToken);
            ++partly;
        }
        QVERIFY(partly > 1000);
    }

    void hostile_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QByteArray>("code");
        const auto row = [](const char *name, const std::string &bytes, const char *code) {
            QTest::newRow(name) << QByteArray::fromStdString(bytes) << QByteArray(code);
        };
        constexpr std::uint64_t huge = ~std::uint64_t{0};
        row("empty", "", "metadata-incomplete");
        row("another format", "PK\x03\x04 something longer", "metadata-unknown");
        CraftedGguf old = qwen();
        old.version = 1;
        row("old version", old.bytes(), "metadata-invalid");
        CraftedGguf swapped = qwen();
        swapped.version = 0x03000000;
        row("big-endian", swapped.bytes(), "metadata-invalid");
        row("endless settings", CraftedGguf().counts(0, huge).bytes(), "metadata-invalid");
        row("endless tensors", CraftedGguf().counts(huge, 0).bytes(), "metadata-incomplete");
        row("endless text", CraftedGguf().raw("a", 8, CraftedGguf::bytesOf(huge)).bytes(),
            "metadata-incomplete");
        row("endless list",
            CraftedGguf()
                .raw("a", 9, CraftedGguf::bytesOf<std::uint32_t>(10) + CraftedGguf::bytesOf(huge))
                .bytes(),
            "metadata-incomplete");
        row("no such type", CraftedGguf().raw("a", 99, "").bytes(), "metadata-invalid");
        std::string nested;
        for (int depth = 0; depth < 100'000; ++depth)
            nested += CraftedGguf::bytesOf<std::uint32_t>(9) + CraftedGguf::bytesOf<std::uint64_t>(1);
        row("lists in lists", CraftedGguf().raw("a", 9, nested).bytes(), "metadata-invalid");
        row("five dimensions", qwen().tensor("t", {1, 1, 1, 1, 1}, 0, 0).bytes(), "metadata-invalid");
        row("size that overflows", qwen().tensor("t", {1ull << 40, 1ull << 40}, 0, 0).bytes(),
            "metadata-invalid");
        row("alignment that is none", qwen().number("general.alignment", 0).bytes(), "metadata-invalid");
        row("header of safetensors too long", CraftedGguf::bytesOf(huge) + "{}", "metadata-invalid");
        row("header of safetensors cut off", safetensors("{'a': 1}").substr(0, 12), "metadata-incomplete");
        row("header that is no JSON", safetensors("{'a': "), "metadata-invalid");
        row("deep JSON", safetensors("{'a': " + QByteArray(100'000, '[')), "metadata-invalid");
        row("tensor that is none", safetensors("{'a': 1}"), "metadata-invalid");
        row("place that runs backwards",
            safetensors("{'a': {'dtype': 'F16', 'shape': [1], 'data_offsets': [4, 2]}}"), "metadata-invalid");
        row("negative shape", safetensors("{'a': {'dtype': 'F16', 'shape': [-1], 'data_offsets': [0, 2]}}"),
            "metadata-invalid");
    }
    void hostile()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(QByteArray, code);
        QCOMPARE(QByteArray::fromStdString(codeOf(readModelMetadata(bytes.toStdString()))), code);
    }

    void damaged() // no damage does more than to be noticed or to change a number
    {
        const std::string whole = withTensors(qwen());
        const std::string other
            = safetensors("{'m.layers.0.self_attn.k_proj.weight': {'dtype': 'BF16', 'shape': "
                          "[8, 16], 'data_offsets': [0, 256]}}");
        std::mt19937 random(5);
        int refused = 0;
        for (int round = 0; round < 20'000; ++round) {
            std::string bytes = round % 4 == 0 ? other : whole;
            for (int change = 0; change < 1 + round % 3; ++change)
                bytes[random() % std::min<std::size_t>(bytes.size(), 600)] = static_cast<char>(random());
            const auto metadata = readModelMetadata(bytes);
            refused += metadata ? 0 : 1;
            if (metadata && metadata->layers)
                QVERIFY(*metadata->layers > 0);
        }
        QVERIFY(refused > 1000 && refused < 20'000);
    }

    void safetensorsFile()
    {
        const std::string bytes = safetensors(
            "{'__metadata__': {'format': 'pt'},"
            "'model.embed_tokens.weight': {'dtype': 'BF16', 'shape': [100, 16], 'data_offsets': [0, 3200]},"
            "'model.layers.0.self_attn.k_proj.weight': {'dtype': 'BF16', 'shape': [8, 16], "
            "'data_offsets': [3200, 3456]},"
            "'model.layers.0.self_attn.v_proj.weight': {'dtype': 'BF16', 'shape': [8, 16], "
            "'data_offsets': [3456, 3712]},"
            "'model.layers.1.self_attn.k_proj.weight': {'dtype': 'BF16', 'shape': [8, 16], "
            "'data_offsets': [3712, 3968]},"
            "'model.layers.1.self_attn.v_proj.weight': {'dtype': 'BF16', 'shape': [8, 16], "
            "'data_offsets': [3968, 4224]}}");
        const auto metadata = readModelMetadata(bytes);
        QVERIFY(metadata);
        const ModelMetadata expected{.format = "safetensors",
                                     .architecture = {},
                                     .parameters = 100 * 16 + 4 * 8 * 16,
                                     .quantisation = "BF16",
                                     .layers = 2,
                                     .kvBytesPerToken = 2 * 2 * 8 * 2,
                                     .maxContext = {},
                                     .sizeBytes = bytes.size() + 4224,
                                     .complete = true};
        QCOMPARE(*metadata, expected);
        // Packed weights: how many there are, the header does not say.
        const auto packed = readModelMetadata(
            safetensors("{'a.qweight': {'dtype': 'I32', 'shape': [4], 'data_offsets': [0, 16]}}"));
        QVERIFY(packed && !packed->parameters && packed->quantisation.empty());
    }

    void overTheNetwork()
    {
        QTemporaryDir folder;
        // A vocabulary longer than the first request asks for.
        CraftedGguf file = qwen();
        file.words("tokenizer.ggml.tokens", 100'000).tensor("t", {2560, 100}, 12, 0);
        const std::string whole = file.bytes() + std::string(8u << 20, 'w');
        QVERIFY(file.bytes().size() > (1u << 20));
        QVERIFY(writeFileAtomically((folder.path() + "/m.gguf").toStdString(), whole));
        START_SERVER(server, folder.path());
        const auto metadata = modelMetadataAt(server.url("plain/m.gguf"));
        QVERIFY(metadata);
        QCOMPARE(metadata, modelMetadataAt((folder.path() + "/m.gguf").toStdString()));
        QCOMPARE(*metadata->parameters, 256'000u);
        const QStringList asked{"bytes=0-1048575", "bytes=0-4194303"};
        QCOMPARE(server.ranges(), asked);
        // A server that knows no ranges sends all; no more than wanted is taken.
        QCOMPARE(*readHead(server.url("norange-100000000/m.gguf"), 1000), whole.substr(0, 1000));
        QCOMPARE(codeOf(modelMetadataAt(server.url("plain/none.gguf"))), std::string("hub-refused"));
        QCOMPARE(codeOf(modelMetadataAt((folder.path() + "/none.gguf").toStdString())),
                 std::string("file-io"));
    }
};

QTEST_GUILESS_MAIN(TestModelMetadata)
#include "tst_model_metadata.moc"
