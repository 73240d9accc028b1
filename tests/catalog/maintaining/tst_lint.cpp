#include "catalog/maintaining/lint.h"
#include "catalog/maintaining/spdx.h"
#include "core/files.h"

#include <QtTest>

using namespace firstlight;
namespace fs = std::filesystem;

class TestLint : public QObject {
    Q_OBJECT

private:
    TemporaryDirectory m_directory = *TemporaryDirectory::make(fs::temp_directory_path(), "firstlight-lint-");

    void write(const std::string &path, const std::string &text)
    {
        QVERIFY(writeFileAtomically(m_directory.path() / path, text));
    }

    static std::string good()
    {
        return "schema: firstlight/1\nid: d\nkind: llm\nname: { en: Talk here, zh_CN: 在此对话 }\nsummary: { "
               "en: It talks., zh_CN: 会说话。 }\n"
               "try: [ { en: One thing, zh_CN: 一 }, { en: Two things, zh_CN: 二 }, { en: curl http://x, "
               "zh_CN: curl http://x } ]\n"
               "licence: { code: MIT, weights: Apache-2.0 }\nproject: https://example.org\n"
               "models:\n  m:\n    name: M\n    format: gguf\n    size: 5\n    sha256: "
               + std::string(64, 'a')
               + "\n    sources: [ hf://a/b@main/c, modelscope://a/b@master/c ]\n"
                 "interface: { port: 80, socket: true }\nready: { http: / }\nvariants:\n"
                 "  - id: one\n    build: r\n    models: [ m ]\n    requires: { isa: x86-64-v3 }\n"
                 "  - id: two\n    image: a/b@sha256:"
               + std::string(64, 'b') + "\n    requires: { arch: aarch64 }\n";
    }

    QStringList rulesOf(const std::string &text)
    {
        write("demos/d.yaml", text);
        QStringList rules;
        for (const LintFinding &finding : lintCatalog(*loadCatalog(m_directory.path())))
            rules << QString::fromStdString(finding.rule);
        return rules;
    }

private slots:
    void init()
    {
        fs::remove_all(m_directory.path());
        write("images/r/recipe.yaml",
              "schema: firstlight-recipe/1\nid: r\narchitectures: [ x86_64 ]\ninputs: []\n");
    }

    void nothingToSay() { QCOMPARE(rulesOf(good()), QStringList()); }

    void rules_data()
    {
        QTest::addColumn<QByteArray>("find");
        QTest::addColumn<QByteArray>("replace");
        QTest::addColumn<QString>("rule");
        const auto row = [](const char *rule, const char *find, const char *replace) {
            QTest::newRow(rule) << QByteArray(find) << QByteArray(replace) << QString(rule);
        };
        row("catalog-fault", "kind: llm", "kind: lmm");
        row("licence-unknown", "code: MIT", "code: MITT");
        row("weights-licence-missing", ", weights: Apache-2.0", "");
        row("text-untranslated", "zh_CN: 会说话。", "zh_CN: It talks.");
        row("try-few", ", { en: Two things, zh_CN: 二 }", "");
        row("project-missing", "project: https://example.org\n", "");
        row("requirement-contradictory", "{ isa: x86-64-v3 }", "{ isa: x86-64-v3, arch: aarch64 }");
        row("image-unlocked", "    image: a/b@sha256:", "    unlocked: true\n    image: a/b:");
        row("network-not-needed", "{ arch: aarch64 }\n", "{ arch: aarch64 }\n    permissions: [ network ]\n");
        row("accelerator-not-required", "{ arch: aarch64 }\n", "{ arch: aarch64 }\n    accelerated: true\n");
        row("hub-missing", ", modelscope://a/b@master/c", "");
        row("requirements-duplicate", "{ arch: aarch64 }\n",
            "{ arch: aarch64 }\n  - id: three\n    image: "
            "a/c@sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\n    requires: { "
            "arch: aarch64 }\n");
    }
    void rules()
    {
        QFETCH(QByteArray, find);
        QFETCH(QByteArray, replace);
        QFETCH(QString, rule);
        QByteArray text = QByteArray::fromStdString(good());
        QVERIFY(text.contains(find));
        if (rule == "image-unlocked")
            replace = "    unlocked: true\n    image: a/b:t" + QByteArray("\n    weight: 0 #");
        text.replace(text.indexOf(find), find.size(), replace);
        QCOMPARE(rulesOf(text.toStdString()).count(rule), 1);
    }

