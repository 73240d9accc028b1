#include "../../transfer/faulty_server.h"

#include "catalog/maintaining/linting/links.h"
#include "core/files.h"

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
