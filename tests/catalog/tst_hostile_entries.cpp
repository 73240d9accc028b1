#include "catalog/catalog.h"
#include "catalog/reading/fields.h"
#include "core/files.h"

#include <QtTest>
#include <regex>

using namespace firstlight;

namespace {

QByteArray fact(const Error &error, const char *name)
{
    const auto found = error.facts.find(name);
    return found == error.facts.end() ? QByteArray() : QByteArray::fromStdString(found->second);
}

} // namespace

/// What is YAML and yet no entry of a catalog, and what a word means by YAML 1.2 where YAML 1.1 differs.
class TestHostileEntries : public QObject {
    Q_OBJECT

private slots:
    /// Entries that YAML allows and a catalog does not.
    void entries_data()
    {
        QTest::addColumn<QByteArray>("find");
        QTest::addColumn<QByteArray>("replace");
        QTest::addColumn<QByteArray>("code");
        QTest::addColumn<QByteArray>("position");
        const auto row = [](const char *name, const char *find, const QByteArray &replace, const char *code,
                            const char *where) {
            QTest::newRow(name) << QByteArray(find) << replace << QByteArray(code) << QByteArray(where);
        };
        row("key twice", "kind: llm", "kind: llm\nkind: llm", "catalog-field-twice", "5:1");
        row("key twice in a flow map", "{ en: Full,", "{ en: Full, en: Half,", "catalog-field-twice", "5:19");
        row("key twice, once in quotes", "kind: llm", "kind: llm\n\"kind\": llm", "catalog-field-twice",
            "5:1");
        row("key twice, once by an escape", "kind: llm", "kind: llm\n\"\\x6bind\": llm",
            "catalog-field-twice", "5:1");
        row("key twice, once by an alias", "kind: llm", "&k kind: llm\n*k : llm", "catalog-field-twice",
            "5:1");
        row("merge key", "{ en: Full,", "{ <<: { en: Full },", "catalog-field-unknown", "5:9");
        row("merge key of the document", "kind: llm", "<<: { kind: llm }", "catalog-field-unknown", "4:1");
        row("list as key", "kind: llm", "? [ kind ]\n: llm", "catalog-type", "4:3");
        row("map as key", "kind: llm", "{ kind: llm }: llm", "catalog-type", "4:1");
        row("nothing as key", "kind: llm", "kind: llm\n~: llm", "catalog-type", "5:1");
        row("huge key", "kind: llm", "? " + QByteArray(500'000, 'k') + "\n: llm", "catalog-field-unknown",
            "4:3");
        row("huge name", "en: Full", "en: Full" + QByteArray(900'000, '7') + "\n ,<<: x",
            "catalog-field-unknown", "6:3");
        row("huge number", "port: 9000", "port: " + QByteArray(900'000, '7'), "catalog-type", "30:45");
        row("number beyond int", "port: 9000", "port: 99999999999999999999", "catalog-value", "30:45");
        row("octal", "port: 9000", "port: 0o777", "catalog-value", "30:45");
        row("sexagesimal of YAML 1.1", "port: 9000", "port: 2:30", "catalog-type", "30:45");
        row("underscores of YAML 1.1", "port: 9000", "port: 9_000", "catalog-type", "30:45");
        row("boolean of YAML 1.1", "model_writable: true", "model_writable: on", "catalog-type", "36:21");
        row("alias under a name that is not there", "kind: llm", "kind: &k llm\n_: *k",
            "catalog-field-unknown", "5:1");
    }
    void entries()
    {
        QFETCH(QByteArray, find);
        QFETCH(QByteArray, replace);
        QFETCH(QByteArray, code);
        QFETCH(QByteArray, position);
        QByteArray text
            = QByteArray::fromStdString(*readFile(FIRSTLIGHT_TESTS_DIR "/catalog/data/full.yaml"));
        const qsizetype at = text.indexOf(find);
        QVERIFY(at >= 0);
        text.replace(at, find.size(), replace);
        const Result<Demo> demo = parseDemo(text.toStdString(), "full.yaml");
        QVERIFY(!demo);
        QCOMPARE(demo.error().code, code.toStdString());
        QCOMPARE(fact(demo.error(), "line") + ":" + fact(demo.error(), "column"), position);
        for (const auto &[name, value] : demo.error().facts)
            QVERIFY2(value.size() < 500, name.c_str()); // a message stays a line
    }

    /// Every short text of the letters that numbers are written with, by the expressions of YAML 1.2.2,
    /// 10.3.2.
    void types()
    {
        static const std::regex integer("[-+]?(0|[1-9][0-9]*)|0o[0-7]+|0x[0-9a-fA-F]+");
        static const std::regex number("[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?");
        const std::string letters = "0179+-.eExoa";
        const std::string file = "types.yaml";
        int seen = 0;
        for (int code = 1; code < 12 * 12 * 12 * 12; ++code) {
            YamlValue value{.kind = YamlValue::Kind::Scalar, .text = {}};
            for (int rest = code; rest > 0; rest /= 12)
                value.text += letters[static_cast<std::size_t>(rest % 12)];
            const std::string expected = std::regex_match(value.text, integer)  ? "integer"
                                         : std::regex_match(value.text, number) ? "number"
                                                                                : "text";
            const Error error = wrongType({&value, {}, {}, &file}, "");
            QVERIFY2(error.facts.at("found") == expected, value.text.c_str());
            seen += expected == "text" ? 0 : 1;
        }
        QVERIFY(seen > 1000);
        for (const auto &[text, expected] :
             std::vector<std::pair<const char *, const char *>>{{"true", "boolean"},
                                                                {"FALSE", "boolean"},
                                                                {"tRUE", "text"},
                                                                {"yes", "text"},
                                                                {"y", "text"},
                                                                {".inf", "number"},
                                                                {"-.INF", "number"},
                                                                {".NaN", "number"},
                                                                {"+.nan", "text"},
                                                                {"inf", "text"},
                                                                {"1.5e+3", "number"},
                                                                {"1e", "text"},
                                                                {"0x", "text"},
                                                                {"0o8", "text"},
                                                                {"-0x1", "text"},
                                                                {"2026-11-25", "text"},
                                                                {"", "text"}}) {
            YamlValue value{.kind = YamlValue::Kind::Scalar, .text = text};
            QCOMPARE(wrongType({&value, {}, {}, &file}, "").facts.at("found"), std::string(expected));
            value.quoted = true;
            QCOMPARE(wrongType({&value, {}, {}, &file}, "").facts.at("found"), std::string("text"));
        }
    }
};

QTEST_APPLESS_MAIN(TestHostileEntries)
#include "tst_hostile_entries.moc"
