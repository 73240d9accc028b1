#include "catalog/reading/yaml_value.h"
#include "core/files.h"

#include <QtTest>

using namespace firstlight;

namespace {

QByteArray fact(const Error &error, const char *name)
{
    const auto found = error.facts.find(name);
    return found == error.facts.end() ? QByteArray() : QByteArray::fromStdString(found->second);
}

QByteArray position(const Error &error)
{
    return fact(error, "line") + ":" + fact(error, "column");
}

Result<YamlValue> read(const QByteArray &text)
{
    return readYaml(text.toStdString(), "hostile.yaml");
}

/// What a document came to.
struct Sum {
    int values = 0;
    std::size_t bytes = 0;
    int levels = 0;
};

Sum sumOf(const YamlValue &value)
{
    Sum sum{1, value.text.size(), 0};
    const auto add = [&](const YamlValue &child, int level) {
        const Sum below = sumOf(child);
        sum.values += below.values;
        sum.bytes += below.bytes;
        sum.levels = std::max(sum.levels, below.levels + level);
    };
    for (const YamlValue &item : value.items)
        add(item, 0);
    for (const YamlEntry &entry : value.entries) {
        add(entry.key, 0);
        add(entry.value, 0);
    }
    sum.levels += value.kind == YamlValue::Kind::List || value.kind == YamlValue::Kind::Map ? 1 : 0;
    return sum;
}

/// "[ *name, *name, … ]"
QByteArray aliases(const QByteArray &name, int count)
{
    return "[ " + QByteArray("*" + name + ", ").repeated(count) + "]";
}

/// Lines "aN: &aN [ *aN-1, … ]" over a first one of ten words.
QByteArray laughs(int lines, int aliasesEach)
{
    QByteArray text = "a0: &a0 [ ha, ha, ha, ha, ha, ha, ha, ha, ha, ha ]\n";
    for (int i = 1; i < lines; ++i) {
        const QByteArray name = "a" + QByteArray::number(i);
        text += name + ": &" + name + " " + aliases("a" + QByteArray::number(i - 1), aliasesEach) + "\n";
    }
    return text;
}

} // namespace

