#include "core/nearest.h"

#include <QTest>

using namespace firstlight;

class TestNearest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void findsWhatWasMeant_data()
    {
        QTest::addColumn<QString>("word");
        QTest::addColumn<QString>("expected");
        QTest::newRow("swapped letters") << "caht"
                                         << "chat";
        QTest::newRow("missing letter") << "cht"
                                        << "chat";
        QTest::newRow("capital letters") << "CHAT"
                                         << "chat";
        QTest::newRow("one more") << "speeak"
                                  << "speak";
        QTest::newRow("nothing like it") << "quantum"
                                         << "";
        QTest::newRow("empty") << ""
                               << "";
        QTest::newRow("tie goes to the first") << "sang"
                                               << "sing";
        QTest::newRow("endless") << QString(100000, 'x') << "";
    }
    void findsWhatWasMeant()
    {
        QFETCH(QString, word);
        QFETCH(QString, expected);
        QCOMPARE(QString::fromStdString(nearest(word.toStdString(), {"speak", "chat", "song", "sing"})),
                 expected);
    }
};

QTEST_APPLESS_MAIN(TestNearest)
#include "tst_nearest.moc"
