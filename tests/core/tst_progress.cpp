#include "core/json_lines.h"
#include "core/progress.h"

#include <QTest>

using namespace firstlight;
using namespace std::chrono_literals;

namespace {

class Recorder final : public Progress {
public:
    void update(const ProgressUpdate &update) override { updates.push_back(update); }
    std::vector<ProgressUpdate> updates;
};

} // namespace

class TestProgress : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void measuresRateAndTimeLeft()
    {
        Recorder recorder;
        ProgressMeter meter(recorder, "download", "model.gguf", ProgressUnit::Bytes, 1000);
        const auto start = ProgressMeter::Clock::now();
        meter.advanceTo(100, start + 1s);
        const ProgressUpdate &update = recorder.updates.back();
        QCOMPARE(update.done, std::uint64_t(100));
        QVERIFY(std::abs(*update.ratePerSecond - 100) < 5);
        QVERIFY(update.timeLeft->count() >= 8 && update.timeLeft->count() <= 10);
    }

    void bytesFromBeforeAreNotSpeed()
    {
        Recorder recorder;
        ProgressMeter meter(recorder, "download", "model.gguf", ProgressUnit::Bytes, 2000, 1000);
        meter.advanceTo(1100, ProgressMeter::Clock::now() + 1s);
        QVERIFY(*recorder.updates.back().ratePerSecond < 120);
    }

    void reportsAtMostTenTimesASecond()
    {
        Recorder recorder;
        ProgressMeter meter(recorder, "download", "model.gguf", ProgressUnit::Bytes, 1000);
        const auto start = ProgressMeter::Clock::now();
        for (int step = 1; step <= 1000; ++step)
            meter.advanceTo(static_cast<std::uint64_t>(step), start + step * 1ms);
        QVERIFY(recorder.updates.size() <= 12);
    }

    void finishIsAlwaysTold()
    {
        Recorder recorder;
        ProgressMeter meter(recorder, "build", "image", ProgressUnit::Steps, 7);
        meter.finish();
        QVERIFY(recorder.updates.back().finished);
        QCOMPARE(recorder.updates.back().done, std::uint64_t(7));
    }

    void unknownTotalHasNoTimeLeft()
    {
        Recorder recorder;
        ProgressMeter meter(recorder, "wait", "chat", ProgressUnit::None, std::nullopt);
        meter.advanceTo(5, ProgressMeter::Clock::now() + 1s);
        QVERIFY(!recorder.updates.back().timeLeft);
        QVERIFY(toJson(recorder.updates.back())["total"].is_null());
    }

    void errorsBecomeJsonWithTheirCause()
    {
        const Error error
            = wrap({.code = "outer"}, {.code = "inner", .facts = {{"a", "b"}}, .kind = ErrorKind::BadInput});
        const auto json = toJson(error);
        QCOMPARE(json["cause"]["facts"]["a"].get<std::string>(), std::string("b"));
        QCOMPARE(json["kind"].get<std::string>(), std::string("bad-input"));
    }

    void cancelledStaysCancelled()
    {
        QCOMPARE(wrap({.code = "outer"}, cancelled()).code, std::string("cancelled"));
    }
};

QTEST_APPLESS_MAIN(TestProgress)
#include "tst_progress.moc"
