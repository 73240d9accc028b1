#include "catalog/quantities.h"

#include <QtTest>

using namespace firstlight;

class TestQuantities : public QObject {
    Q_OBJECT

private slots:
    void size_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<qint64>("bytes"); // -1: not a size
        QTest::newRow("plain") << QByteArray("98362432") << qint64(98362432);
        QTest::newRow("zero") << QByteArray("0") << qint64(0);
        QTest::newRow("binary") << QByteArray("94 MiB") << qint64(98566144);
        QTest::newRow("decimal") << QByteArray("1.5 GB") << qint64(1500000000);
        QTest::newRow("no space") << QByteArray("2GiB") << qint64(2147483648);
        QTest::newRow("fraction of a binary unit") << QByteArray("0.5 KiB") << qint64(512);
        QTest::newRow("bytes") << QByteArray("12 B") << qint64(12);
        QTest::newRow("fraction of a byte") << QByteArray("0.3 KiB") << qint64(-1);
        QTest::newRow("half a byte") << QByteArray("1.5") << qint64(-1);
        QTest::newRow("wrong case") << QByteArray("5 mib") << qint64(-1);
        QTest::newRow("K is not k") << QByteArray("5 KB") << qint64(-1);
        QTest::newRow("negative") << QByteArray("-1") << qint64(-1);
        QTest::newRow("empty") << QByteArray("") << qint64(-1);
        QTest::newRow("unit alone") << QByteArray("MiB") << qint64(-1);
        QTest::newRow("ends with a point") << QByteArray("5. GB") << qint64(-1);
        QTest::newRow("begins with a point") << QByteArray(".5 GB") << qint64(-1);
        QTest::newRow("two points") << QByteArray("1.2.3 GB") << qint64(-1);
        QTest::newRow("ends with a space") << QByteArray("5 ") << qint64(-1);
        QTest::newRow("too many digits") << QByteArray("99999999999999999999") << qint64(-1);
        QTest::newRow("too large") << QByteArray("9999999999 TiB") << qint64(-1);
        QTest::newRow("2^63 is too large") << QByteArray("9223372036854775808") << qint64(-1);
        QTest::newRow("largest") << QByteArray("9223372036854775807") << qint64(9223372036854775807);
    }
    void size()
    {
        QFETCH(QByteArray, text);
        QFETCH(qint64, bytes);
        const auto size = parseSize(text.toStdString());
        QCOMPARE(size ? static_cast<qint64>(*size) : -1, bytes);
    }

    void counts()
    {
        QCOMPARE(*parseCount("135 M"), 135'000'000u);
        QCOMPARE(*parseCount("1.7 B"), 1'700'000'000u);
        QCOMPARE(*parseCount("82000000"), 82'000'000u);
        QVERIFY(!parseCount("135 MB"));
    }

    void durations()
    {
        QCOMPARE(parseDuration("60 s")->count(), 60);
        QCOMPARE(parseDuration("1.5 min")->count(), 90);
        QCOMPARE(parseDuration("1 h")->count(), 3600);
        QVERIFY(!parseDuration("60"));
        QVERIFY(!parseDuration("0.5 s"));
        QVERIFY(!parseDuration("9000 h"));
    }

    void versions_data()
    {
        QTest::addColumn<QByteArray>("a");
        QTest::addColumn<QByteArray>("b");
        QTest::addColumn<int>("order"); // 9: cannot be compared
        QTest::newRow("equal") << QByteArray("7.5") << QByteArray("7.5") << 0;
        QTest::newRow("numbers, not letters") << QByteArray("7.10") << QByteArray("7.9") << 1;
        QTest::newRow("shorter") << QByteArray("7") << QByteArray("7.0.0") << 0;
        QTest::newRow("longer is newer") << QByteArray("550") << QByteArray("550.54.14") << -1;
        QTest::newRow("suffix") << QByteArray("4.3.1+ds1-8+b1") << QByteArray("4.3.1") << 0;
        QTest::newRow("word") << QByteArray("gfx1100") << QByteArray("7.5") << 9;
        QTest::newRow("empty") << QByteArray("") << QByteArray("7.5") << 9;
        QTest::newRow("number too large to hold")
            << QByteArray("99999999999999999999999") << QByteArray("1") << -1;
    }
    void versions()
    {
        QFETCH(QByteArray, a);
        QFETCH(QByteArray, b);
        QFETCH(int, order);
        QCOMPARE(compareVersions(a.toStdString(), b.toStdString()).value_or(9), order);
    }
};

QTEST_APPLESS_MAIN(TestQuantities)
#include "tst_quantities.moc"
