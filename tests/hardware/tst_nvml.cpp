#include "hardware/accelerators/nvml.h"
#include "hardware/recorder.h"
#include "recordings.h"

#include <QtTest>
#include <nlohmann/json.hpp>

using namespace firstlight;
using namespace std::chrono_literals;

namespace {

Accelerator gpuAt(const std::string &address)
{
    Accelerator gpu{
        .address = address, .kind = "gpu", .vendor = "nvidia", .vendorId = "10de", .deviceId = "2330"};
    gpu.driverBound = true;
    gpu.driver = "nvidia";
    gpu.compute = "9.0";
    gpu.memoryKind = "dedicated";
    gpu.integrated = false;
    return gpu;
}

std::vector<Accelerator> threeGpus()
{
    return {gpuAt("0000:01:00.0"), gpuAt("0000:02:00.0"), gpuAt("0000:03:00.0")};
}

const std::vector<std::string> reader{READ_NVML};

/// The library in \a folder ("nvml", "nvml_bare" or none), which then behaves as \a how says.
std::optional<std::string> said(const char *how, const char *folder = "nvml",
                                std::chrono::milliseconds limit = 20s)
{
    qputenv("LD_LIBRARY_PATH", QByteArray(FAKE_NVML_FOLDERS) + folder);
    qputenv("FAKE_NVML", how);
    return runNvmlReader(reader, limit);
}

} // namespace

