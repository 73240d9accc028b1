#include "machines.h"

#include "catalog/catalog.h"
#include "catalog/choice.h"
#include "catalog/choosing/obstacles.h"

#include <QtTest>
#include <random>

using namespace firstlight;

namespace {

constexpr std::uint64_t mebibyte = 1u << 20;

Demo chat()
{
    const std::string file = FIRSTLIGHT_SOURCE_DIR "/catalog/demos/chat.yaml";
    return *parseDemo(*readFile(file), file);
}

/// A demo with one variant and one model of round numbers: 1000 MiB of weights, 1 MiB a token, 100 MiB of
/// overhead.
Demo roundDemo()
{
    Demo demo;
    demo.id = "round";
    Model model{.id = "m",
                .name = "M",
                .format = "gguf",
                .parameters = {},
                .kvBytesPerToken = mebibyte,
                .maxContext = 1000,
                .licence = {},
                .file = {}};
    model.file.sizeBytes = 1000 * mebibyte;
    demo.models.emplace("m", model);
    Variant variant;
    variant.id = "v";
    variant.image = "a/b@sha256:x";
    variant.models = {"m"};
    variant.resources = {.overheadBytes = 100 * mebibyte, .imageBytes = 50 * mebibyte, .buildBytes = 7};
    variant.tuning.contextTokens = {100, 200, 2000};
    demo.variants = {variant};
    return demo;
}

Machine roundMachine(std::uint64_t totalMiB, std::uint64_t availableMiB)
{
    Machine machine;
    machine.cpu.architecture = "x86_64";
    machine.memory.totalBytes = totalMiB * mebibyte;
    machine.memory.availableBytes = availableMiB * mebibyte;
    machine.storage = {{"/data", std::uint64_t{1} << 40}};
    return machine;
}

Variant simple(const std::string &id)
{
    Variant variant;
    variant.id = id;
    variant.image = "a/b@sha256:x";
    return variant;
}

Requirement term(const std::string &key, Comparison comparison, const std::vector<std::string> &values)
{
    return {
        .kind = Requirement::Kind::Term, .children = {}, .term = {key, comparison, values}, .position = {}};
}

std::vector<std::string> order(const Choice &choice)
{
    std::vector<std::string> ids;
    for (const VariantChoice &each : choice.ranked)
        ids.push_back(each.variant);
    return ids;
}

const VariantChoice &variantOf(const Choice &choice, const std::string &id)
{
    return *std::find_if(choice.ranked.begin(), choice.ranked.end(),
                         [&](const VariantChoice &each) { return each.variant == id; });
}

} // namespace

class TestChoosing : public QObject {
    Q_OBJECT

private slots:
    void context_data()
    {
        QTest::addColumn<int>("totalMiB");
        QTest::addColumn<int>("availableMiB");
        QTest::addColumn<int>("context");
        QTest::addColumn<int>("verdict");
        // Weights 1000 + overhead 100 + context; max(512, 5 %) stays free.
        QTest::newRow("all of the training context") << 8000 << 2612 << 1000 << int(Verdict::RunsNow);
        QTest::newRow("one MiB less") << 8000 << 2611 << 200 << int(Verdict::RunsNow);
        QTest::newRow("smallest") << 8000 << 1712 << 100 << int(Verdict::RunsNow);
        QTest::newRow("not now") << 8000 << 1711 << 100 << int(Verdict::AfterFix);
        QTest::newRow("not ever") << 1711 << 1711 << 100 << int(Verdict::Cannot);
        QTest::newRow("5 % of a large computer") << 100'000 << 7100 << 1000 << int(Verdict::RunsNow);
        QTest::newRow("less than 5 %") << 100'000 << 7099 << 200 << int(Verdict::RunsNow);
    }
    void context()
    {
        QFETCH(int, totalMiB);
        QFETCH(int, availableMiB);
        QFETCH(int, context);
        QFETCH(int, verdict);
        const Choice choice = *choose(roundDemo(), roundMachine(static_cast<std::uint64_t>(totalMiB),
                                                                static_cast<std::uint64_t>(availableMiB)));
        QCOMPARE(*choice.ranked[0].contextTokens, context);
        QCOMPARE(int(choice.ranked[0].verdict), verdict);
    }

