#include "launcher.h"

#include <QRegularExpression>
#include <QtTest>

using namespace firstlight;
namespace fs = std::filesystem;

/// The command line without an engine: what it says, in which form, and its exit codes.
class TestCommands : public QObject {
    Q_OBJECT

private slots:
    void initTestCase();
    void everyVerbHasHelpWithExamples_data();
    void everyVerbHasHelpWithExamples();
    void wrongUsage_data();
    void wrongUsage();
    void jsonIsJson_data();
    void jsonIsJson();
    void damagedCatalogNamesThePlace_data();
    void damagedCatalogNamesThePlace();
    void damagedFileCostsOnlyItsOwnDemo();
    void speaksChinese();
    void colourOnlyOnATerminal();
    void everyVariantHasAVerdictAndAReason();
    void anotherMachineGetsAnotherVariant_data();
    void anotherMachineGetsAnotherVariant();
    void machineProfileCanBeReplayed();
    void unreadableMachine_data();
    void unreadableMachine();
    void planIsTheSameTwice();
    void planChangesNothing();
    void podmanLineNamesEveryHardening();
    void atMostTwentySharedLibraries();
    void chooseAll();
    void overlayWins();
    void everyCatalogVerbHasHelpWithExamples();
    void catalogLint();
    void catalogCoverage();
    void catalogDiff();
    void catalogExplain();
    void catalogSchema();

private:
    Called real(const QStringList &words) const;

    Launcher m_launcher;
};

void TestCommands::initTestCase()
{
    m_launcher.addDemo("hello", "serve");
}

/// With the catalog that comes with the product.
Called TestCommands::real(const QStringList &words) const
{
    QProcess process;
    m_launcher.prepare(process, words);
    QProcessEnvironment environment = process.processEnvironment();
    environment.remove("FIRSTLIGHT_CATALOG");
    process.setProcessEnvironment(environment);
    process.start();
    process.waitForFinished();
    return Launcher::ended(process);
}

void TestCommands::chooseAll()
{
    const Called all = real({"choose", "--all", "--machine",
                             FIRSTLIGHT_TESTS_DIR "/catalog/data/machines/small-server.json", "--json"});
    QCOMPARE(all.code, 0);
    QVERIFY(all.lines.size() >= 32);
    for (const QJsonObject &line : all.lines)
        QVERIFY(!line["ranked"].toArray().isEmpty());
    // The same answer as for one.
    const Called one = real({"choose", "chat", "--machine",
                             FIRSTLIGHT_TESTS_DIR "/catalog/data/machines/small-server.json", "--json"});
    QVERIFY(all.lines.contains(one.last()));
    QCOMPARE(m_launcher.call({"choose", "--json"}).errorCode(), QString("demo-missing"));
    QCOMPARE(real({"choose", "chat", "--model", "qwen3-4", "--json"}).errorCode(), QString("model-unknown"));
}

void TestCommands::overlayWins()
{
    const auto folder = m_launcher.path() / "overlay";
    std::string text = *readFile(m_launcher.catalog() / "demos/hello.yaml");
    text.replace(text.find("A test."), 7, "Another.");
    QVERIFY(writeFileAtomically(folder / "demos/hello.yaml", text));
    const QString path = QString::fromStdString(folder.string());
    const QJsonObject shown = m_launcher.call({"show", "hello", "--catalog", path, "--json"}).last();
    QCOMPARE(shown["summary"].toObject()["en"].toString(), QString("Another."));
    QCOMPARE(shown["origin"].toObject()["kind"].toString(), QString("given"));
    QCOMPARE(shown["origin"].toObject()["file"].toString(), path + "/demos/hello.yaml");
    QVERIFY(shown["origin"].toObject()["replaces"].toString().endsWith("/catalog/demos/hello.yaml"));
    QVERIFY(
        m_launcher.call({"show", "hello", "--catalog", path}).output.contains("overlay/demos/hello.yaml"));
    QCOMPARE(m_launcher.call({"show", "hello", "--json"}).last()["origin"].toObject()["kind"].toString(),
             QString("built-in"));
    QCOMPARE(m_launcher.call({"list", "--catalog", "/none", "--json"}).errorCode(),
             QString("catalog-missing"));
}

