#include "assistant/outlook.h"

#include <QTest>
#include <algorithm>

using namespace firstlight;

namespace {

Machine withMemory(std::uint64_t gibibytes)
{
    Machine machine;
    machine.memory.totalBytes = gibibytes << 30;
    machine.memory.availableBytes = gibibytes << 30;
    return machine;
}

Accelerator card(std::uint64_t gibibytes)
{
    Accelerator card;
    card.address = "0000:01:00.0";
    card.kind = "gpu";
    card.vendor = "nvidia";
    card.driver = "nvidia";
    card.memoryKind = "dedicated";
    card.memoryBytes = gibibytes << 30;
    card.memoryBytesPerSecond = 1'008'000'000'000; // GeForce RTX 4090
    return card;
}

} // namespace

class TestOutlook : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void nothingIsPromisedOfAnUnknownComputer() { QVERIFY(languageModelOutlook(Machine()).empty()); }

    void moreMemoryHoldsMore()
    {
        std::size_t before = 0;
        for (const std::uint64_t gibibytes : {1, 4, 8, 16, 32, 64, 128}) {
            const auto outlook = languageModelOutlook(withMemory(gibibytes));
            QVERIFY(outlook.size() >= before);
            for (const LanguageModelOutlook &model : outlook) {
                QVERIFY(model.memoryBytes < (gibibytes << 30));
                QVERIFY(!model.speed); // nobody measured
            }
            before = outlook.size();
        }
        QCOMPARE(before, 7u);
    }

    // Llama 3.1 8B, Q4_K_M: a file of 4.92 GB and 0.54 GB of context of 4096 tokens at 16 bits.
    void eightBillionNeedWhatTheyNeed()
    {
        const auto outlook = languageModelOutlook(withMemory(16));
        const auto eight = std::ranges::find(outlook, 8.0, &LanguageModelOutlook::billionParameters);
        QVERIFY(eight != outlook.end());
        QVERIFY(eight->memoryBytes > 5'300'000'000 && eight->memoryBytes < 6'200'000'000);
    }

    void speedFollowsBandwidth()
    {
        Machine machine = withMemory(16);
        machine.memory.bandwidth = MemoryBandwidth{10'000'000'000, 40'000'000'000};
        const auto outlook = languageModelOutlook(machine);
        const auto eight = std::ranges::find(outlook, 8.0, &LanguageModelOutlook::billionParameters);
        QVERIFY(eight->speed && eight->speed->least < eight->speed->most);
        QVERIFY(eight->speed->most <= 40e9 / 4.85e9);
        for (std::size_t i = 1; i < outlook.size(); ++i)
            QVERIFY(outlook[i].speed->most < outlook[i - 1].speed->most);
    }

    void aCardTakesWhatFitsIntoIt()
    {
        Machine machine = withMemory(64);
        machine.memory.bandwidth = MemoryBandwidth{10'000'000'000, 40'000'000'000};
        machine.accelerators.emplace().push_back(card(24));
        for (const LanguageModelOutlook &model : languageModelOutlook(machine)) {
            QCOMPARE(model.device, model.billionParameters <= 32 ? "0000:01:00.0" : std::string());
            QVERIFY(model.speed);
        }
    }

    void aCardThatCannotBeUsedTakesNothing()
    {
        Machine machine = withMemory(8);
        Accelerator denied = card(24);
        denied.nodes = {{.path = "/dev/nvidia0", .access = NodeAccess::Denied}};
        Accelerator unfit = card(24);
        unfit.driver = "nouveau";
        Accelerator shared = card(24);
        shared.memoryKind = "unified";
        machine.accelerators = {denied, unfit, shared};
        QCOMPARE(languageModelOutlook(machine), languageModelOutlook(withMemory(8)));
    }
};

QTEST_APPLESS_MAIN(TestOutlook)
#include "tst_outlook.moc"
