#include "machines.h"

#include "catalog/catalog.h"
#include "catalog/choice.h"
#include "hardware/probe.h"

#include <QtTest>

using namespace firstlight;
namespace fs = std::filesystem;

/// Whole choices of the chat demo, as they were looked at and found right. After a wanted change, run with
/// FIRSTLIGHT_UPDATE_GOLDEN=1 and read the difference.
class TestChoiceGolden : public QObject {
    Q_OBJECT

private:
    void compare(const std::string &name, const Machine &machine)
    {
        const std::string file = FIRSTLIGHT_SOURCE_DIR "/catalog/demos/chat.yaml";
        const Demo demo = *parseDemo(*readFile(file), file);
        const std::string actual = toJson(*choose(demo, machine)).dump(1) + "\n";
        const fs::path golden = FIRSTLIGHT_TESTS_DIR "/golden/choice/" + name + ".json";
        if (qEnvironmentVariableIsSet("FIRSTLIGHT_UPDATE_GOLDEN"))
            QVERIFY(writeFileAtomically(golden, actual));
        const Result<std::string> expected = readFile(golden);
        QVERIFY2(expected, "no golden file: run with FIRSTLIGHT_UPDATE_GOLDEN=1");
        const QList<QByteArray> left = QByteArray::fromStdString(actual).split('\n');
        const QList<QByteArray> right = QByteArray::fromStdString(*expected).split('\n');
        for (qsizetype i = 0; i < std::min(left.size(), right.size()); ++i)
            QVERIFY2(left[i] == right[i], ("line " + QByteArray::number(i + 1) + ": " + left[i]).constData());
        QCOMPARE(left.size(), right.size());
    }

    static fs::path recordings() { return fs::path(FIRSTLIGHT_SOURCE_DIR) / "../shared/machines/roots"; }

private slots:
    void crafted_data()
    {
        QTest::addColumn<QByteArray>("machine");
        for (const std::string &name : machineNames())
            QTest::newRow(name.c_str()) << QByteArray::fromStdString(name);
    }
    void crafted()
    {
        QFETCH(QByteArray, machine);
        compare(machine.toStdString(), machineNamed(machine.toStdString()));
    }

    /// Real computers; only what must not change with what the probe learns to read.
    void recorded_data()
    {
        QTest::addColumn<QByteArray>("machine");
        QTest::addColumn<QByteArray>("first"); // the variant that stands first; empty: none can run
        const auto row = [](const char *machine, const char *first) {
            QTest::newRow(machine) << QByteArray(machine) << QByteArray(first);
        };
        row("raspberry-pi-5", "llamacpp-cpu");
        row("ampere-one-m-banshee-12", "llamacpp-cpu");
        row("hp-proliant-rl300-gen11-altra", "llamacpp-cpu");
        row("i7-1165G7", "llamacpp-packages");               // graphics, but no driver bound in the recording
        row("intel-core-ultra-7-256v", "llamacpp-packages"); // likewise
        row("xps13-7390", "llamacpp-packages");
        row("sifive-p550-premier", "");
    }
    void recorded()
    {
        QFETCH(QByteArray, machine);
        QFETCH(QByteArray, first);
        const fs::path root = recordings() / machine.toStdString();
        if (!fs::exists(root))
            QSKIP("the recorded machines are not here");
        const Result<Machine> loaded = loadMachine(root);
        QVERIFY(loaded);
        const std::string file = FIRSTLIGHT_SOURCE_DIR "/catalog/demos/chat.yaml";
        const Choice choice = *choose(*parseDemo(*readFile(file), file), *loaded);
        const VariantChoice &best = choice.ranked[0];
        if (first.isEmpty()) {
            QCOMPARE(best.verdict, Verdict::Cannot);
            return;
        }
        QCOMPARE(QByteArray::fromStdString(best.variant), first);
        QVERIFY(best.verdict == Verdict::RunsNow || best.verdict == Verdict::Unknown);
        for (const VariantChoice &each : choice.ranked) {
            if (each.variant.starts_with("llamacpp-cuda"))
                QVERIFY(each.verdict == Verdict::Cannot || each.verdict == Verdict::Unknown);
        }
    }
};

QTEST_APPLESS_MAIN(TestChoiceGolden)
#include "tst_choice_golden.moc"
