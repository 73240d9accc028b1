#include "../../transfer/faulty_server.h"

#include "catalog/catalog.h"
#include "catalog/drafting/registry_image.h"
#include "catalog/maintaining/linting/links.h"
#include "core/files.h"
#include "core/sha256.h"

#include <QTemporaryDir>
#include <QTest>
#include <QtTest>

using namespace firstlight;

/// `lint --online` against a server of our own.
class TestLinks : public QObject {
    Q_OBJECT

private slots:
    void challenge()
    {
        QCOMPARE(
            tokenUrlOf(
                "Bearer realm=\"https://auth.example/token\",service=\"reg\",scope=\"repository:a/b:pull\""),
            std::string("https://auth.example/token?service=reg&scope=repository%3Aa%2Fb%3Apull"));
        QCOMPARE(tokenUrlOf("Basic realm=\"x\""), std::string());
    }

    void imageNames()
    {
        const auto name = parseImageName("oci:ghcr.io/ggml-org/llama.cpp:server");
        QVERIFY(name && *name == (ImageName{"ghcr.io", "ggml-org/llama.cpp", "server"}));
        QCOMPARE(registryUrl(*parseImageName("docker.io/redis"), "manifests/latest"),
                 std::string("https://registry-1.docker.io/v2/library/redis/manifests/latest"));
        QCOMPARE(registryUrl(*parseImageName("127.0.0.1:5000/a/b:1"), "x"),
                 std::string("http://127.0.0.1:5000/v2/a/b/x"));
        for (const char *wrong : {"redis", "ghcr.io/", "ghcr.io/UPPER/x", "a b/c", "ghcr.io/a:b c"})
            QCOMPARE(parseImageName(wrong).error().code, std::string("image-name-invalid"));
    }

    /// A draft of what a registry tells loads as it is.
    void draftOfAnImage()
    {
        QTemporaryDir folder;
        START_SERVER(server, folder.path());
        const std::filesystem::path root = folder.path().toStdString();
        const auto put = [&](const std::string &path, QByteArray text) {
            text.replace('\'', '"');
            QVERIFY(writeFileAtomically(root / "own/tool" / path, text.toStdString()));
        };
        const std::string index
            = "{\"manifests\":[{\"digest\":\"sha256:m\",\"platform\":{\"os\":\"linux\",\"architecture\":"
              "\"amd64\"}},"
              "{\"digest\":\"sha256:n\",\"platform\":{\"os\":\"linux\",\"architecture\":\"arm64\"}},"
              "{\"digest\":\"sha256:a\",\"platform\":{\"os\":\"unknown\",\"architecture\":\"unknown\"}}]}";
        put("manifests/1.0", QByteArray::fromStdString(index));
        put("manifests/sha256:m", "{'config':{'digest':'sha256:c'},'layers':[{'size':100},{'size':23}]}");
        put("blobs/sha256:c",
            "{'architecture':'amd64','config':{'User':'1000','Entrypoint':['/tool'],'Env':['A=b\\nc: d'],"
            "'ExposedPorts':{'7860/tcp':{}},'Labels':{'org.opencontainers.image.licenses':'MIT',"
            "'org.opencontainers.image.source':'https://example.org/tool',"
            "'org.opencontainers.image.description':'A }, x: [tool]'}}}");
        const auto name = parseImageName("127.0.0.1:" + server.port() + "/own/tool:1.0");
        const auto image = askRegistry(*name, {});
        QVERIFY2(image.has_value(), image ? "" : image.error().code.c_str());
        QCOMPARE(image->downloadBytes, std::optional<std::uint64_t>(123));
        const std::string text = draftEntryFor(*image);
        const auto demo = parseDemo(text, "tool.yaml");
        QVERIFY2(demo.has_value(), text.c_str());
        QCOMPARE(demo->codeLicence, std::string("MIT"));
        QCOMPARE(demo->project, std::string("https://example.org/tool"));
        QCOMPARE(demo->summary.en, std::string("A }, x: [tool]"));
        QCOMPARE(demo->interface.port, 7860);
        const Variant &variant = demo->variants.front();
        QCOMPARE(variant.image, name->text() + "@sha256:" + sha256Hex(index));
        QVERIFY(!variant.unlocked);
        QVERIFY(variant.requires_.term.values == (std::vector<std::string>{"x86_64", "aarch64"}));
        QVERIFY(variant.permissions == (std::vector<std::string>{"network", "image-user"}));
        QCOMPARE(askRegistry(*parseImageName("127.0.0.1:" + server.port() + "/own/none:1"), {}).error().code,
                 std::string("registry-refused"));
    }

    void deadAndLiving()
    {
        QTemporaryDir folder;
        START_SERVER(server, folder.path());
        const std::filesystem::path root = folder.path().toStdString();
        for (const char *file : {"here.gguf", "api/models/a/b", "a/b/resolve/main/m.gguf", "img/manifests/1"})
            QVERIFY(writeFileAtomically(root / file, "x"));
        qputenv("HF_ENDPOINT", QByteArray::fromStdString(server.url("plain")));
        qputenv("MODELSCOPE_DOMAIN", QByteArray::fromStdString(server.url("plain")));
        const std::string registry = "127.0.0.1:" + server.port();

        LintedDemo linted;
        Demo &demo = linted.demo;
        demo.id = "d";
        demo.file = "d.yaml";
        demo.project = server.url("plain/here.gguf");
        Model model{.id = "m"};
        model.hub = {.huggingface = "a/b", .modelscope = "a/b"};
        model.file.sources = {"hf://a/b@main/m.gguf", server.url("plain/gone.gguf"),
                              server.url("status-503-9/here.gguf"), "http://127.0.0.1:1/refused"};
        demo.models = {{"m", model}};
        demo.variants
            = {{.id = "good", .image = registry + "/img:1"}, {.id = "bad", .image = registry + "/img:2"}};
        LintInput input;
        input.demos.push_back(linted);

        std::map<std::string, std::string> found;
        for (const LintFinding &finding : lintLinks(input, {.timeout = std::chrono::seconds(5)}, {}))
            found[finding.facts.at("url")] = finding.rule + " " + finding.facts.at("found")
                                             + (finding.severity == Severity::Error ? " error" : "");
        const std::map<std::string, std::string> expected = {
            {server.url("plain/gone.gguf"), "link-dead 404 error"},
            {server.url("status-503-9/here.gguf"), "link-dead 503"},
            {"http://127.0.0.1:1/refused", "link-unreachable network-unreachable"},
            {server.url("plain/api/v1/models/a/b"), "link-dead 404 error"},
            {server.url("v2/img/manifests/2"), "link-dead 404 error"},
        };
        for (const auto &[url, what] : found)
            QVERIFY2(expected.contains(url) && expected.at(url) == what, (url + " " + what).c_str());
        QCOMPARE(found.size(), expected.size());
    }

    void hangingServerEndsInTime()
    {
        QTemporaryDir folder;
        START_SERVER(server, folder.path());
        LintedDemo linted;
        linted.demo.id = "d";
        linted.demo.project = server.url("hang");
        LintInput input;
        input.demos.push_back(linted);
        const auto findings = lintLinks(input, {.timeout = std::chrono::seconds(1)}, {});
        QCOMPARE(findings.size(), std::size_t(1));
        QCOMPARE(findings[0].facts.at("found"), std::string("network-stalled"));
    }
};

QTEST_GUILESS_MAIN(TestLinks)
#include "tst_links.moc"