    void memoryObstacle()
    {
        const Obstacle now = choose(roundDemo(), roundMachine(8000, 1000))->ranked[0].obstacles.at(0);
        QCOMPARE(now.kind, ObstacleKind::Memory);
        QCOMPARE(now.needed, std::to_string((1200 + 512) * mebibyte));
        QCOMPARE(now.found, std::to_string(1000 * mebibyte));
        QVERIFY(now.fixable && !now.unknown);
        const Obstacle ever = choose(roundDemo(), roundMachine(1000, 900))->ranked[0].obstacles.at(0);
        QCOMPARE(ever.kind, ObstacleKind::MemoryTotal);
        QCOMPARE(ever.found, std::to_string(1000 * mebibyte));
    }

    void cgroupLimitIsAllThereIs()
    {
        Machine machine = roundMachine(64'000, 900);
        machine.memory.limitBytes = 900 * mebibyte;
        QCOMPARE(choose(roundDemo(), machine)->ranked[0].obstacles.at(0).kind, ObstacleKind::MemoryTotal);
    }

    void unknownMemory()
    {
        Machine machine = machineNamed("small-server"); // with an engine that works
        machine.memory.availableBytes.reset();
        QCOMPARE(choose(roundDemo(), machine)->ranked[0].verdict, Verdict::Unknown);
        machine.memory.totalBytes.reset();
        QCOMPARE(choose(roundDemo(), machine)->ranked[0].verdict, Verdict::Unknown);
    }

    void unknownMemoryOfARecording() // of the hardware alone: what would be free is not asked
    {
        Machine machine = roundMachine(8000, 0);
        machine.memory.availableBytes.reset();
        QCOMPARE(choose(roundDemo(), machine)->ranked[0].verdict, Verdict::RunsNow);
        machine.memory.totalBytes = 900 * mebibyte;
        QCOMPARE(choose(roundDemo(), machine)->ranked[0].verdict, Verdict::Cannot);
        machine.memory.totalBytes.reset();
        QCOMPARE(choose(roundDemo(), machine)->ranked[0].verdict, Verdict::RunsNow);
    }

    void estimate()
    {
        const Choice choice
            = *choose(roundDemo(), roundMachine(8000, 7000), {.variant = {}, .contextTokens = 300});
        const Estimate &estimate = choice.ranked[0].estimate;
        QCOMPARE(*choice.ranked[0].contextTokens, 300);
        QCOMPARE(*estimate.memoryBytes, 1400 * mebibyte);
        QCOMPARE(*estimate.diskBytes, 1050 * mebibyte); // an image is pulled, not built
        QVERIFY(!estimate.speed);                       // nobody knows how large the model is in parameters
        QCOMPARE(*choose(roundDemo(), roundMachine(8000, 7000), {.variant = {}, .contextTokens = 5000})
                      ->ranked[0]
                      .contextTokens,
                 1000); // no more than the model was trained for
    }

    void unknownParts() // never a number that leaves something out, and still no start that cannot end well
    {
        Demo demo = roundDemo();
        demo.variants[0].resources.overheadBytes.reset();
        QVERIFY(!choose(demo, roundMachine(8000, 7000))->ranked[0].estimate.memoryBytes);
        QCOMPARE(choose(demo, roundMachine(1000, 900))->ranked[0].verdict, Verdict::Cannot);
        demo = roundDemo();
        demo.models.at("m").kvBytesPerToken.reset();
        QVERIFY(!choose(demo, roundMachine(8000, 7000))->ranked[0].estimate.memoryBytes);
    }

    void firstModelThatFits()
    {
        Demo demo = roundDemo();
        Model small = demo.models.at("m");
        small.id = "s";
        small.file.sizeBytes = 10 * mebibyte;
        demo.models.emplace("s", small);
        demo.variants[0].models = {"m", "s"};
        QCOMPARE(choose(demo, roundMachine(8000, 7000))->ranked[0].model, std::string("m"));
        QCOMPARE(choose(demo, roundMachine(8000, 1000))->ranked[0].model, std::string("s"));
        QCOMPARE(choose(demo, roundMachine(8000, 1000))->ranked[0].verdict, Verdict::RunsNow);
        QCOMPARE(choose(demo, roundMachine(8000, 10))->ranked[0].model, std::string("s")); // needs least
        Machine full = roundMachine(8000, 7000);
        full.storage[0].freeBytes = 100 * mebibyte;
        QCOMPARE(choose(demo, full)->ranked[0].model, std::string("s")); // the disk counts too
    }

    void disk()
    {
        Machine machine = roundMachine(8000, 7000);
        machine.storage[0].freeBytes = 1049 * mebibyte;
        const VariantChoice choice = choose(roundDemo(), machine)->ranked[0];
        QCOMPARE(choice.verdict, Verdict::AfterFix);
        QCOMPARE(choice.obstacles.at(0).kind, ObstacleKind::Disk);
        QCOMPARE(choice.obstacles[0].subject, std::string("/data"));
    }

    void acceleratorMemory()
    {
        Demo demo = roundDemo();
        demo.variants[0].accelerated = true;
        demo.variants[0].requires_ = {.kind = Requirement::Kind::Device,
                                      .children = {term("vendor", Comparison::Equal, {"amd"})},
                                      .term = {},
                                      .position = {}};
        Machine machine = roundMachine(8000, 700); // enough for the overhead only
        Accelerator device{.address = "1", .kind = "gpu", .vendor = "amd", .vendorId = {}, .deviceId = {}};
        device.driver = "amdgpu";
        device.memoryBytes = 2000 * mebibyte;
        machine.accelerators = std::vector<Accelerator>{device};
        VariantChoice choice = choose(demo, machine)->ranked[0];
        QCOMPARE(choice.verdict, Verdict::RunsNow);
        QCOMPARE(*choice.contextTokens, 200); // 1300 of 2000 − 457
        QCOMPARE(choice.device, std::string("1"));
        QCOMPARE(choice.placement, Placement::Accelerator);

        machine.accelerators->at(0).memoryBytes = 1500 * mebibyte;
        choice = choose(demo, machine)->ranked[0];
        QCOMPARE(choice.verdict, Verdict::Cannot);
        QCOMPARE(choice.obstacles.at(0).kind, ObstacleKind::DeviceProperty);

        machine.accelerators->at(0).integrated = true; // then it is the computer's memory
        QCOMPARE(choose(demo, machine)->ranked[0].obstacles.at(0).kind, ObstacleKind::Memory);
        machine.memory.availableBytes = 7000 * mebibyte;
        QCOMPARE(*choose(demo, machine)->ranked[0].contextTokens, 1000);
    }

    void engines()
    {
        Machine machine = machineNamed("small-server");
        machine.engines->podman->runtimes
            = {{"crun", "/usr/bin/crun", false, "cgroup"}, {"runc", "/usr/bin/runc", {}, ""}};
        QVERIFY(choose(chat(), machine)->chosen()); // one was not tried: it may work
        machine.engines->podman->runtimes[1].works = false;
        const Choice none = *choose(chat(), machine);
        QVERIFY(!none.chosen());
        QCOMPARE(none.ranked[0].obstacles.at(0).kind, ObstacleKind::EngineRuntime);
        QCOMPARE(none.ranked[0].obstacles[0].found, std::string("crun: cgroup; runc"));
        machine = machineNamed("small-server");
        machine.engines->rootless = true;
        machine.engines->subordinateIds = false;
        QCOMPARE(choose(chat(), machine)->ranked[0].obstacles.at(0).kind, ObstacleKind::SubordinateIds);
        machine.engines->subordinateIds.reset();
        QVERIFY(choose(chat(), machine)->chosen());
    }

    void architecturesOfTheRecipe()
    {
        Demo demo = roundDemo();
        demo.variants[0].architectures = {"aarch64"};
        const VariantChoice choice = choose(demo, roundMachine(8000, 7000))->ranked[0];
        QCOMPARE(choice.verdict, Verdict::Cannot);
        QCOMPARE(choice.obstacles.at(0).kind, ObstacleKind::Architecture);
    }

    void ranking_data()
    {
        QTest::addColumn<QByteArray>("winner");
        QTest::addColumn<int>("rule");
        const char *rules[] = {"specific", "locked", "weight", "memory", "id"};
        for (int i = 0; i < 5; ++i)
            QTest::newRow(rules[i]) << QByteArray("b") << i;
    }
    void ranking() // each rule alone makes b win over a; the ids alone would say a
    {
        QFETCH(int, rule);
        Demo demo;
        demo.variants = {simple("a"), simple("b")};
        demo.variants[0].resources.overheadBytes = demo.variants[1].resources.overheadBytes = 10;
        if (rule == 0)
            demo.variants[1].requires_ = term("arch", Comparison::Equal, {"x86_64"});
        if (rule == 1)
            demo.variants[0].unlocked = true;
        if (rule == 2)
            demo.variants[1].weight = 1;
        if (rule == 3)
            demo.variants[1].resources.overheadBytes = 9;
        if (rule == 4)
            demo.variants[0].id = "c";
        QCOMPARE(choose(demo, roundMachine(8000, 7000))->ranked[0].variant, std::string("b"));
    }

    void inclusionAndWeightMakeNoCircle() // a ⊃ b, b > c and c > a by weight
    {
        Demo demo;
        demo.variants = {simple("a"), simple("b"), simple("c")};
        demo.variants[0].requires_ = {.kind = Requirement::Kind::All,
                                      .children = {term("arch", Comparison::Equal, {"x86_64"}),
                                                   term("memory", Comparison::AtLeast, {"1 GiB"})},
                                      .term = {},
                                      .position = {}};
        demo.variants[1].requires_ = term("arch", Comparison::Equal, {"x86_64"});
        demo.variants[2].requires_ = term("memory", Comparison::AtMost, {"1 TiB"});
        demo.variants[0].weight = 0;
        demo.variants[1].weight = 2;
        demo.variants[2].weight = 1;
        const std::vector<std::string> expected = {"c", "a", "b"};
        std::vector<std::size_t> places = {0, 1, 2};
        do {
            Demo shuffled = demo;
            for (std::size_t i = 0; i < 3; ++i)
                shuffled.variants[i] = demo.variants[places[i]];
            QCOMPARE(order(*choose(shuffled, roundMachine(8000, 7000))), expected);
        } while (std::next_permutation(places.begin(), places.end()));
    }

    void catalogOrderDoesNotMatter_data() { eachMachine(); }
    void catalogOrderDoesNotMatter()
    {
        QFETCH(QByteArray, machine);
        const Machine computer = machineNamed(machine.toStdString());
        Demo demo = chat();
        const Choice expected = *choose(demo, computer);
        std::mt19937 random(7);
        for (int i = 0; i < 50; ++i) {
            std::shuffle(demo.variants.begin(), demo.variants.end(), random);
            QCOMPARE(*choose(demo, computer), expected);
        }
    }

    void verdictsDescend_data() { eachMachine(); }
    void verdictsDescend()
    {
        QFETCH(QByteArray, machine);
        const Choice choice = *choose(chat(), machineNamed(machine.toStdString()));
        QCOMPARE(choice.ranked.size(), chat().variants.size()); // nothing is hidden
        for (std::size_t i = 1; i < choice.ranked.size(); ++i)
            QVERIFY(rankOf(choice.ranked[i - 1].verdict) <= rankOf(choice.ranked[i].verdict));
        for (const VariantChoice &each : choice.ranked)
            QCOMPARE(each.obstacles.empty(), each.verdict == Verdict::RunsNow);
    }

    void moreHardwareIsNeverWorse_data() { eachMachine(); }
    void moreHardwareIsNeverWorse()
    {
        QFETCH(QByteArray, machine);
        const Machine computer = machineNamed(machine.toStdString());
        const Choice before = *choose(chat(), computer);
        std::vector<Machine> better;
        for (const char *flag : {"avx512_vnni", "amx_int8", "sve2"}) {
            better.push_back(computer);
            better.back().cpu.flags->insert(flag);
        }
        for (const std::string &other : machineNames()) {
            const Machine donor = machineNamed(other);
            for (const Accelerator &device : *donor.accelerators) {
                better.push_back(computer);
                better.back().accelerators->push_back(device);
                better.back().accelerators->back().address = "ffff:00:00.0";
            }
        }
        better.push_back(computer);
        *better.back().memory.availableBytes += std::uint64_t{1} << 30;
        *better.back().memory.totalBytes += std::uint64_t{1} << 30;
        for (const Machine &each : better) {
            const Choice after = *choose(chat(), each);
            QVERIFY(rankOf(after.ranked[0].verdict) <= rankOf(before.ranked[0].verdict));
            for (const VariantChoice &variant : before.ranked)
                QVERIFY2(rankOf(variantOf(after, variant.variant).verdict) <= rankOf(variant.verdict),
                         variant.variant.c_str());
        }
    }

    void knowingLessIsNeverANo_data() { eachMachine(); }
    void knowingLessIsNeverANo() // what ran does not become impossible because a fact is missing
    {
        QFETCH(QByteArray, machine);
        const Machine computer = machineNamed(machine.toStdString());
        const Choice before = *choose(chat(), computer);
        std::vector<Machine> vaguer(7, computer);
        vaguer[0].cpu.isaLevel.reset();
        vaguer[1].cpu.flags.reset();
        vaguer[2].memory = {};
        vaguer[3].accelerators.reset();
        vaguer[4].engines.reset();
        vaguer[5].storage.clear();
        for (Accelerator &device : *vaguer[6].accelerators) {
            device.compute.reset();
            device.driverVersion.reset();
            device.memoryBytes.reset();
            device.nodes.clear();
        }
        for (const Machine &each : vaguer) {
            const Choice after = *choose(chat(), each);
            for (const VariantChoice &variant : before.ranked) {
                if (variant.verdict != Verdict::Cannot)
                    QVERIFY(variantOf(after, variant.variant).verdict != Verdict::Cannot);
            }
        }
    }

    void insistedVariant()
    {
        const Machine machine = machineNamed("small-server");
        const Choice free = *choose(chat(), machine);
        const Choice insisted
            = *choose(chat(), machine, {.variant = "openvino-packages", .contextTokens = {}});
        QCOMPARE(insisted.chosen()->variant, std::string("openvino-packages"));
        QCOMPARE(insisted.ranked.size(), free.ranked.size());
        QCOMPARE(insisted.ranked[1], free.ranked[0]);
        QVERIFY(!choose(chat(), machine, {.variant = "llamacpp-rocm", .contextTokens = {}})->chosen());
        const Error unknown
            = choose(chat(), machine, {.variant = "openvino-package", .contextTokens = {}}).error();
        QCOMPARE(unknown.code, std::string("variant-unknown"));
        QCOMPARE(unknown.kind, ErrorKind::BadInput);
        QCOMPARE(unknown.facts.at("nearest"), std::string("openvino-packages"));
        QCOMPARE(unknown.facts.at("demo"), std::string("chat"));
    }

    void expected_data()
    {
        QTest::addColumn<QByteArray>("machine");
        QTest::addColumn<QByteArray>("variant");
        QTest::addColumn<QByteArray>("model");
        const auto row = [](const char *machine, const char *variant, const char *model) {
            QTest::newRow(machine) << QByteArray(machine) << QByteArray(variant) << QByteArray(model);
        };
        row("small-server", "llamacpp-packages", "smollm2-135m");
        row("nvidia-laptop", "llamacpp-cuda13", "qwen3-8b");
        row("nvidia-laptop-nouveau", "llamacpp-packages",
            "smollm2-135m");                                    // graphics in main memory are no faster
        row("nvidia-old", "llamacpp-packages", "smollm2-135m"); // CUDA after a driver update
        row("amd-desktop-denied", "", "");
        row("arm-server", "llamacpp-cpu", "qwen3-30b-a3b"); // few of its weights are read for a token
        row("riscv-board", "", "");
        row("tiny", "", "");
        row("busy", "", "");
        row("no-podman", "", "");
        row("old-processor", "llamacpp-cpu", "qwen2.5-0.5b"); // two cores that unpack slowly
        row("limited", "", "");
    }
    void expected()
    {
        QFETCH(QByteArray, machine);
        QFETCH(QByteArray, variant);
        QFETCH(QByteArray, model);
        const Choice choice = *choose(chat(), machineNamed(machine.toStdString()));
        const VariantChoice *chosen = choice.chosen();
        QCOMPARE(QByteArray::fromStdString(chosen ? chosen->variant : ""), variant);
        QCOMPARE(QByteArray::fromStdString(chosen ? chosen->model : ""), model);
    }

private:
    void eachMachine()
    {
        QTest::addColumn<QByteArray>("machine");
        for (const std::string &name : machineNames())
            QTest::newRow(name.c_str()) << QByteArray::fromStdString(name);
    }
};

QTEST_APPLESS_MAIN(TestChoosing)
#include "tst_choosing.moc"
