#include "../bad_entries.h"

#include "catalog/maintaining/lint.h"
#include "catalog/maintaining/linting/lint_files.h"
#include "core/files.h"
#include "text/lint_text.h"

#include <QtTest>
#include <regex>
#include <set>

using namespace firstlight;
namespace fs = std::filesystem;

namespace {

/// A demo in which the linter finds nothing but what a test puts in.
const std::string clean = R"(schema: firstlight/1
id: clean
kind: tool
name: { en: Clean, zh_CN: 干净 }
summary: { en: Nothing is wrong., zh_CN: 没有问题。 }
try: [ { en: a, zh_CN: 一 }, { en: b, zh_CN: 二 }, { en: c, zh_CN: 三 } ]
licence: { code: MIT, weights: Apache-2.0 }
project: https://example.org/
models:
  m:
    name: M
    format: gguf
    size: 1 GB
    sha256: b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53
    sources: [ hf://a/b@main/m.gguf, modelscope://a/b@master/m.gguf ]
interface: { web: /, port: 8080, socket: true }
ready: { http: / , within: 20 s }
variants:
  - id: one
    image: example.org/one@sha256:b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53
    models: [ m ]
    requires: { arch: x86_64 }
    resources: { overhead: 64 MiB }
    tune: { threads: fast-cores }
    args: [ "{model}", "{threads}", "{listen}" ]
)";

const std::string further = R"(  - id: two
    image: example.org/one@sha256:0000c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53
    models: [ m ]
    requires: { arch: x86_64 }
    resources: { overhead: 64 MiB }
    tune: { threads: fast-cores }
    args: [ "{model}", "{threads}", "{listen}" ]
)";

} // namespace

class TestLint : public QObject {
    Q_OBJECT

    TemporaryDirectory m_folder = *TemporaryDirectory::make(fs::temp_directory_path(), "firstlight-lint-");

    LintReport linted(const std::string &text, const std::string &name = "clean")
    {
        const fs::path file = m_folder.path() / (name + ".yaml");
        [&] { QVERIFY(writeFileAtomically(file, text)); }();
        return lint(*readForLint({file}));
    }

    static std::string replaced(std::string text, const std::string &find, const std::string &by)
    {
        const std::size_t at = text.find(find);
        [&] { QVERIFY2(at != std::string::npos, find.c_str()); }();
        return text.replace(at, find.size(), by);
    }

    static QString shown(const LintReport &report)
    {
        QString all;
        for (const LintFinding &finding : report.findings)
            all += QStringLiteral("%1:%2 %3 %4\n")
                       .arg(finding.line)
                       .arg(finding.column)
                       .arg(QString::fromStdString(finding.rule), QString::fromStdString(finding.subject));
        return all;
    }

private slots:
    void shippedCatalogHasNoErrors()
    {
        const auto input = readForLint({FIRSTLIGHT_SOURCE_DIR "/catalog"});
        QVERIFY(input);
        const LintReport report = lint(*input);
        QVERIFY(report.demos >= 1 && report.variants >= 1);
        for (const LintFinding &finding : report.findings)
            QVERIFY2(finding.severity != Severity::Error,
                     qPrintable(
                         QString::fromStdString(finding.file + ": " + describe(finding, Language::English))));
    }

    void nothingWrong()
    {
        const LintReport report = linted(clean);
        QCOMPARE(shown(report), QString());
        QCOMPARE(report.demos, 1);
        QCOMPARE(report.variants, 1);
    }

