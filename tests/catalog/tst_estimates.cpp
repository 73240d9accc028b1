#include "catalog/choice.h"
#include "catalog/estimating/demand.h"
#include "catalog/estimating/experience.h"
#include "catalog/estimating/explain.h"
#include "catalog/estimating/machine_speed.h"
#include "core/files.h"

#include <QtTest>
#include <atomic>
#include <thread>

using namespace firstlight;
namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t mebibyte = 1u << 20;
constexpr std::uint64_t gigabyte = 1'000'000'000;

Model model(const std::string &id, std::uint64_t bytes, std::uint64_t parameters, int layers)
{
    Model model{.id = id, .name = id, .format = "gguf"};
    model.parameters = parameters;
    model.layers = layers;
    model.kvBytesPerToken = 100'000;
    model.maxContext = 32768;
    model.file.sizeBytes = bytes;
    model.file.sources = {"hf://a/b@main/" + id};
    return model;
}

/// Two models of 8 and 1 GB, on a processor or an accelerator.
Demo demo(bool accelerated)
{
    Demo demo;
    demo.id = "d";
    demo.kind = DemoKind::Llm;
    demo.models.emplace("large", model("large", 8 * gigabyte, 14 * gigabyte, 40));
    demo.models.emplace("small", model("small", gigabyte, 2 * gigabyte, 20));
    Variant variant;
    variant.id = "v";
    variant.image = "a/b@sha256:x";
    variant.models = {"large", "small"};
    variant.resources.overheadBytes = 100 * mebibyte;
    variant.tuning.contextTokens = {2048, 8192};
    variant.tuning.gpuLayers = accelerated;
    variant.accelerated = accelerated;
    variant.precision = accelerated ? Precision::F16 : Precision::Int8;
    if (accelerated)
        variant.requires_
            = {.kind = Requirement::Kind::Device,
               .children
               = {{.kind = Requirement::Kind::Term, .term = {"vendor", Comparison::Equal, {"nvidia"}}}}};
    demo.variants = {variant};
    return demo;
}

Machine computer(std::uint64_t memoryBytes, std::uint64_t bandwidth)
{
    Machine machine;
    machine.cpu.architecture = "x86_64";
    machine.cpu.flags = {"avx2", "fma"};
    machine.cpu.online = CpuList{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    machine.memory.totalBytes = memoryBytes;
    machine.memory.availableBytes = memoryBytes;
    machine.memory.bandwidth = MemoryBandwidth{bandwidth / 2, bandwidth};
    machine.storage = {{"/data", std::uint64_t{1} << 42}};
    return machine;
}

Machine withGpu(Machine machine, std::uint64_t memoryBytes)
{
    Accelerator device{
        .address = "0000:01:00.0", .kind = "gpu", .vendor = "nvidia", .vendorId = "10de", .deviceId = "1"};
    device.driver = "nvidia";
    device.memoryBytes = memoryBytes;
    device.memoryBytesPerSecond = 500 * gigabyte;
    device.compute = "8.9";
    device.computeUnits = 30;
    machine.accelerators = std::vector<Accelerator>{device};
    return machine;
}

VariantChoice chosen(const Demo &demo, const Machine &machine, const ChoiceOptions &options = {})
{
    return choose(demo, machine, options)->ranked.at(0);
}

} // namespace

class TestEstimates : public QObject {
    Q_OBJECT

private slots:
    void weights()
    {
        Model known = model("m", 5, 100, 1);
        QCOMPARE(*weightBytesOf(known), 5u);
        known.file.sizeBytes.reset();
        QVERIFY(!weightBytesOf(known));
        known.quantisation = "Q8_0";
        QCOMPARE(*weightBytesOf(known), 106u); // 8.5 bits
        known.quantisation = "Q99";
        QVERIFY(!weightBytesOf(known));
    }