void TestCommands::everyCatalogVerbHasHelpWithExamples()
{
    const QString all = real({"catalog", "--help"}).output;
    for (const QString verb : {"lint", "coverage", "diff", "explain", "new", "schema"}) {
        QVERIFY2(all.contains(QRegularExpression("\n  " + verb + " ")), qPrintable(verb));
        const Called help = real({"catalog", verb, "--help"});
        QCOMPARE(help.code, 0);
        QVERIFY2(help.output.contains("--json")
                     && help.output.contains("Examples:\n  firstlight catalog " + verb),
                 qPrintable(verb));
    }
    QCOMPARE(real({"catalog"}).code, 2);
    QCOMPARE(real({"catalog", "lnit"}).code, 2);
}

void TestCommands::catalogLint()
{
    const Called shipped = real({"catalog", "lint", "--json"});
    QCOMPARE(shipped.code, 0);
    QCOMPARE(shipped.last()["event"].toString(), QString("summary"));
    QCOMPARE(shipped.last()["errors"].toInt(), 0);
    QVERIFY(shipped.last()["variants"].toInt() > 5);

    const fs::path folder = m_launcher.path() / "linted";
    const std::string file = folder / "demos/wrong.yaml";
    QVERIFY(writeFileAtomically(file, "schema: firstlight/1\nid: wrong\nkind: lmm\n"));
    const Called wrong = m_launcher.call({"catalog", "lint", QString::fromStdString(folder)});
    QCOMPARE(wrong.code, 5);
    QVERIFY2(wrong.output.startsWith(QString::fromStdString(file)
                                     + ":1:1: error: wrong: the field name is missing."),
             qPrintable(wrong.output));
    QVERIFY2(wrong.output.contains(":3:7: error: wrong: kind: found “lmm”"), qPrintable(wrong.output));
    QVERIFY(wrong.output.contains(" errors, 0 warnings"));
    QCOMPARE(m_launcher.call({"catalog", "lint", "/nowhere", "--json"}).errorCode(),
             QString("catalog-missing"));
}

void TestCommands::catalogCoverage()
{
    const QString machines = FIRSTLIGHT_TESTS_DIR "/machines";
    const Called json = real({"catalog", "coverage", machines, "--json", "--demo", "chat"});
    QCOMPARE(json.code, 0);
    QCOMPARE(json.last()["demos"].toArray().size(), 1);
    QVERIFY(json.last()["machines"].toArray().size() >= 17);
    const Called table = real({"catalog", "coverage", machines, "--demo", "chat"});
    QVERIFY(table.output.contains("amd-epyc-milan-guest  x86_64  1 / 1"));
    QVERIFY(table.output.contains("nothing runs on: "));
    const fs::path svg = m_launcher.path() / "coverage.svg";
    QCOMPARE(
        real({"catalog", "coverage", machines, "--format", "svg", "-o", QString::fromStdString(svg)}).code,
        0);
    QVERIFY(readFile(svg)->starts_with("<svg "));
    QCOMPARE(real({"catalog", "coverage", machines, "--demo", "chta", "--json"}).errorCode(),
             QString("demo-unknown"));
    QCOMPARE(real({"catalog", "coverage", "/nowhere", "--json"}).code, 2);
}

void TestCommands::catalogDiff()
{
    const QString shipped = FIRSTLIGHT_SOURCE_DIR "/catalog";
    const Called same = real(
        {"catalog", "diff", shipped, shipped, "--machines", FIRSTLIGHT_TESTS_DIR "/machines", "--json"});
    QCOMPARE(same.code, 0);
    QCOMPARE(same.last()["changes"].toInt(), 0);
    QCOMPARE(same.last()["picks"].toInt(), 0);
    const Called other = real({"catalog", "diff", shipped, QString::fromStdString(m_launcher.catalog())});
    QCOMPARE(other.code, 0);
    QVERIFY(other.output.contains("- chat\n") && other.output.contains("+ hello\n"));
}