    void rules_data()
    {
        QTest::addColumn<QString>("find");
        QTest::addColumn<QString>("by");
        QTest::addColumn<QString>("expected");
        const auto row = [](const char *name, const char *find, const QString &by, const char *expected) {
            QTest::newRow(name) << find << by << expected;
        };
        row("licence", "code: MIT", "code: MTI", "7:18 licence-unknown clean\n");
        row("second word", "code: MIT", "code: MIT OR Apache2", "7:25 licence-unknown clean\n");
        row("replaced licence", "code: MIT", "code: GPL-3.0", "7:18 licence-deprecated clean\n");
        row("no licence of weights", ", weights: Apache-2.0", "", "10:3 licence-missing clean/m\n");
        row("same in Chinese", "zh_CN: 干净", "zh_CN: Clean", "4:27 translation-same clean\n");
        row("few prompts", ", { en: c, zh_CN: 三 }", "", "6:1 prompts-few clean\n");
        row("no project", "project: https://example.org/\n", "", "2:5 project-missing clean\n");
        row("no digest", "    sha256: b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53\n", "",
            "10:3 digest-missing clean/m\n");
        row("no size", "    size: 1 GB\n", "", "10:3 size-missing clean/m\n");
        row("one hub", ", modelscope://a/b@master/m.gguf", "", "10:3 hub-missing clean/m\n");
        row("tag", "example.org/one@sha256:b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
            "example.org/one:1\n    unlocked: true", "20:12 image-unlocked clean/one\n");
        row("no overhead", "    resources: { overhead: 64 MiB }\n", "", "19:5 overhead-missing clean/one\n");
        row("network", "    requires", "    permissions: [ network ]\n    requires",
            "22:20 permission-unneeded clean/one\n");
        row("twice", "    requires", "    permissions: [ image-user, image-user ]\n    requires",
            "22:32 permission-twice clean/one\n");
        row("threads unused", "\"{threads}\", ", "", "24:22 placeholder-unused clean/one\n");
        row("model unused", "\"{model}\", ", "", "21:5 placeholder-unused clean/one\n");
        row("listen unused", ", \"{listen}\"", "", "25:5 placeholder-unused clean/one\n");
        row("secret not shown", "\"{listen}\"", "\"{listen}\", \"{secret}\"",
            "25:5 secret-unshown clean/one\n");
        row("secret not told", "web: /,", "web: \"/?t={secret}\",", "25:5 secret-unused clean/one\n");
        row("unused model", "    models: [ m ]\n", "",
            "10:3 model-unused clean/m\n"); // then {model} is not given: see below
        row("two architectures", "{ arch: x86_64 }", "{ all: [ { arch: x86_64 }, { arch: aarch64 } ] }",
            "22:50 requirement-contradictory clean/one\n");
        row("isa of another", "{ arch: x86_64 }", "{ arch: aarch64, isa: x86-64-v3 }",
            "22:37 requirement-contradictory clean/one\n");
        row("memory", "{ arch: x86_64 }", "{ all: [ { memory: \">= 8 GiB\" }, { memory: \"<= 4 GiB\" } ] }",
            "22:58 requirement-contradictory clean/one\n");
        row("every branch", "{ arch: x86_64 }",
            "{ all: [ { arch: x86_64 }, { any: [ { arch: aarch64 }, { isa: armv8.0-a } ] } ] }",
            "22:59 requirement-contradictory clean/one\n");
        row("one branch is left", "{ arch: x86_64 }",
            "{ all: [ { arch: x86_64 }, { any: [ { arch: aarch64 }, { isa: x86-64-v3 } ] } ] }", "");
        row("not", "{ arch: x86_64 }", "{ all: [ { arch: x86_64 }, { not: { arch: x86_64 } } ] }",
            "22:49 requirement-contradictory clean/one\n");
        row("two vendors of a device", "{ arch: x86_64 }", "{ device: { vendor: amd, kind: npu } }", "");
        row("no accelerator", "    requires: { arch: x86_64 }",
            "    accelerated: true\n    requires: { arch: x86_64 }", "23:5 accelerator-missing clean/one\n");
        row("versions", "{ arch: x86_64 }",
            "{ all: [ { engine: { podman: \">= 5\" } }, { engine: { podman: \"<= 4\" } } ] }",
            "22:76 requirement-contradictory clean/one\n");
    }
    void rules()
    {
        QFETCH(QString, find);
        QFETCH(QString, by);
        QFETCH(QString, expected);
        std::string text = replaced(clean, find.toStdString(), by.toStdString());
        if (QByteArray(QTest::currentDataTag()) == "unused model")
            text = replaced(text, "\"{model}\", ", "");
        QCOMPARE(shown(linted(text)), expected);
    }

    void unreachableVariant()
    {
        QCOMPARE(shown(linted(clean + further)),
                 QString("26:5 variant-unreachable clean/two\n29:5 requirements-same clean/two\n"));
        // Of more weight it is the first that nobody prefers; asking for more, both are.
        QCOMPARE(shown(linted(clean + further + "    weight: 5\n")),
                 QString("19:5 variant-unreachable clean/one\n29:5 requirements-same clean/two\n"));
        QCOMPARE(shown(linted(clean + replaced(further, "{ arch: x86_64 }", "{ isa: x86-64-v3 }"))),
                 QString());
    }

