#include "catalog/maintaining/spdx/licence_expression.h"
#include "catalog/maintaining/spdx/licence_list.h"

#include <QtTest>
#include <algorithm>

using namespace firstlight;

class TestLicenceExpression : public QObject {
    Q_OBJECT

private slots:
    void listsAreSortedAndWhole()
    {
        for (const auto list : {spdxLicences(), spdxDeprecatedLicences(), spdxExceptions()})
            QVERIFY(std::is_sorted(list.begin(), list.end()));
        QCOMPARE(spdxLicences().size(), std::size_t(708));
        QCOMPARE(spdxDeprecatedLicences().size(), std::size_t(26));
    }

    void good_data()
    {
        QTest::addColumn<QString>("text");
        for (const char *text :
             {"MIT", "Apache-2.0 OR MIT",
              "(MIT AND BSD-3-Clause) OR GPL-2.0-or-later WITH Classpath-exception-2.0", "LicenseRef-Gemma",
              "DocumentRef-spdx.1:LicenseRef-X", "CDDL-1.0+", "MIT-0", "((MIT))", "MIT and Apache-2.0"})
            QTest::newRow(text) << text;
    }
    void good()
    {
        QFETCH(QString, text);
        QVERIFY(checkLicence(text.toStdString()).empty());
    }

    void bad_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<int>("kind");
        QTest::addColumn<QString>("part");
        QTest::addColumn<QString>("hint"); ///< nearest, or what is needed
        QTest::addColumn<int>("at");
        const auto row = [](const char *text, LicenceFault::Kind kind, const char *part, const char *hint,
                            int at) { QTest::newRow(text) << text << int(kind) << part << hint << at; };
        using Kind = LicenceFault::Kind;
        row("Apache2.0", Kind::Unknown, "Apache2.0", "Apache-2.0", 0);
        row("MIT OR apache-2.0", Kind::Unknown, "apache-2.0", "Apache-2.0", 7);
        row("GPL-3.0", Kind::Deprecated, "GPL-3.0", "GPL-3.0-only, GPL-3.0-or-later", 0);
        row("GPL-2.0-only WITH Clathpath-exception-2.0", Kind::Unknown, "Clathpath-exception-2.0",
            "Classpath-exception-2.0", 18);
        row("MIT Apache-2.0", Kind::Syntax, "Apache-2.0", "AND, OR", 4);
        row("MIT OR", Kind::Syntax, "", "licence", 6);
        row("(MIT", Kind::Syntax, "", ")", 4);
        row("MIT WITH", Kind::Syntax, "", "exception", 8);
        row(")", Kind::Syntax, ")", "licence", 0);
        row("", Kind::Syntax, "", "licence", 0);
        row("LicenseRef-", Kind::Unknown, "LicenseRef-", "", 0);
    }
    void bad()
    {
        QFETCH(QString, text);
        QFETCH(int, kind);
        QFETCH(QString, part);
        QFETCH(QString, hint);
        QFETCH(int, at);
        const auto faults = checkLicence(text.toStdString());
        QCOMPARE(faults.size(), std::size_t(1));
        QCOMPARE(int(faults[0].kind), kind);
        QCOMPARE(QString::fromStdString(faults[0].part), part);
        QCOMPARE(QString::fromStdString(kind == int(LicenceFault::Kind::Syntax) ? faults[0].needed
                                                                                : faults[0].nearest),
                 hint);
        QCOMPARE(int(faults[0].at), at);
    }

    void tellsOfEveryWord()
    {
        QCOMPARE(checkLicence("Foo AND (Bar OR MIT) AND GPL-2.0").size(), std::size_t(3));
    }
};

QTEST_APPLESS_MAIN(TestLicenceExpression)
#include "tst_licence_expression.moc"