void TestCommands::catalogExplain()
{
    const QString machine = FIRSTLIGHT_TESTS_DIR "/machines/amd-epyc-milan-guest";
    const Called text = real({"catalog", "explain", "chat", "llamacpp-cuda", "--machine", machine});
    QCOMPARE(text.code, 0);
    QVERIFY2(text.output.contains(QRegularExpression("✘ vendor: nvidia  .*chat\\.yaml:[0-9]+:[0-9]+\n")),
             qPrintable(text.output));
    const Called json = real({"catalog", "explain", "chat", "--machine", machine, "--json"});
    QVERIFY(json.lines.size() > 5);
    QVERIFY(json.lines.first()["keys"].isObject() && json.last()["beforeNext"].isNull());
    QCOMPARE(real({"catalog", "explain", "chat", "nothing", "--json"}).errorCode(),
             QString("variant-unknown"));
}

void TestCommands::catalogSchema()
{
    for (const QString what : {"demo", "recipe", "machine"}) {
        const Called schema = m_launcher.call({"catalog", "schema", what}); // its catalog has no schema/
        QCOMPARE(schema.code, 0);
        QVERIFY(QJsonDocument::fromJson(schema.output.toUtf8()).object().contains("$schema"));
    }
}

void TestCommands::everyVerbHasHelpWithExamples_data()
{
    QTest::addColumn<QString>("verb");
    for (const char *verb : {"machine", "list", "show", "choose", "plan", "run", "ps", "logs", "open", "stop",
                             "catalog", "version"})
        QTest::newRow(verb) << verb;
}
void TestCommands::everyVerbHasHelpWithExamples()
{
    QFETCH(QString, verb);
    QVERIFY(real({"--help"}).output.contains(QRegularExpression("\n  " + verb + " ")));
    const Called help = real({verb, "--help"});
    QCOMPARE(help.code, 0);
    QVERIFY(help.output.contains("--json") || verb == "catalog"); // its own verbs have it
    QVERIFY(help.output.contains("Examples:\n  firstlight " + verb));
}

void TestCommands::wrongUsage_data()
{
    QTest::addColumn<QStringList>("words");
    QTest::addColumn<QString>("code");
    QTest::addColumn<QString>("message");
    QTest::newRow("unknown verb") << QStringList{"lsit"} << "verb-unknown"
                                  << "list";
    QTest::newRow("unknown demo") << QStringList{"run", "helo"} << "demo-unknown"
                                  << "hello";
    QTest::newRow("unknown demo to choose") << QStringList{"choose", "helo"} << "demo-unknown"
                                            << "hello";
    QTest::newRow("unknown demo to plan") << QStringList{"plan", "helo"} << "demo-unknown"
                                          << "hello";
    QTest::newRow("unknown demo to show") << QStringList{"show", "helo"} << "demo-unknown"
                                          << "hello";
    QTest::newRow("unknown variant") << QStringList{"choose", "hello", "--variant", "onyl"}
                                     << "variant-unknown"
                                     << "only";
    QTest::newRow("unknown option") << QStringList{"list", "--fast"} << "usage"
                                    << "--fast";
    QTest::newRow("missing demo") << QStringList{"run"} << "usage"
                                  << "demo";
    QTest::newRow("port out of range") << QStringList{"plan", "hello", "--port", "70000"} << "usage"
                                       << "70000";
    QTest::newRow("port is no number") << QStringList{"plan", "hello", "--port", "web"} << "usage"
                                       << "web";
    QTest::newRow("context too small") << QStringList{"plan", "hello", "--context", "1"} << "usage"
                                       << "1";
    QTest::newRow("unknown format") << QStringList{"plan", "hello", "--format", "xml"} << "usage"
                                    << "xml";
    QTest::newRow("no file of a machine") << QStringList{"choose", "hello", "--machine", "/none"} << ""
                                          << "/none";
    QTest::newRow("stop without a demo") << QStringList{"stop"} << "stop-what"
                                         << "--all";
}
void TestCommands::wrongUsage()
{
    QFETCH(QStringList, words);
    QFETCH(QString, code);
    QFETCH(QString, message);
    const Called plain = m_launcher.call(words);
    QCOMPARE(plain.code, 2);
    QVERIFY2(plain.errors.contains(message), qPrintable(plain.errors));
    QVERIFY(plain.output.isEmpty());
    const Called json = m_launcher.call(words + QStringList{"--json"});
    QCOMPARE(json.code, 2);
    QVERIFY2(code.isEmpty() || json.errorCode() == code, qPrintable(json.output));
    QVERIFY(!json.last()["message"].toString().isEmpty());
    QVERIFY(!json.last()["remedy"].toString().isEmpty());
}