    /// Every fault of a file, where the reader stops at the first.
    void everyFault()
    {
        const Result<std::string> full = readFile(FIRSTLIGHT_TESTS_DIR "/catalog/data/full.yaml");
        for (const BadEntry &bad : badEntries()) {
            if (std::string(bad.base) != "full")
                continue;
            const LintReport report = linted(replaced(*full, bad.find, bad.replace), "full");
            const bool told
                = std::any_of(report.findings.begin(), report.findings.end(), [&](const LintFinding &each) {
                      return each.rule == bad.code
                             && (bad.line == 0 || (each.line == bad.line && each.column == bad.column))
                             && each.severity == Severity::Error;
                  });
            QVERIFY2(told, qPrintable(QString(bad.name) + "\n" + shown(report)));
        }
        std::string text = *full;
        text = replaced(text, "kind: llm", "kind: lmm");
        text = replaced(text, "size: 94 MiB", "size: 94 Mib");
        text = replaced(text, "model_writable: true", "model_writable: yes");
        text = replaced(text, "weight: -3", "weight: -3.5");
        QCOMPARE(shown(linted(text, "full")),
                 QString("4:7 catalog-value full\n21:11 catalog-value full\n36:21 "
                         "catalog-type full\n49:13 catalog-type full\n"));
    }

    void recipes()
    {
        const fs::path catalog = m_folder.path() / "catalog";
        QVERIFY(writeFileAtomically(catalog / "demos/clean.yaml", clean));
        QVERIFY(writeFileAtomically(
            catalog / "images/alone/recipe.yaml",
            "schema: firstlight-recipe/1\nid: alone\narchitectures: [x86_64]\ninputs: []\n"));
        QVERIFY(writeFileAtomically(catalog / "images/alone/Containerfile", "FROM scratch\n"));
        const auto input = readForLint({catalog});
        QVERIFY(input);
        QCOMPARE(shown(lint(*input)), QString("2:5 recipe-unused alone\n"));

        const std::string package = "  - { package: pypi:a@1, file: a-1.whl, size: 1, sha256: " + std::string(64, 'a')
                                    + ", unpack: lib";
        QVERIFY(writeFileAtomically(catalog / "images/alone/recipe.yaml",
                                    "schema: firstlight-recipe/1\nid: alone\narchitectures: [x86_64]\ninputs:\n" + package
                                        + " }\n" + package + ", licence: MIT OR Mine }\n" + package
                                        + ", licence: GPL-3.0-or-later }\n"));
        QVERIFY(writeFileAtomically(catalog / "demos/built.yaml", [&] {
            std::string text = clean;
            const std::size_t image = text.find("image:");
            return text.replace(image, text.find('\n', image) - image, "build: alone");
        }()));
        const QString one = shown(lint(*readForLint({catalog / "demos/built.yaml"})));
        QVERIFY2(!one.contains("catalog-reference"), qPrintable(one)); // its recipe lies beside it
        fs::remove(catalog / "demos/built.yaml");
        const QString found = shown(lint(*readForLint({catalog})));
        QVERIFY2(found.contains("recipe-licence alone"), qPrintable(found));
        QVERIFY2(found.contains("licence-unknown alone"), qPrintable(found));
        QCOMPARE(found.count('\n'), 3);
        QCOMPARE(readForLint({m_folder.path() / "nowhere"}).error().code, std::string("catalog-missing"));
    }

    void everyRuleHasASentence()
    {
        std::set<std::string> known;
        for (const LintText &text : lintSentences()) {
            known.insert(std::string(text.rule));
            QVERIFY(!text.sentence.en.empty() && text.sentence.zh != text.sentence.en);
        }
        static const std::regex rule(
            "\"((?:[a-z]+-)+(?:missing|same|few|twice|unknown|deprecated|syntax|unlocked|"
            "unneeded|strong|unused|unshown|contradictory|unreachable|dead|id))\"");
        int used = 0;
        for (const auto &entry :
             fs::recursive_directory_iterator(FIRSTLIGHT_SOURCE_DIR "/catalog/maintaining")) {
            if (entry.path().extension() != ".cpp")
                continue;
            const std::string text = *readFile(entry.path());
            for (std::sregex_iterator match(text.begin(), text.end(), rule), end; match != end; ++match) {
                const std::string code = (*match)[1];
                if (code.starts_with("catalog-"))
                    continue;
                QVERIFY2(known.contains(code), code.c_str());
                ++used;
            }
        }
        QVERIFY(used > 20);
    }
};

QTEST_APPLESS_MAIN(TestLint)
#include "tst_lint.moc"