    /// A token reads all weights and half of a usual conversation, at four fifths of the measured bandwidth.
    void speedOfAProcessor()
    {
        const VariantChoice choice = chosen(demo(false), computer(64 * gigabyte, 200 * gigabyte));
        QCOMPARE(choice.model, std::string("large"));
        QCOMPARE(*choice.contextTokens, 8192);
        const Speed &speed = *choice.estimate.speed;
        QVERIFY(qAbs(speed.perSecond - 200e9 * 0.8 / (8e9 + 1024 * 100'000 / 2.0)) < 0.01);
        QVERIFY(speed.least() < speed.perSecond && speed.perSecond < speed.most());
        QVERIFY(!speed.measuredHere);
        QCOMPARE(*choice.estimate.memoryBytes, 8 * gigabyte + 8192u * 100'000u + 100 * mebibyte);
    }

    /// Who reads eight tokens a second does not want to wait for a better model.
    void comfortBeforeSize()
    {
        QCOMPARE(chosen(demo(false), computer(64 * gigabyte, 200 * gigabyte)).model, std::string("large"));
        QCOMPARE(chosen(demo(false), computer(64 * gigabyte, 40 * gigabyte)).model, std::string("small"));
        QCOMPARE(chosen(demo(false), computer(64 * gigabyte, 4 * gigabyte)).model,
                 std::string("small")); // the faster
        QCOMPARE(chosen(demo(false), computer(64 * gigabyte, 40 * gigabyte), {.model = "large"}).model,
                 std::string("large"));
        QCOMPARE(choose(demo(false), computer(64 * gigabyte, gigabyte), {.model = "larg"}).error().code,
                 std::string("model-unknown"));
    }

    void arithmeticCanBeTheLimit()
    {
        Demo picture = demo(false);
        picture.kind = DemoKind::Image;
        picture.variants[0].precision.reset(); // 32 bits
        picture.models.at("large").work = Work{WorkUnit::Picture, 10'000 * gigabyte, {}, {}};
        const VariantChoice choice
            = chosen(picture, computer(64 * gigabyte, 200 * gigabyte), {.model = "large"});
        const Speed &speed = *choice.estimate.speed;
        QCOMPARE(speed.unit, WorkUnit::Picture);
        // 16 CPUs × 2.5 GHz (assumed) × 32 operations of AVX2, of which 35 % are reached
        QVERIFY(qAbs(speed.perSecond - 16 * 2.5e9 * 32 * 0.35 / 1e13) < 1e-6);
        QCOMPARE(speed.factor, 2.0);
        const EstimateParts parts = explainEstimate(picture, choice, computer(64 * gigabyte, 200 * gigabyte));
        QVERIFY(!parts.limitedByMemory && parts.clockAssumed);
        QCOMPARE(parts.instructions, std::string("avx2"));
        picture.models.at("large").work.reset();
        QVERIFY(!chosen(picture, computer(64 * gigabyte, 200 * gigabyte)).estimate.speed); // nobody knows
    }

    /// Weights of a few bits are unpacked for each token, and old processors are slow at that.
    void unpackingCanBeTheLimit()
    {
        Machine machine = computer(64 * gigabyte, 200 * gigabyte);
        machine.cpu.online = CpuList{0, 1};
        Demo chat = demo(false);
        chat.models.at("large").quantisation = "Q4_K_M";
        const auto speedOn = [&](const Machine &computer) {
            return chosen(chat, computer, {.model = "large"}).estimate.speed->perSecond;
        };
        // 2 CPUs × 2.5 GHz (assumed) × 7 operations of AVX2
        QVERIFY(qAbs(speedOn(machine) - 2 * 2.5e9 * 7 / (2 * 14e9)) < 1e-6);
        const EstimateParts parts = explainEstimate(chat, chosen(chat, machine, {.model = "large"}), machine);
        QVERIFY(!parts.limitedByMemory && !parts.limitedByClock);
        QCOMPARE(parts.computeShare, 1.0);
        const double fast = speedOn(machine);
        Machine older = machine;
        older.cpu.flags->clear();
        QVERIFY(speedOn(older) < fast / 2);
        chat.models.at("large").quantisation = "F16"; // nothing to unpack: memory is the limit
        QVERIFY(speedOn(machine) > fast);
        chat.models.at("large").quantisation = "Q4_K_M";
        machine.cpu.online.reset(); // nobody knows how many there are
        QVERIFY(speedOn(machine) > fast);
    }

    /// Where nothing is done side by side, one core's clock counts, and neither their number nor their width.
    void oneCoreCanBeTheLimit()
    {
        Demo song = demo(false);
        song.kind = DemoKind::Singing;
        song.models.at("large").work = Work{WorkUnit::AudioSecond, {}, {}, 100'000'000u};
        Machine machine = computer(64 * gigabyte, 200 * gigabyte);
        const VariantChoice choice = chosen(song, machine, {.model = "large"});
        QCOMPARE(choice.estimate.speed->unit, WorkUnit::AudioSecond);
        QVERIFY(qAbs(choice.estimate.speed->perSecond - 2.5e9 / 1e8) < 1e-6);
        const EstimateParts parts = explainEstimate(song, choice, machine);
        QVERIFY(parts.limitedByClock && !parts.limitedByMemory && parts.clockAssumed);
        QCOMPARE(*parts.cyclesPerUnit, 1e8);
        machine.cpu.flags->erase("avx2");
        machine.cpu.quotaCpus = 1;
        QCOMPARE(chosen(song, machine, {.model = "large"}).estimate.speed, choice.estimate.speed);
        song.models.at("large").work->readBytes = 80 * gigabyte; // takes longer than the cycles
        QVERIFY(chosen(song, machine, {.model = "large"}).estimate.speed->perSecond < 3);
    }

    void wholeOnTheAccelerator()
    {
        const VariantChoice choice
            = chosen(demo(true), withGpu(computer(64 * gigabyte, 40 * gigabyte), 24 * gigabyte));
        QCOMPARE(choice.placement, Placement::Accelerator);
        QVERIFY(!choice.gpuLayers);
        QCOMPARE(choice.model, std::string("large"));
        QVERIFY(qAbs(choice.estimate.speed->perSecond - 500e9 * 0.6 / (8e9 + 1024 * 100'000 / 2.0)) < 0.01);
    }

    /// Too small for the large model: the small one whole is better than the large one in parts.
    void wholeBeforeParts()
    {
        const VariantChoice choice
            = chosen(demo(true), withGpu(computer(64 * gigabyte, 40 * gigabyte), 6 * gigabyte));
        QCOMPARE(choice.model, std::string("small"));
        QCOMPARE(choice.placement, Placement::Accelerator);
    }

    void parts()
    {
        const Machine machine = withGpu(computer(64 * gigabyte, 40 * gigabyte), 6 * gigabyte);
        const VariantChoice choice = chosen(demo(true), machine, {.model = "large"});
        QCOMPARE(choice.verdict, Verdict::RunsNow);
        QCOMPARE(choice.placement, Placement::Offload);
        QVERIFY(*choice.gpuLayers > 10 && *choice.gpuLayers < 30);
        const double all = chosen(demo(true), withGpu(computer(64 * gigabyte, 40 * gigabyte), 24 * gigabyte),
                                  {.model = "large"})
                               .estimate.speed->perSecond;
        const double none = chosen(demo(false), machine, {.model = "large"}).estimate.speed->perSecond;
        QVERIFY(choice.estimate.speed->perSecond < all && choice.estimate.speed->perSecond > none);
        QVERIFY(*explainEstimate(demo(true), choice, machine).acceleratorShare > 0.25);

        QCOMPARE(*chosen(demo(true), machine, {.model = "large", .gpuLayers = 5}).gpuLayers, 5);
        QCOMPARE(chosen(demo(true), machine, {.model = "large", .gpuLayers = 40}).verdict,
                 Verdict::Cannot); // they do not fit
        Demo undivided = demo(true);
        undivided.variants[0].tuning.gpuLayers = false;
        QCOMPARE(chosen(undivided, machine, {.model = "large"}).verdict, Verdict::Cannot);
    }

    /// More of anything never makes a prediction worse.
    void monotonic()
    {
        for (std::uint64_t bandwidth = 10; bandwidth < 300; bandwidth += 30) {
            const Machine slower = computer(64 * gigabyte, bandwidth * gigabyte);
            const Machine faster = computer(64 * gigabyte, (bandwidth + 30) * gigabyte);
            for (const char *model : {"large", "small"})
                QVERIFY(chosen(demo(false), faster, {.model = model}).estimate.speed->perSecond
                        > chosen(demo(false), slower, {.model = model}).estimate.speed->perSecond);
        }
        int layers = 0;
        for (std::uint64_t memory = 2; memory < 10; ++memory) {
            const VariantChoice choice
                = chosen(demo(true), withGpu(computer(64 * gigabyte, 40 * gigabyte), memory * gigabyte),
                         {.model = "large"});
            if (!choice.gpuLayers)
                continue;
            QVERIFY(*choice.gpuLayers >= layers);
            layers = *choice.gpuLayers;
        }
        QVERIFY(layers > 20);
    }

    void instructions_data()
    {
        QTest::addColumn<QByteArray>("architecture");
        QTest::addColumn<QByteArrayList>("flags");
        QTest::addColumn<QByteArray>("name");
        const auto row = [](const char *architecture, const QByteArrayList &flags, const char *name) {
            QTest::newRow(name) << QByteArray(architecture) << flags << QByteArray(name);
        };
        row("x86_64", {"avx512f", "avx512_vnni", "amx_tile", "amx_int8", "amx_bf16"}, "amx");
        row("x86_64", {"avx512f", "avx512_vnni"}, "avx512-vnni");
        row("x86_64", {"avx2", "fma", "avx_vnni"}, "avx-vnni");
        row("x86_64", {}, "sse");
        row("aarch64", {"asimddp", "i8mm"}, "i8mm");
        row("loongarch64", {"lasx"}, "lasx");
        row("riscv64", {"v"}, "rvv");
    }
    void instructions()
    {
        QFETCH(QByteArray, architecture);
        QFETCH(QByteArrayList, flags);
        QFETCH(QByteArray, name);
        Machine machine = computer(gigabyte, gigabyte);
        machine.cpu.architecture = architecture.toStdString();
        machine.cpu.flags->clear();
        for (const QByteArray &flag : flags)
            machine.cpu.flags->insert(flag.toStdString());
        QCOMPARE(QByteArray::fromStdString(machineSpeed(machine).cpu.instructions), name);
    }

    void roomForContextCostsNoTime() // before it is used
    {
        const Machine machine = computer(64 * gigabyte, 200 * gigabyte);
        const double longer
            = chosen(demo(false), machine, {.contextTokens = 32768}).estimate.speed->perSecond;
        QCOMPARE(chosen(demo(false), machine, {.contextTokens = 2048}).estimate.speed->perSecond, longer);
        QVERIFY(chosen(demo(false), machine, {.contextTokens = 256}).estimate.speed->perSecond > longer);
    }

    void usualMemory_data()
    {
        QTest::addColumn<QByteArray>("architecture");
        QTest::addColumn<int>("cpus");
        QTest::addColumn<double>("bytesPerSecond");
        QTest::newRow("desktop") << QByteArray("x86_64") << 16 << 40e9;
        QTest::newRow("small x86") << QByteArray("x86_64") << 2 << 40e9;
        QTest::newRow("board") << QByteArray("aarch64") << 4 << 8e9;
        QTest::newRow("RISC-V board") << QByteArray("riscv64") << 8 << 8e9;
        QTest::newRow("Arm laptop") << QByteArray("aarch64") << 8 << 40e9;
        QTest::newRow("Arm server") << QByteArray("aarch64") << 96 << 120e9;
    }
    void usualMemory()
    {
        QFETCH(QByteArray, architecture);
        QFETCH(int, cpus);
        QFETCH(double, bytesPerSecond);
        Machine machine = computer(64 * gigabyte, gigabyte);
        machine.cpu.architecture = architecture.toStdString();
        machine.cpu.online = CpuList();
        for (int cpu = 0; cpu < cpus; ++cpu)
            machine.cpu.online->push_back(cpu);
        machine.memory.bandwidth.reset();
        QCOMPARE(*machineSpeed(machine).cpu.bytesPerSecond, bytesPerSecond);
        QVERIFY(!machineSpeed(machine).cpu.bandwidthKnown);
        QCOMPARE(chosen(demo(false), machine).estimate.speed->factor, 2.0); // nobody knows better
        machine.cpu.packages = std::vector<CpuList>(2);
        QCOMPARE(*machineSpeed(machine).cpu.bytesPerSecond, cpus == 96 ? 240e9 : bytesPerSecond);
    }

    void twoHalvesOfAWideVector()
    {
        Machine machine = computer(gigabyte, gigabyte);
        machine.cpu.flags = {"avx512f", "avx512_vnni", "avx512_bf16"};
        const double intel = *machineSpeed(machine).cpu.operationsPerSecond[0];
        machine.cpu.vendor = "AuthenticAMD";
        machine.cpu.family = 0x19; // Zen 4
        QCOMPARE(*machineSpeed(machine).cpu.operationsPerSecond[0] * 2, intel);
        machine.cpu.family = 0x1a; // Zen 5
        QCOMPARE(*machineSpeed(machine).cpu.operationsPerSecond[0], intel);
    }

    void slowCoresCountAsSlow()
    {
        Machine machine = computer(gigabyte, gigabyte);
        machine.cpu.coreTypes
            = std::vector<CoreType>{{.kind = "performance", .cpus = {0, 1, 2, 3}, .maximumHz = 5'000'000'000},
                                    {.kind = "efficiency",
                                     .cpus = {4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
                                     .maximumHz = 3'000'000'000}};
        QCOMPARE(machineSpeed(machine).cpu.hertz, 3.5e9);
        machine.cpu.allowed = CpuList{0, 1};
        QCOMPARE(machineSpeed(machine).cpu.hertz, 5e9);
        machine.cpu.coreTypes->front().maximumHz.reset();
        QVERIFY(machineSpeed(machine).cpu.clockAssumed);
    }

    void quotaOfReading()
    {
        Machine machine = computer(gigabyte, 40 * gigabyte); // one thread alone: 20
        machine.cpu.quotaCpus = 1.5;
        QCOMPARE(*machineSpeed(machine).cpu.bytesPerSecond, 30e9);
        machine.cpu.quotaCpus = 8;
        QCOMPARE(*machineSpeed(machine).cpu.bytesPerSecond, 40e9);
    }

    void quota()
    {
        Machine machine = computer(gigabyte, gigabyte);
        const double whole = *machineSpeed(machine).cpu.operationsPerSecond[0];
        machine.cpu.quotaCpus = 1.0;
        QVERIFY(qAbs(*machineSpeed(machine).cpu.operationsPerSecond[0] - whole / 16) < 1);
    }

    void experience()
    {
        const auto directory = TemporaryDirectory::make(fs::temp_directory_path(), "firstlight-runs-");
        const fs::path file = directory->path() / "runs.jsonl";
        const Machine machine = computer(64 * gigabyte, 200 * gigabyte);
        const std::string key = machineKey(machine);
        QVERIFY(readExperience(file, key).empty());
        for (const double speed : {10.0, 30.0, 20.0})
            QVERIFY(appendRun(file, key, {"d", "v", "large", 12 * gigabyte, WorkUnit::Token, speed}));
        QVERIFY(appendRun(file, "another computer", {"d", "v", "large", {}, WorkUnit::Token, 1.0}));
        // A damaged line costs itself only.
        QVERIFY(writeFileAtomically(file, *readFile(file) + "{\"machine\": \"" + key
                                              + "\", \"demo\": 5}\nnot JSON\n"));
        QVERIFY(appendRun(file, key, {"d", "v", "small", {}, {}, {}}));

        const std::vector<RunRecord> seen = readExperience(file, key);
        QCOMPARE(seen.size(), 2u);
        QCOMPARE(*seen[0].unitsPerSecond, 20.0); // the median
        const VariantChoice choice = chosen(demo(false), machine, {.experience = seen});
        QVERIFY(choice.estimate.speed->measuredHere);
        QCOMPARE(choice.estimate.speed->perSecond, 20.0);
        QCOMPARE(*choice.estimate.memoryBytes, 12 * gigabyte); // more than was predicted
        // The other model was not measured.
        QVERIFY(!chosen(demo(false), machine, {.model = "small", .experience = seen})
                     .estimate.speed->measuredHere);
    }

    void experienceIsBounded()
    {
        const auto directory = TemporaryDirectory::make(fs::temp_directory_path(), "firstlight-runs-");
        const fs::path file = directory->path() / "runs.jsonl";
        std::string text;
        for (int i = 0; i < 1500; ++i)
            text += "{\"machine\": \"k\", \"demo\": \"d\", \"variant\": \"v" + std::to_string(i) + "\"}\n";
        QVERIFY(writeFileAtomically(file, text));
        QVERIFY(appendRun(file, "k", {"last", "v", "", {}, {}, {}}));
        const std::vector<RunRecord> seen = readExperience(file, "k");
        QCOMPARE(seen.size(), 1000u);
        QVERIFY(recordOf(seen, "last", "v", "", Placement::Cpu, {}));
        QVERIFY(!recordOf(seen, "d", "v0", "", Placement::Cpu, {}));
    }

    void experienceOfWhatWasRun() // on the accelerator is another thing than on the processor
    {
        const Machine machine = computer(64 * gigabyte, 200 * gigabyte);
        std::vector<RunRecord> seen
            = {{"d", "v", "large", 20 * gigabyte, WorkUnit::Token, 20.0, Placement::Accelerator, 8192}};
        QVERIFY(!chosen(demo(false), machine, {.experience = seen}).estimate.speed->measuredHere);
        seen[0].placement = Placement::Cpu;
        QCOMPARE(*chosen(demo(false), machine, {.experience = seen}).estimate.memoryBytes, 20 * gigabyte);
        // With less context it takes less memory; as fast it is about as well.
        const VariantChoice shorter
            = chosen(demo(false), machine, {.contextTokens = 2048, .experience = seen});
        QVERIFY(shorter.estimate.speed->measuredHere && *shorter.estimate.memoryBytes < 9 * gigabyte);
        seen.push_back({"d", "v", "large", {}, WorkUnit::Token, 30.0, Placement::Cpu, 2048});
        QCOMPARE(chosen(demo(false), machine, {.contextTokens = 2048, .experience = seen})
                     .estimate.speed->perSecond,
                 30.0);
        QCOMPARE(chosen(demo(false), machine, {.experience = seen}).estimate.speed->perSecond, 20.0);
    }

    void experienceOfManyAtOnce() // half a line that a crash left costs itself only, and no run is lost
    {
        const auto directory = TemporaryDirectory::make(fs::temp_directory_path(), "firstlight-runs-");
        const fs::path file = directory->path() / "state" / "runs.jsonl"; // the folder is made
        QVERIFY(appendRun(file, "k", {"first", "v", "", 1, {}, {}, Placement::Offload, 4096}));
        QVERIFY(writeFileAtomically(file, *readFile(file) + "{\"machine\": \"k\", \"demo"));
        std::vector<std::thread> threads;
        std::atomic<int> failed = 0;
        for (int number = 0; number < 8; ++number)
            threads.emplace_back([&, number] {
                for (int run = 0; run < 20; ++run)
                    failed += appendRun(file, "k", {"d", std::to_string(number * 100 + run), "", 1, {}, {}})
                                  ? 0
                                  : 1;
            });
        for (std::thread &thread : threads)
            thread.join();
        QCOMPARE(failed.load(), 0);
        const std::vector<RunRecord> seen = readExperience(file, "k");
        QCOMPARE(seen.size(), 161u);
        const RunRecord *first = recordOf(seen, "first", "v", "", Placement::Offload, 2048);
        QVERIFY(first && first->placement == Placement::Offload && first->contextTokens == 4096);
        QVERIFY(!recordOf(seen, "first", "v", "", Placement::Accelerator, 4096));
        QVERIFY(appendRun(file, "k", {"d", "not \xff UTF-8", "", 1, {}, {}}));
    }

    void keyOfTheComputer()
    {
        const Machine machine = computer(64 * gigabyte, 200 * gigabyte);
        Machine busy = machine;
        busy.memory.availableBytes = gigabyte;
        QCOMPARE(machineKey(busy), machineKey(machine));
        QVERIFY(machineKey(withGpu(machine, gigabyte)) != machineKey(machine));
    }
};

QTEST_APPLESS_MAIN(TestEstimates)
#include "tst_estimates.moc"