void TestCommands::jsonIsJson_data()
{
    QTest::addColumn<QStringList>("words");
    for (const QStringList &words : {QStringList{"machine"},
                                     {"list"},
                                     {"show", "chat"},
                                     {"choose", "chat"},
                                     {"plan", "chat"},
                                     {"version"}})
        QTest::newRow(qPrintable(words.first())) << words;
}
void TestCommands::jsonIsJson()
{
    QFETCH(QStringList, words);
    const Called called = real(words + QStringList{"--json"});
    QCOMPARE(called.code, 0);
    const auto lines = called.output.split('\n', Qt::SkipEmptyParts);
    QVERIFY(!lines.isEmpty());
    for (const QString &line : lines)
        QVERIFY2(QJsonDocument::fromJson(line.toUtf8()).isObject(), qPrintable(line));
}

void TestCommands::damagedCatalogNamesThePlace_data()
{
    QTest::addColumn<QByteArray>("from");
    QTest::addColumn<QByteArray>("to");
    QTest::addColumn<QString>("code");
    QTest::addColumn<QString>("place");
    QTest::addColumn<QString>("message");
    QTest::newRow("broken YAML") << QByteArray("kind: tool") << QByteArray("kind: [ tool") << "catalog-syntax"
                                 << ""
                                 << "";
    QTest::newRow("unknown field") << QByteArray("ready:") << QByteArray("raedy:") << "catalog-field-unknown"
                                   << ""
                                   << "ready";
    QTest::newRow("missing field") << QByteArray("licence: { code: MIT, weights: MIT }\n") << QByteArray()
                                   << "catalog-field-missing"
                                   << ""
                                   << "licence";
    QTest::newRow("wrong type") << QByteArray("port: 8080") << QByteArray("port: web") << "catalog-type"
                                << ":8:28:"
                                << "port";
    QTest::newRow("wrong value") << QByteArray("kind: tool") << QByteArray("kind: toy") << "catalog-value"
                                 << ":3:7:"
                                 << "tool";
    QTest::newRow("unknown recipe") << QByteArray("build: tiny") << QByteArray("build: tinny") << ""
                                    << ""
                                    << "tiny";
}
void TestCommands::damagedCatalogNamesThePlace()
{
    QFETCH(QByteArray, from);
    QFETCH(QByteArray, to);
    QFETCH(QString, code);
    QFETCH(QString, place);
    QFETCH(QString, message);
    m_launcher.addDemo("damaged", "serve");
    const fs::path file = m_launcher.catalog() / "demos/damaged.yaml";
    QByteArray text = QByteArray::fromStdString(readFile(file).value());
    QVERIFY(text.contains(from));
    text.replace(from, to);
    QVERIFY(writeFileAtomically(file, text.toStdString()));
    for (const char *verb : {"choose", "plan", "run", "show"}) {
        const Called called = m_launcher.call({verb, "damaged", "--json"});
        QCOMPARE(called.code, 5);
        if (!code.isEmpty())
            QCOMPARE(called.errorCode(), code);
        const QString said = called.last()["message"].toString();
        QVERIFY2(said.contains(QRegularExpression("damaged\\.yaml:[0-9]+:[0-9]+:")), qPrintable(said));
        QVERIFY2(said.contains(place) && said.contains(message), qPrintable(said));
        QVERIFY(!called.last()["remedy"].toString().isEmpty());
    }
    fs::remove(file);
}

