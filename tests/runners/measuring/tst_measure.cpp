#include "core/files.h"
#include "runners/measuring/measure.h"

#include <QtTest>
#include <unistd.h>

using namespace firstlight;
namespace fs = std::filesystem;

class TestMeasure : public QObject {
    Q_OBJECT

private:
    TemporaryDirectory m_proc = *TemporaryDirectory::make(fs::temp_directory_path(), "firstlight-proc-");

    void process(int number, int parent, int peakKiB)
    {
        std::string text = "Name:\tx\nPPid:\t" + std::to_string(parent) + "\n";
        if (peakKiB > 0) // a kernel thread and a zombie have none
            text += "VmHWM:\t  " + std::to_string(peakKiB) + " kB\n";
        QVERIFY(writeFileAtomically(m_proc.path() / std::to_string(number) / "status", text));
    }

private slots:
    void sumsAFamily()
    {
        process(10, 1, 100);
        process(11, 10, 20);
        process(12, 11, 3);
        process(13, 10, 0);
        process(20, 1, 5000);
        QVERIFY(writeFileAtomically(m_proc.path() / "uptime", "1"));
        QCOMPARE(*peakMemoryOf(10, m_proc.path()), 123u * 1024);
        QCOMPARE(*peakMemoryOf(12, m_proc.path()), 3u * 1024);
        QVERIFY(!peakMemoryOf(99, m_proc.path()));
        QVERIFY(!peakMemoryOf(0, m_proc.path()));
    }

    void ofThisProcess() { QVERIFY(*peakMemoryOf(::getpid()) > 1'000'000u); }

    void whatCannotBeAskedIsLeftOut()
    {
        RunningDemo demo;
        demo.hostPort = 1; // nobody listens there
        const Measured nobody = measureDemo(demo, "openai", 0, {});
        QVERIFY(!nobody.unit && !nobody.unitsPerSecond && !nobody.memoryBytes);
        const Measured unknown = measureDemo(demo, "some-other-interface", ::getpid(), {});
        QVERIFY(!unknown.unit && unknown.memoryBytes);
    }
};

QTEST_GUILESS_MAIN(TestMeasure)
#include "tst_measure.moc"