/// Files made to hurt: each is refused with a reason and a place, at no more cost than the limits allow.
class TestHostileYaml : public QObject {
    Q_OBJECT

private slots:
    void tooLarge_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("unit");
        QTest::addColumn<QByteArray>("position");
        const auto row = [](const char *name, const QByteArray &text, const char *unit, const char *where) {
            QTest::newRow(name) << text << QByteArray(unit) << QByteArray(where);
        };
        // 11 values, then 111, 1111, 11111: with the names, the first alias of the fifth line is too many.
        row("billion laughs", laughs(9, 10), "values", "5:11");
        row("a thousand lines of it", laughs(1000, 10), "values", "5:11");
        row("quadratic: one long list, many aliases",
            "a: &a [ " + QByteArray("x, ").repeated(999) + "]\nb: " + aliases("a", 1000), "values", "2:78");
        row("one long text, many aliases",
            "- &a " + QByteArray(500'000, 'x') + "\n" + QByteArray("- *a\n").repeated(1000), "bytes", "3:3");
        row("text in keys", "a: &a { ? " + QByteArray(300'000, 'k') + " : v }\nb: " + aliases("a", 10),
            "bytes", "2:14");
        row("aliases as keys", "a: &a [ " + QByteArray("x, ").repeated(10'000) + "]\n? *a\n: *a\n", "values",
            "2:3");
        row(
            "chain of aliases",
            "- &a0 [ x ]\n" +
                [] {
                    QByteArray chain;
                    for (int i = 1; i < 5000; ++i)
                        chain
                            += "- &a" + QByteArray::number(i) + " [ *a" + QByteArray::number(i - 1) + " ]\n";
                    return chain;
                }(),
            "levels", "32:10");
        row("deep through one alias",
            "- &a " + QByteArray(20, '[') + QByteArray(20, ']') + "\n- " + QByteArray(12, '[') + "*a"
                + QByteArray(12, ']'),
            "levels", "2:15");
        row("deep flow lists", QByteArray(100'000, '['), "levels", "1:33");
        row("deep flow maps", QByteArray("{ a: ").repeated(50'000), "levels", "1:161");
        row("deep block lists", QByteArray("- ").repeated(50'000), "levels", "1:65");
        row("deep keys", QByteArray("? ").repeated(50'000), "levels", "1:65");
        row(
            "deep block maps",
            [] {
                QByteArray deep;
                for (int i = 0; i < 500; ++i)
                    deep += QByteArray(i, ' ') + "a:\n";
                return deep;
            }(),
            "levels", "33:33");
        row("wide list", QByteArray("- x\n").repeated(250'000), "values", "20000:3");
        row(
            "wide map",
            [] {
                QByteArray wide;
                for (int i = 0; i < 100'000; ++i)
                    wide += "k" + QByteArray::number(i) + ": v\n";
                return wide;
            }(),
            "values", "10000:8");
        row("wide flow list", "[" + QByteArray("a,").repeated(500'000), "values", "1:40000");
        row("empty lists", "[" + QByteArray("[],").repeated(300'000), "values", "1:59999");
        row("anchors that nobody uses", "[" + QByteArray("&a a,").repeated(200'000), "values", "1:99997");
        row("a byte too much", "- " + QByteArray((1 << 20) - 1, 'x'), "bytes", "1:1");
        row("many bytes too much", QByteArray(20 << 20, '#'), "bytes", "1:1");
    }
    void tooLarge()
    {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, unit);
        QFETCH(QByteArray, position);
        const Result<YamlValue> value = read(text);
        QVERIFY(!value);
        QCOMPARE(value.error().code, std::string("catalog-too-large"));
        QCOMPARE(value.error().kind, ErrorKind::DamagedCatalog);
        QCOMPARE(fact(value.error(), "unit"), unit);
        QCOMPARE(::position(value.error()), position);
        QCOMPARE(fact(value.error(), "needed"), QByteArray(unit == "bytes"    ? "1048576"
                                                           : unit == "levels" ? "32"
                                                                              : "20000"));
    }

    void justNotTooLarge_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<int>("values");
        QTest::addColumn<int>("bytes");
        QTest::addColumn<int>("levels");
        // A map with 2 keys, a list of 99 and itself, and a list with 198 times those 100: 1 + 2 + 100 + 1 +
        // …
        const QByteArray hundred = "a: &a [ " + QByteArray("x, ").repeated(99) + "]\nb: ";
        QTest::newRow("aliases") << hundred + aliases("a", 198) << 104 + 19'800 << 2 + 99 * 199 << 3;
        QTest::newRow("values") << "[" + QByteArray("a,").repeated(19'999) + "]" << 20'000 << 19'999 << 1;
        QTest::newRow("levels") << QByteArray(32, '[') + QByteArray(32, ']') << 32 << 0 << 32;
        QTest::newRow("levels by an alias") << "- &a " + QByteArray(20, '[') + QByteArray(20, ']') + "\n- "
                                                   + QByteArray(11, '[') + "*a" + QByteArray(11, ']')
                                            << 52 << 0 << 32;
        QTest::newRow("text by aliases") << "- &a " + QByteArray(1 << 19, 'x') + "\n- *a\n"
                                         << 3 << (1 << 20) << 1;
        QTest::newRow("bytes") << QByteArray(1 << 20, 'x') << 1 << (1 << 20) << 0;
        QTest::newRow("comments") << QByteArray("#\n").repeated(500'000) + "x" << 1 << 1 << 0;
    }
    void justNotTooLarge()
    {
        QFETCH(QByteArray, text);
        QFETCH(int, values);
        QFETCH(int, bytes);
        QFETCH(int, levels);
        const Result<YamlValue> value = read(text);
        QVERIFY2(value, value ? "" : fact(value.error(), "unit") + ::position(value.error()));
        const Sum sum = sumOf(*value);
        QCOMPARE(sum.values, values);
        QCOMPARE(sum.bytes, static_cast<std::size_t>(bytes));
        QCOMPARE(sum.levels, levels);
    }

    void syntax_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("position");
        QTest::addColumn<QByteArray>("detail"); // how it begins, where the words are ours
        const auto row = [](const char *name, const QByteArray &text, const char *where, const char *detail) {
            QTest::newRow(name) << text << QByteArray(where) << QByteArray(detail);
        };
        const char *tag = "tag tag:yaml.org,2002:";
        row("tag of a Python object", "a: !!python/object/apply:os.system [ id ]\n", "1:4", tag);
        row("tag of a Python name", "a: 1\nb:\n  - !!python/name:os.system x\n", "3:5", tag);
        row("tag of bytes", "层: !!binary aGk=\n", "1:4", tag);
        row("tag of text", "a: !!str 5\n", "1:4", tag);
        row("tag of a map", "a: !!map { b: c }\n", "1:4", tag);
        row("tag of a set", "--- !!set { b }\n", "1:5", tag);
        row("own tag", "a: !mine b\n", "1:4", "tag !mine");
        row("own tag of a list", "a: !mine [ b ]\n", "1:4", "tag !mine");
        row("own tag of nothing", "a: !mine\n", "1:4", "tag !mine");
        row("own tag of a key", "!mine a: b\n", "1:1", "tag !mine");
        row("whole tag", "a: !<tag:example.org,2000:x> b\n", "1:4", "tag tag:example.org,2000:x");
        row("tag behind an anchor", "a: &b !mine c\n", "1:4", "tag !mine");
        row("handle that is not there", "a: !e!x b\n", "1:4", "");
        row("directive for tags", "%TAG ! tag:example.org,2000:\n---\na: b\n", "1:1", "tag directive");
        row(
            "many directives",
            [] {
                QByteArray many = "%YAML 1.2\n";
                for (int i = 0; i < 50'000; ++i)
                    many += "%TAG !a" + QByteArray::number(i) + "! b\n";
                return many + "---\na\n";
            }(),
            "2:1", "tag directive");
        row("directive behind the document", "a: b\n...\n%TAG ! b\n---\n", "3:1", "tag directive");
        row("YAML 2", "%YAML 2.0\n---\na\n", "1:1", "");
        row("version twice", "%YAML 1.2\n%YAML 1.2\n---\na\n", "2:1", "");

        row("unknown alias", "a: *b\n", "1:4", "alias *b names nothing before it");
        row("alias before its anchor", "a: *b\nb: &b c\n", "1:4", "alias *b names nothing before it");
        row("list in itself", "a: &a [ x, *a ]\n", "1:12", "alias *a names what contains it");
        row("map in itself", "&a\nb:\n  c: *a\n", "3:6", "alias *a names what contains it");
        row("map that is its own key", "&a { *a : b }\n", "1:6", "alias *a names what contains it");
        row("long name of an alias", "a: *" + QByteArray(100'000, 'n') + "\n", "1:4", "alias *nnn");

        const QByteArray nul(1, '\0');
        row("NUL", "a: b" + nul + "\nkind: x\n", "1:5", "control character");
        row("NUL after Chinese", "a: b\n层层: " + nul, "2:5", "control character");
        row("NUL at the end", "a: b\n" + nul, "2:1", "control character");
        row("escape", "a: \x1b[2J\n", "1:4", "control character");
        row("delete", "a: \x7f\n", "1:4", "control character");
        row("C1 control", "a: 层\xc2\x9b[2J\n", "1:5", "control character");
        row("next line",
            "a: b\xc2\x85"
            "c: d\n",
            "1:5", "line end of YAML 1.1 only");
        row("line separator",
            "a: b\xe2\x80\xa8"
            "c: d\n",
            "1:5", "line end of YAML 1.1 only");
        row("paragraph separator",
            "# x\xe2\x80\xa9"
            "c: d\n",
            "1:4", "line end of YAML 1.1 only");
        row("mark inside", "a: b\xef\xbb\xbf\n", "1:5", "byte order mark inside the text");
        row("second mark",
            "\xef\xbb\xbf\xef\xbb\xbf"
            "a: b\n",
            "1:1", "byte order mark inside the text");
        row("no character", "a: \xef\xbf\xbf\n", "1:4", "control character");
        row("NUL by an escape", "a: b\nc: [ \"x\\0y\" ]\n", "2:6", "escaped control character");
        row("escape by an escape", "a: \"\\e[2J\"\n", "1:4", "escaped control character");
        row("C1 control by an escape", "a: \"\\x9b2J\"\n", "1:4", "escaped control character");
        row("key with an escape", "\"\\a\": b\n", "1:1", "escaped control character");

        row("lone continuation", "a: \x80\n", "1:4", "not UTF-8 text");
        row("cut character", "a: 层\xe5\xb1\n", "1:5", "not UTF-8 text");
        row("cut character at the end", "a: b\n\xf0\x9f\x8c", "2:1", "not UTF-8 text");
        row("overlong slash", "a: \xc0\xaf\n", "1:4", "not UTF-8 text");
        row("overlong NUL", "a: \xe0\x80\x80\n", "1:4", "not UTF-8 text");
        row("overlong of four", "a: \xf0\x82\x82\xac\n", "1:4", "not UTF-8 text");
        row("surrogate", "a: \xed\xa0\x80\n", "1:4", "not UTF-8 text");
        row("pair of surrogates", "a: 1\nb: \xed\xa0\xbd\xed\xb8\x80\n", "2:4", "not UTF-8 text");
        row("beyond the last", "a: \xf4\x90\x80\x80\n", "1:4", "not UTF-8 text");
        row("Latin-1", "a: caf\xe9\n", "1:7", "not UTF-8 text");
        row("UTF-16",
            QByteArray("\xff\xfe"
                       "a\0:\0",
                       6),
            "1:1", "not UTF-8 text");
        row("UTF-16 without a mark", QByteArray("a\0:\0 \0b\0", 8), "1:2", "control character");
        row("surrogate by an escape", "a: \"\\ud800\"\n", "1:7", "");
        row("beyond the last by an escape", "a: \"\\U00110000\"\n", "1:7", "");

        row("CR ends a line", "a: b\rc: d\re: *f\r", "3:4", "alias *f names nothing before it");
        row("CR before what is forbidden", "a: b\r\x01", "2:1", "control character");
        row("CR LF before what is forbidden", "a: b\r\n\x01", "2:1", "control character");
        row("all line ends", "a: b\rc: d\n\r\ne: *f", "4:4", "alias *f names nothing before it");

        row("nothing", "", "1:1", "empty");
        row("only a comment", "# x\n", "1:1", "empty");
        row("only a mark", "\xef\xbb\xbf", "1:1", "empty");
        row("two documents", "a: b\n---\nc: d\n", "2:1", "more than one document");
        row("two empty documents", "---\n---\n", "2:1", "more than one document");
        row("document behind the end", "a: b\n...\n--- c\n", "3:1", "more than one document");
        row("rubbish behind the end", "a: b\n...\nc: d\n", "3:1", "");

        // What is cut off is shown where it begins.
        row("quote cut off", "a: b\nc: \"d\ne: f\n", "2:4", "");
        row("single quote cut off", "a: b\nc: 'd\ne: f\n", "2:4", "");
        row("list cut off", "a: b\nc: [ d,\n  e\n", "2:4", "");
        row("map cut off", "a: b\nc: { d: e,\n", "2:4", "");
        row("escape cut off", "a: \"b\\", "1:6", "");
        row("key of more than 1024 characters", "a: b\n" + QByteArray(1100, 'k') + ": v\n", "2:1101", "");
        row("tab", "a:\n\tb: c\n", "2:1", "");
        row("reserved character", "a: @b\n", "1:4", "");
        row("another", "a: `b`\n", "1:4", "");
    }
    void syntax()
    {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, position);
        QFETCH(QByteArray, detail);
        const Result<YamlValue> value = read(text);
        QVERIFY(!value);
        const Error &error = value.error();
        QCOMPARE(error.code, std::string("catalog-syntax"));
        QCOMPARE(error.kind, ErrorKind::DamagedCatalog);
        QCOMPARE(fact(error, "file"), QByteArray("hostile.yaml"));
        QVERIFY2(!error.detail.empty() && error.detail.size() < 200, error.detail.c_str());
        QVERIFY2(error.detail.starts_with(detail.toStdString()), error.detail.c_str());
        QCOMPARE(::position(error), position);
    }

    /// Odd, but a document: none of these is more than it says.
    void harmless()
    {
        const Result<YamlValue> anchors = read("a: &x 1\nb: &x 2\nc: *x\nd: &y\n");
        QVERIFY(anchors);
        QCOMPARE(anchors->entries[2].value.text, std::string("2")); // the latest of that name
        QCOMPARE(anchors->entries[2].value.position, (SourcePosition{3, 4}));
        QCOMPARE(anchors->entries[3].value.kind, YamlValue::Kind::Nothing);

        const Result<YamlValue> inner = read("&a [ &a x, *a ]");
        QVERIFY(inner);
        QCOMPARE(inner->items[1].text, std::string("x"));

        const Result<YamlValue> copies = read("- &a [ 层, &b { c: d } ]\n- *a\n- *b\n");
        QVERIFY(copies);
        QCOMPARE(copies->items[1].position, (SourcePosition{2, 3}));          // of the alias
        QCOMPARE(copies->items[1].items[0].position, (SourcePosition{1, 8})); // of what it names
        QCOMPARE(copies->items[1].items[1].entries[0].value.text, std::string("d"));
        QCOMPARE(copies->items[2].entries[0].key.text, std::string("c"));

        const Result<YamlValue> merge = read("a: &a { b: c }\nd: { <<: *a, e: f }\n");
        QVERIFY(merge);
        QCOMPARE(merge->entries[1].value.entries[0].key.text, std::string("<<")); // a key like any other
        QCOMPARE(merge->entries[1].value.entries.size(), 2u);

        const Result<YamlValue> text = read("a: ! 5\nb: \"\"\nc: ~\nd: 'null'\ne: \"\\u5c42\\t\\n\"\n");
        QVERIFY(text);
        QVERIFY(text->entries[0].value.quoted); // "!" alone says that it is text
        QCOMPARE(text->entries[1].value.kind, YamlValue::Kind::Scalar);
        QCOMPARE(text->entries[2].value.kind, YamlValue::Kind::Nothing);
        QCOMPARE(text->entries[3].value.kind, YamlValue::Kind::Scalar);
        QCOMPARE(text->entries[4].value.text, std::string("层\t\n"));

        const Result<YamlValue> marked = read("\xef\xbb\xbf"
                                              "%YAML 1.2\n---\na: b\n...\n# end\n");
        QVERIFY(marked);
        QCOMPARE(marked->entries[0].value.position, (SourcePosition{3, 4}));

        const Result<YamlValue> huge = read("a: |\n" + QByteArray("  层\n").repeated(100'000));
        QVERIFY(huge);
        QCOMPARE(huge->entries[0].value.text.size(), 400'000u);
    }

    /// Every prefix of a file with everything: an answer, and bounded.
    void truncated()
    {
        const std::string text = *readFile(FIRSTLIGHT_TESTS_DIR "/catalog/data/full.yaml");
        for (std::size_t length = 0; length <= text.size(); ++length) {
            const Result<YamlValue> value = readYaml(text.substr(0, length), "cut.yaml");
            if (value) {
                const Sum sum = sumOf(*value);
                QVERIFY(sum.values <= yamlLimitValues && sum.bytes <= length && sum.levels <= yamlLimitDepth);
            } else {
                QCOMPARE(value.error().code, std::string("catalog-syntax"));
                QVERIFY(fact(value.error(), "line").toInt() >= 1
                        && fact(value.error(), "column").toInt() >= 1);
            }
        }
    }
};

QTEST_APPLESS_MAIN(TestHostileYaml)
#include "tst_hostile_yaml.moc"