    void recipeThatNobodyBuilds()
    {
        write("images/left/recipe.yaml",
              "schema: firstlight-recipe/1\nid: left\narchitectures: [ x86_64 ]\ninputs: []\n");
        QCOMPARE(rulesOf(good()), QStringList{"recipe-unused"});
    }

    void modelWithoutDigest()
    {
        QByteArray text = QByteArray::fromStdString(good());
        text.replace("    sha256: " + QByteArray(64, 'a') + "\n", "");
        QCOMPARE(rulesOf(text.toStdString()), QStringList{"model-not-verified"});
    }

    void place()
    {
        QByteArray text = QByteArray::fromStdString(good());
        text.replace("{ isa: x86-64-v3 }", "{ isa: x86-64-v3, arch: aarch64 }");
        write("demos/d.yaml", text.toStdString());
        const LintFinding finding = lintCatalog(*loadCatalog(m_directory.path())).at(0);
        QCOMPARE(finding.file, (m_directory.path() / "demos/d.yaml").string());
        QCOMPARE(QByteArray::fromStdString(good())
                         .left(QByteArray::fromStdString(good()).indexOf("{ isa"))
                         .count('\n')
                     + 1,
                 finding.line);
        QCOMPARE(finding.facts.at("variant"), std::string("one"));
    }

    void ownCatalogHasNoErrors()
    {
        const Result<Catalog> catalog = loadCatalog(FIRSTLIGHT_SOURCE_DIR "/catalog");
        for (const LintFinding &finding : lintCatalog(*catalog))
            QVERIFY2(finding.severity != LintSeverity::Error, (finding.file + ": " + finding.rule).c_str());
    }

    void licences_data()
    {
        QTest::addColumn<QByteArray>("expression");
        QTest::addColumn<QByteArray>("word"); // "-": nothing is wrong
        QTest::addColumn<QByteArray>("nearest");
        const auto row = [](const char *expression, const char *word, const char *nearest = "") {
            QTest::newRow(expression) << QByteArray(expression) << QByteArray(word) << QByteArray(nearest);
        };
        row("MIT", "-");
        row("GPL-3.0-or-later", "-");
        row("Apache-2.0 OR MIT", "-");
        row("(MIT AND BSD-3-Clause) OR GPL-2.0-only WITH Classpath-exception-2.0", "-");
        row("LicenseRef-Gemma", "-");
        row("LGPL-2.1+", "-");
        row("Apache2.0", "Apache2.0", "Apache-2.0");
        row("mit", "mit", "MIT");
        row("MIT OR", "");
        row("(MIT", "");
        row("MIT MIT", "MIT");
        row("", "");
        row("LicenseRef-", "LicenseRef-");
        row("MIT OR )", ")");
    }
    void licences()
    {
        QFETCH(QByteArray, expression);
        QFETCH(QByteArray, word);
        QFETCH(QByteArray, nearest);
        const auto fault = faultOfLicence(expression.toStdString());
        QCOMPARE(fault.has_value(), word != "-");
        if (!fault)
            return;
        QCOMPARE(QByteArray::fromStdString(fault->word), word);
        if (!nearest.isEmpty())
            QCOMPARE(QByteArray::fromStdString(fault->nearest), nearest);
    }
};

QTEST_APPLESS_MAIN(TestLint)
#include "tst_lint.moc"