void TestCommands::damagedFileCostsOnlyItsOwnDemo()
{
    QVERIFY(writeFileAtomically(m_launcher.catalog() / "demos/damaged.yaml", "schema: [\n"));
    QCOMPARE(m_launcher.call({"choose", "hello", "--json"}).errorCode(), QString());
    const Called list = m_launcher.call({"list"});
    QCOMPARE(list.code, 5);
    QVERIFY(list.output.contains("hello"));
    QVERIFY(list.errors.contains("damaged.yaml:"));
    fs::remove(m_launcher.catalog() / "demos/damaged.yaml");
}

void TestCommands::speaksChinese()
{
    Launcher chinese;
    chinese.addDemo("hello", "serve");
    chinese.environment.insert("LANG", "zh_CN.UTF-8");
    QVERIFY(chinese.call({}).output.contains("这台电脑"));
    QVERIFY(chinese.call({"list"}).output.contains("一个测试。"));
    QVERIFY(chinese.call({"run", "helo"}).errors.contains("hello"));
    QVERIFY(!chinese.call({"run", "helo"}).errors.contains("Did you mean"));
}

void TestCommands::colourOnlyOnATerminal()
{
    if (!findProgram("script"))
        QSKIP("script, which gives a program a terminal, is not installed");
    const auto onTerminal = [](const QStringList &environment) {
        QProcess script;
        QProcessEnvironment all = QProcessEnvironment::systemEnvironment();
        all.insert("TERM", "xterm");
        all.remove("NO_COLOR");
        for (const QString &set : environment)
            all.insert(set.section('=', 0, 0), set.section('=', 1));
        script.setProcessEnvironment(all);
        script.start("script", {"-qec", Launcher::program(), "/dev/null"});
        script.waitForFinished();
        return script.readAllStandardOutput();
    };
    QVERIFY(onTerminal({}).contains("\033["));
    QVERIFY(!onTerminal({"NO_COLOR=1"}).contains("\033["));
    QVERIFY(!onTerminal({"TERM=dumb"}).contains("\033["));
    QVERIFY(!m_launcher.call({}).output.contains("\033["));
}

void TestCommands::everyVariantHasAVerdictAndAReason()
{
    const Called choice = real({"choose", "chat", "--json"});
    const auto ranked = choice.last()["ranked"].toArray();
    QVERIFY(ranked.size() >= 7);
    for (const auto &variant : ranked) {
        const auto object = variant.toObject();
        QVERIFY(!object["verdict"].toString().isEmpty());
        QCOMPARE(object["verdict"].toString() == "runs-now", object["obstacles"].toArray().isEmpty());
        // Who wants to can add up the prediction again.
        const auto estimate = object["estimate"].toObject();
        const auto inputs = estimate["inputs"].toObject();
        QVERIFY(inputs.contains("overheadBytes"));
        if (estimate["memory"].isNull() || !inputs.contains("contextTokens"))
            continue;
        const double sum = inputs["weightBytes"].toDouble() + inputs["overheadBytes"].toDouble()
                           + inputs["contextTokens"].toDouble() * inputs["kvBytesPerToken"].toDouble();
        QCOMPARE(sum, estimate["memory"]["bytes"].toDouble());
    }
    const QString text = real({"choose", "chat", "--why"}).output;
    for (const auto &variant : ranked)
        QVERIFY(text.contains(variant.toObject()["variant"].toString()));
}

void TestCommands::anotherMachineGetsAnotherVariant_data()
{
    QTest::addColumn<QString>("machine");
    QTest::addColumn<QString>("variant");
    QTest::newRow("Arm server") << "arm-server.json"
                                << "llamacpp-cpu";
    QTest::newRow("NVIDIA laptop") << "nvidia-laptop.json"
                                   << "llamacpp-cuda13";
    QTest::newRow("old NVIDIA card") << "nvidia-old.json"
                                     << "";
    QTest::newRow("x86 server") << "small-server.json"
                                << "llamacpp-packages";
    QTest::newRow("RISC-V board") << "riscv-board.json"
                                  << "";
}
void TestCommands::anotherMachineGetsAnotherVariant()
{
    QFETCH(QString, machine);
    QFETCH(QString, variant);
    const Called choice = real(
        {"choose", "chat", "--json", "--machine", FIRSTLIGHT_TESTS_DIR "/catalog/data/machines/" + machine});
    const QJsonObject best = choice.last()["ranked"].toArray().first().toObject();
    if (!variant.isEmpty()) {
        QCOMPARE(choice.code, 0);
        QCOMPARE(best["variant"].toString(), variant);
    }
    QCOMPARE(choice.code, best["verdict"].toString() == "runs-now" ? 0 : 3);
}

