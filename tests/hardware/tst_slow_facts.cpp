#include "core/files.h"
#include "hardware/slow_facts.h"

#include <QTest>

using namespace firstlight;
namespace fs = std::filesystem;

class TestSlowFacts : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void areKept()
    {
        const auto folder = TemporaryDirectory::make(fs::temp_directory_path(), "firstlight-test-");
        SlowFacts first(folder->path());
        QVERIFY(!first.find("version"));
        first.keep("version", "4.3.1");
        first.keep("words", "no \xff");
        first.save();

        SlowFacts second(folder->path());
        QCOMPARE(second.find("version").value_or(""), std::string("4.3.1"));
        QVERIFY(second.find("words").value_or("").starts_with("no "));

        SlowFacts third(folder->path()); // saves, having asked for nothing of the old
        third.keep("new", "1");
        third.save();
        QVERIFY(!SlowFacts(folder->path()).find("version"));
        QVERIFY(SlowFacts(folder->path()).find("new"));
    }

    void withoutAFolderNothingIsKept()
    {
        SlowFacts facts({});
        facts.keep("a", "1");
        facts.save();
        QCOMPARE(facts.find("a").value_or(""), std::string("1"));
        QVERIFY(!SlowFacts({}).find("a"));
    }

    void aDamagedFileHoldsNothing_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("cut") << QByteArray("{\"a\": \"wor");
        QTest::newRow("array") << QByteArray("[1, 2]");
        QTest::newRow("types") << QByteArray(R"({"a": 5, "b": {}})");
        QTest::newRow("garbage") << QByteArray(1000, '\xfe');
    }

    void aDamagedFileHoldsNothing()
    {
        QFETCH(QByteArray, text);
        const auto folder = TemporaryDirectory::make(fs::temp_directory_path(), "firstlight-test-");
        QVERIFY(writeFileAtomically(folder->path() / "hardware.json", text.toStdString()));
        SlowFacts facts(folder->path());
        QVERIFY(!facts.find("a"));
        QVERIFY(!facts.find("b"));
        facts.keep("a", "5");
        facts.save();
        QCOMPARE(SlowFacts(folder->path()).find("a").value_or(""), std::string("5"));
    }

    void aChangedFileIsAnother()
    {
        const auto folder = TemporaryDirectory::make(fs::temp_directory_path(), "firstlight-test-");
        const std::string path = folder->path() / "x";
        const std::string absent = fileIdentity(path);
        QVERIFY(writeFileAtomically(path, "1"));
        const std::string first = fileIdentity(path);
        QVERIFY(writeFileAtomically(path, "22"));
        QVERIFY(absent != first);
        QVERIFY(first != fileIdentity(path));
        QCOMPARE(fileIdentity(path), fileIdentity(path));
    }
};

QTEST_APPLESS_MAIN(TestSlowFacts)
#include "tst_slow_facts.moc"