class TestNvml : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void tellsWhatOnlyTheLibraryKnows()
    {
        const auto text = said("good");
        QVERIFY(text);
        auto gpus = threeGpus();
        takeNvmlFacts(*text, gpus);
        for (const Accelerator &gpu : gpus) {
            QCOMPARE(gpu.name.value_or(""), std::string("NVIDIA Fake"));
            QCOMPARE(gpu.driverVersion.value_or(""), std::string("570.86.10"));
            QCOMPARE(gpu.cudaVersion.value_or(""), std::string("12.8"));
            QCOMPARE(gpu.compute.value_or(""), std::string("9.0"));
            QCOMPARE(gpu.computeUnits.value_or(0), 132); // as an H100 SXM has
            QCOMPARE(gpu.memoryBytes.value_or(0), 85899345920u);
            QCOMPARE(gpu.memoryBytesPerSecond.value_or(0), 3352320000000u);
        }
        QCOMPARE(gpus[0].linkedTo, std::vector<std::string>{"0000:02:00.0"});
        QCOMPARE(gpus[1].linkedTo, std::vector<std::string>{"0000:01:00.0"});
        QVERIFY(gpus[2].linkedTo.empty()); // its peer is not here
    }

    void aSwitchJoinsAll()
    {
        auto gpus = threeGpus();
        takeNvmlFacts(said("switched").value(), gpus);
        QCOMPARE(gpus[0].linkedTo, (std::vector<std::string>{"0000:02:00.0", "0000:03:00.0"}));
        QCOMPARE(gpus[2].linkedTo, (std::vector<std::string>{"0000:01:00.0", "0000:02:00.0"}));
    }

    void failuresSayNothing_data()
    {
        QTest::addColumn<QByteArray>("how");
        QTest::addColumn<QByteArray>("folder");
        QTest::addColumn<int>("limitMilliseconds");
        QTest::newRow("hangs") << QByteArray("hangs") << QByteArray("nvml") << 300;
        QTest::newRow("crashes") << QByteArray("crashes") << QByteArray("nvml") << 20000;
        QTest::newRow("refuses") << QByteArray("refuses") << QByteArray("nvml") << 20000;
    }
    void failuresSayNothing()
    {
        QFETCH(QByteArray, how);
        QFETCH(QByteArray, folder);
        QFETCH(int, limitMilliseconds);
        QVERIFY(!said(how.constData(), folder.constData(), std::chrono::milliseconds(limitMilliseconds)));
    }

    void missingFunctionsLeaveTheRest()
    {
        const auto text = said("good", "nvml_bare");
        QVERIFY(text);
        auto gpus = threeGpus();
        takeNvmlFacts(*text, gpus);
        QCOMPARE(gpus, threeGpus());
    }

    void liesAndGarbageAreLeftOut_data()
    {
        QTest::addColumn<QByteArray>("how");
        QTest::newRow("lies") << QByteArray("lies");
        QTest::newRow("garbage") << QByteArray("garbage");
    }
    void liesAndGarbageAreLeftOut()
    {
        QFETCH(QByteArray, how);
        const auto text = said(how.constData());
        QVERIFY(text);
        auto gpus = threeGpus();
        takeNvmlFacts(*text, gpus);
        for (const Accelerator &gpu : gpus) {
            QCOMPARE(gpu.compute.value_or(""), std::string("9.0"));
            QVERIFY(!gpu.memoryBytes && !gpu.memoryBytesPerSecond && !gpu.computeUnits);
            QVERIFY(gpu.driverVersion.value_or("570.86.10") == "570.86.10");
        }
    }

    void textsThatNoReaderWrote_data()
    {
        QTest::addColumn<QByteArray>("text");
        const QByteArray start = "{\"address\": \"0000:01:00.0\", ";
        QTest::newRow("empty") << QByteArray();
        QTest::newRow("no json") << QByteArray("\0\xff{[\n\n}", 8);
        QTest::newRow("other types")
            << start + "\"memoryBytes\": \"8\", \"compute\": 9, \"peers\": 1, \"switched\": 1}";
        QTest::newRow("negative")
            << start + "\"memoryBytes\": -1, \"computeUnits\": -1, \"compute\": \"-1.0\"}";
        QTest::newRow("too large") << start
                                          + "\"memoryBytes\": 18446744073709551615, \"computeUnits\": 1e300}";
        QTest::newRow("zero")
            << start + "\"memoryBytes\": 0, \"computeUnits\": 0, \"memoryBytesPerSecond\": 0}";
        QTest::newRow("no version") << QByteArray("{\"driverVersion\": \"rm -rf\", \"cudaVersion\": \"..\"}");
        QTest::newRow("escape") << start + "\"name\": \"\\u001b[2J\"}";
        QTest::newRow("itself") << start + "\"peers\": [\"0000:01:00.0\", [], null], \"switched\": true}";
        QTest::newRow("elsewhere") << QByteArray(
            "{\"address\": \"0000:77:00.0\", \"memoryBytes\": 8, \"peers\": [\"0000:01:00.0\"]}");
    }
    void textsThatNoReaderWrote()
    {
        QFETCH(QByteArray, text);
        auto gpus = threeGpus();
        takeNvmlFacts(text.toStdString(), gpus);
        QCOMPARE(gpus, threeGpus());
    }

    void unifiedMemoryIsNotTheGpus()
    {
        auto gpus = threeGpus();
        gpus[0].memoryKind = "unified";
        takeNvmlFacts(said("good").value(), gpus);
        QVERIFY(!gpus[0].memoryBytes);
        QVERIFY(gpus[1].memoryBytes);
    }

    void asksOnlyWhatIsAwakeAndTheDriversOwn()
    {
        auto gpus = threeGpus();
        QVERIFY(mayAskNvml(gpus));
        gpus[1].sleeping = true;
        QVERIFY(!mayAskNvml(gpus));
        gpus[1].driver = "vfio-pci"; // a virtual machine's: the library does not see it
        QVERIFY(mayAskNvml(gpus));
        for (Accelerator &gpu : gpus)
            gpu.driver = "nouveau";
        QVERIFY(!mayAskNvml(gpus));
        QVERIFY(!mayAskNvml({}));
    }

    void isAskedOnceABoot()
    {
        qputenv("LD_LIBRARY_PATH", QByteArray(FAKE_NVML_FOLDERS) + "nvml");
        qputenv("FAKE_NVML", "good");
        const auto folder = TemporaryDirectory::make(scratchParent(), "firstlight-test-");
        const auto root = Root::open("/");
        const auto ask = [&](std::vector<Accelerator> gpus, const std::vector<std::string> &command) {
            SlowFacts facts(folder->path());
            addNvmlFacts(*root, command, facts, {}, gpus);
            facts.save();
            return gpus;
        };
        const std::vector<std::string> none{"/nonexistent/reader"};
        auto asleep = threeGpus();
        asleep[0].sleeping = true;
        QCOMPARE(ask(asleep, reader), asleep); // nothing is started, and nothing remembered
        const auto first = ask(threeGpus(), reader);
        QVERIFY(first[0].memoryBytes);
        QCOMPARE(ask(threeGpus(), none), first);
        QVERIFY(ask(asleep, reader)[0].memoryBytes); // known from before it slept
        auto updated = threeGpus();
        for (Accelerator &gpu : updated)
            gpu.driverVersion = "999.1";
        QCOMPARE(ask(updated, none), updated);   // another driver: asked anew, and it fails
        QCOMPARE(ask(updated, reader), updated); // which is remembered too
    }

    void aRecordingAnswersForItsComputer()
    {
        CraftedRoot folder;
        const nlohmann::json answers{{"nvml", "{\"address\": \"0000:01:00.0\", \"memoryBytes\": 1024}\n"}};
        folder.file(answersFile, nlohmann::json{{"answers", answers}}.dump());
        SlowFacts facts({});
        auto gpus = threeGpus();
        addNvmlFacts(*Root::open(folder.path()), {"/nonexistent/reader"}, facts, {}, gpus);
        QCOMPARE(gpus[0].memoryBytes.value_or(0), 1024u);
        QVERIFY(!gpus[1].memoryBytes);
    }
};

QTEST_GUILESS_MAIN(TestNvml)
#include "tst_nvml.moc"