void TestCommands::machineProfileCanBeReplayed()
{
    const Called recorded = real({"machine", "--json"});
    const fs::path file = m_launcher.path() / "me.json";
    QVERIFY(writeFileAtomically(file, recorded.output.toStdString()));
    const Called replayed = real({"machine", "--json", "--machine", QString::fromStdString(file)});
    QCOMPARE(replayed.output, recorded.output);
    QCOMPARE(real({"machine", "--json", "--root", QString::fromStdString(file)}).output, recorded.output);
    const auto best = [](const Called &choice) {
        return choice.last()["ranked"].toArray().first().toObject()["variant"].toString();
    };
    QCOMPARE(best(real({"choose", "chat", "--json", "--machine", QString::fromStdString(file)})),
             best(real({"choose", "chat", "--json"})));
}

void TestCommands::unreadableMachine_data()
{
    QTest::addColumn<QByteArray>("content");
    QTest::newRow("empty") << QByteArray();
    QTest::newRow("broken JSON") << QByteArray("{ \"cpu\": ");
    QTest::newRow("another schema") << QByteArray("{ \"schema\": \"other/1\" }");
    QTest::newRow("wrong type") << QByteArray(
        "{ \"schema\": \"firstlight-machine/1\", \"cpu\": { \"family\": \"six\" } }");
    QTest::newRow("noise") << QByteArray("\x7f\x45\x4c\x46\x00\x01\xff\xfe", 8);
}
void TestCommands::unreadableMachine()
{
    QFETCH(QByteArray, content);
    const fs::path file = m_launcher.path() / "bad.json";
    QVERIFY(writeFileAtomically(file, content.toStdString()));
    const Called called = real({"choose", "chat", "--json", "--machine", QString::fromStdString(file)});
    QCOMPARE(called.code, 2);
    QVERIFY(called.last()["message"].toString().contains("bad.json"));
}

void TestCommands::planIsTheSameTwice()
{
    // Free memory and disk differ from moment to moment on this computer, not on a recorded one.
    const QStringList words{"plan", "chat", "--json", "--machine",
                            FIRSTLIGHT_TESTS_DIR "/catalog/data/machines/small-server.json"};
    const Called once = real(words);
    QCOMPARE(once.code, 0);
    QCOMPARE(real(words).output, once.output);
    QVERIFY(once.last()["threads"].toInt() >= 1);
}

void TestCommands::planChangesNothing()
{
    Launcher fresh;
    fresh.addDemo("hello", "serve");
    QCOMPARE(fresh.call({"plan", "hello"}).code, fresh.call({"choose", "hello"}).code);
    for (const char *made : {"data", "containers", "state/podman"})
        QVERIFY2(!fs::exists(fresh.home() / made), made);
}

void TestCommands::podmanLineNamesEveryHardening()
{
    if (!findProgram("podman"))
        QSKIP("podman is not installed");
    const Called plan = m_launcher.call({"plan", "hello", "--format", "podman"});
    QCOMPARE(plan.code, 0);
    for (const char *word : {"--read-only", "--cap-drop=all", "--security-opt=no-new-privileges",
                             "--network none", "--memory ", "--pids-limit "})
        QVERIFY2(plan.output.contains(word), word);
}

/// Each costs every command a third of a millisecond.
void TestCommands::atMostTwentySharedLibraries()
{
    QProcess ldd;
    ldd.start("ldd", {Launcher::program()});
    QVERIFY(ldd.waitForFinished());
    const auto libraries = ldd.readAllStandardOutput().split('\n');
    QVERIFY2(libraries.size() - 1 <= 20, qPrintable(QString::number(libraries.size() - 1)));
}

QTEST_GUILESS_MAIN(TestCommands)
#include "tst_commands.moc"
