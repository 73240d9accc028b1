#include "hardware/cpu_list.h"

#include <QTest>

using namespace firstlight;

class TestCpuList : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void parses_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<bool>("valid");
        QTest::addColumn<QString>("again");
        QTest::newRow("empty") << "" << true << "";
        QTest::newRow("newline") << "\n" << true << "";
        QTest::newRow("one") << "0\n" << true << "0";
        QTest::newRow("ranges") << "0-3,8" << true << "0-3,8";
        QTest::newRow("unordered and twice") << "8,2,0-1,1" << true << "0-2,8";
        QTest::newRow("pair") << "0,1" << true << "0-1";
        QTest::newRow("two nodes") << "0-15,88-103" << true << "0-15,88-103";
        QTest::newRow("backwards") << "3-1" << false << "";
        QTest::newRow("letters") << "0-x" << false << "";
        QTest::newRow("negative") << "-1" << false << "";
        QTest::newRow("empty range") << "1,,2" << false << "";
        QTest::newRow("open range") << "1-" << false << "";
        QTest::newRow("huge") << "0-99999999999" << false << "";
        QTest::newRow("too large") << "70000" << false << "";
    }

    void parses()
    {
        QFETCH(QString, text);
        QFETCH(bool, valid);
        QFETCH(QString, again);
        const auto cpus = parseCpuList(text.toStdString());
        QCOMPARE(cpus.has_value(), valid);
        if (valid)
            QCOMPARE(QString::fromStdString(formatCpuList(*cpus)), again);
    }

    void repeatedRangesDoNotFillMemory()
    {
        std::string text = "0-65535";
        for (int i = 0; i < 1000; ++i)
            text += ",0-65535";
        QVERIFY(!parseCpuList(text));
    }

    void masks()
    {
        QCOMPARE(parseCpuMask("00000000\n"), CpuList());
        QCOMPARE(parseCpuMask("5\n"), (CpuList{0, 2}));
        QCOMPARE(parseCpuMask("1,80000000"), (CpuList{31, 32}));
        for (const char *damaged : {"", "x", "1,,2", "100000000", "-1"})
            QVERIFY(!parseCpuMask(damaged));
        std::string tooLong = "1";
        for (int i = 0; i < 5000; ++i)
            tooLong += ",0";
        QVERIFY(!parseCpuMask(tooLong));
    }

    void intersects()
    {
        QCOMPARE(intersection({0, 1, 2, 5}, {1, 5, 6}), (CpuList{1, 5}));
        QCOMPARE(intersection({0, 1}, {}), CpuList());
    }
};

QTEST_APPLESS_MAIN(TestCpuList)
#include "tst_cpu_list.moc"
