#include "runners/plan/planner.h"

#include <QTest>
#include <algorithm>
#include <nlohmann/json.hpp>

using namespace firstlight;

namespace {

/// A demo with one recipe variant and one that needs the network, on a machine with four cores and eight
/// threads.
struct Fixture {
    Demo demo;
    Machine machine;
    VariantChoice choice;
    std::optional<Recipe> recipe;

    Fixture()
    {
        demo.id = "chat";
        demo.interface = {.webPath = "/", .api = "openai", .port = 8080, .socket = true};
        demo.ready = {.httpPath = "/health", .within = std::chrono::seconds(60)};
        Model model{.id = "tiny", .name = "Tiny", .format = "gguf"};
        model.file = {.name = "tiny.gguf",
                      .sources = {"https://example.org/tiny.gguf"},
                      .sha256 = std::string(64, 'a'),
                      .sizeBytes = 100u << 20};
        demo.models = {{"tiny", model}};
        Variant packages{.id = "packages", .recipe = "chat-llamacpp", .models = {"tiny"}};
        packages.tuning.threads = true;
        packages.arguments = {"-m",        "{model}", "--threads", "{threads}", "-c",
                              "{context}", "--host",  "{listen}",  "--port",    "{port}"};
        Variant upstream{.id = "upstream", .image = "ghcr.io/example/server:latest", .unlocked = true};
        upstream.permissions = {"network"};
        upstream.arguments = {"--host", "{listen}", "--port={port}"};
        demo.variants = {packages, upstream};

        recipe = Recipe{.id = "chat-llamacpp", .digest = std::string(64, 'b')};
        choice = {.variant = "packages", .verdict = Verdict::RunsNow, .model = "tiny", .contextTokens = 4096};
        choice.estimate.memoryBytes = 300u << 20;

        machine.cpu.architecture = "x86_64";
        machine.cpu.online = CpuList{0, 1, 2, 3, 4, 5, 6, 7};
        machine.cpu.allowed = machine.cpu.online;
        machine.cpu.cores = std::vector<CpuList>{{0, 4}, {1, 5}, {2, 6}, {3, 7}};
        machine.memory.availableBytes = 16ull << 30;
        machine.engines = Engines{};
        machine.engines->rootless = false;
    }

    LaunchPlan plan(int port = 0) const { return makePlan({demo, choice, machine, recipe, "/store", port}); }
};

const Mount *mountAt(const LaunchPlan &plan, const std::string &target)
{
    const auto found = std::find_if(plan.mounts.begin(), plan.mounts.end(),
                                    [&](const Mount &mount) { return mount.target == target; });
    return found == plan.mounts.end() ? nullptr : &*found;
}

} // namespace

class TestPlanner : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void fillsEveryPlaceholder()
    {
        const LaunchPlan plan = Fixture().plan();
        const std::vector<std::string> expected{
            "-m",     "/models/tiny.gguf",         "--threads", "4",   "-c", "4096",
            "--host", "/run/firstlight/demo.sock", "--port",    "8080"};
        QCOMPARE(plan.arguments, expected);
        QCOMPARE(plan.threads.value_or(0), 4);
        QCOMPARE(plan.contextTokens.value_or(0), 4096);
    }

    void isHardened()
    {
        const LaunchPlan plan = Fixture().plan();
        QVERIFY(plan.security.readOnlyRoot);
        QVERIFY(plan.security.dropAllCapabilities);
        QVERIFY(plan.security.noNewPrivileges);
        QVERIFY(plan.security.permissions.empty());
        QVERIFY(plan.publication.throughSocket);
        QCOMPARE(plan.security.user, std::string("65532:65532"));
        QVERIFY(mountAt(plan, "/models/tiny.gguf")->readOnly);
        QCOMPARE(mountAt(plan, "/models/tiny.gguf")->source, "/store/blobs/sha256/" + std::string(64, 'a'));
    }

    void dataSharedMemoryAndSecret()
    {
        Fixture fixture;
        QVERIFY(!usesSecret(fixture.plan()));
        Variant &variant = fixture.demo.variants[0];
        variant.dataFolders = {"/root/.cache", "/work"};
        variant.sharedMemoryBytes = 1u << 30;
        variant.environment = {{"PASSWORD", "{secret}"}, {"PORT", "{port}"}};
        variant.entrypoint = {"/server", "--threads={threads}"};
        const LaunchPlan plan = fixture.plan();
        QCOMPARE(mountAt(plan, "/root/.cache")->kind, Mount::Kind::Volume);
        QCOMPARE(mountAt(plan, "/root/.cache")->source, std::string("firstlight-chat-packages-1"));
        QCOMPARE(mountAt(plan, "/work")->source, std::string("firstlight-chat-packages-2"));
        QCOMPARE(*plan.sharedMemoryBytes, 1u << 30);
        QVERIFY(usesSecret(plan));
        QCOMPARE(plan.environment.at("PASSWORD"),
                 std::string("{secret}")); // made up at the start, not in the plan
        QCOMPARE(plan.environment.at("PORT"), std::string("8080"));
        QCOMPARE(plan.entrypoint[1], std::string("--threads=4"));
    }

    void ofAnotherVariantItsOwnInterface()
    {
        Fixture fixture;
        fixture.demo.variants[0].interface = Interface{
            .webPath = "/own?key={secret}", .api = "own", .port = 99, .socket = true};
        fixture.demo.variants[0].ready = Readiness{.httpPath = "/up", .within = std::chrono::seconds(7)};
        const LaunchPlan plan = fixture.plan();
        QCOMPARE(plan.publication.containerPort, 99);
        QCOMPARE(plan.readyPath, std::string("/up"));
        QCOMPARE(plan.readyWithin.count(), 7);
        QVERIFY(usesSecret(plan));
    }

    void furtherFilesAndHubs()
    {
        Fixture fixture;
        Model &model = fixture.demo.models.at("tiny");
        model.furtherFiles["mmproj"]
            = {.name = "tiny.gguf", .sources = {"https://example.org/p"}, .sha256 = std::string(64, 'c')};
        fixture.demo.variants[0].arguments = {"{model}", "{model.mmproj}", "-ngl", "{gpu_layers}"};
        fixture.choice.gpuLayers = 7;
        const LaunchPlan plan = fixture.plan();
        QCOMPARE(plan.arguments,
                 (std::vector<std::string>{"/models/tiny.gguf", "/models/mmproj/tiny.gguf", "-ngl", "7"}));
        QCOMPARE(plan.files.size(), 2u);

        model = Model{.id = "tiny", .name = "Tiny", .format = "safetensors"};
        model.delivery = Delivery::Engine;
        model.hub = {.huggingface = "a/b", .modelscope = "c/d"};
        fixture.demo.variants[0].arguments = {"{model.huggingface}", "{model.modelscope}"};
        const LaunchPlan served = fixture.plan();
        QCOMPARE(served.arguments, (std::vector<std::string>{"a/b", "c/d"}));
        QVERIFY(served.files.empty());
    }

    void rootlessKeepsTheUsersOwnId()
    {
        Fixture fixture;
        fixture.machine.engines->rootless = true;
        QVERIFY(fixture.plan().security.user.empty());
    }

    void networkIsANamedException()
    {
        Fixture fixture;
        fixture.choice = {.variant = "upstream", .verdict = Verdict::RunsNow};
        fixture.recipe.reset();
        const LaunchPlan plan = fixture.plan(8123);
        QVERIFY(!plan.publication.throughSocket);
        QCOMPARE(plan.arguments, (std::vector<std::string>{"--host", "0.0.0.0", "--port=8080"}));
        QCOMPARE(plan.publication.hostPort, 8123);
        QCOMPARE(plan.security.permissions, std::vector<std::string>{"network"});
        QVERIFY(plan.image.unlocked);
        QVERIFY(plan.files.empty());
    }

    void threadsFollowTheAllowance_data()
    {
        QTest::addColumn<QString>("allowed");
        QTest::addColumn<double>("quota");
        QTest::addColumn<int>("threads");
        QTest::addColumn<QString>("reason");
        QTest::newRow("all of four cores with SMT") << "0-7" << 0.0 << 4 << "one-a-core";
        QTest::newRow("one CPU") << "0" << 0.0 << 1 << "cpu-allowance";
        QTest::newRow("two siblings of one core") << "1,5" << 0.0 << 1 << "one-a-core";
        QTest::newRow("half a CPU") << "0-7" << 0.5 << 1 << "cpu-quota";
        QTest::newRow("one CPU and a half") << "0-7" << 1.5 << 2 << "cpu-quota";
        QTest::newRow("more quota than cores") << "0-7" << 7.0 << 4 << "one-a-core";
    }
    void threadsFollowTheAllowance()
    {
        QFETCH(QString, allowed);
        QFETCH(double, quota);
        QFETCH(int, threads);
        QFETCH(QString, reason);
        Fixture fixture;
        fixture.machine.cpu.allowed = parseCpuList(allowed.toStdString());
        if (quota > 0)
            fixture.machine.cpu.quotaCpus = quota;
        const TunedSetting setting = chooseThreads(fixture.machine.cpu);
        QCOMPARE(setting.value, std::to_string(threads));
        QCOMPARE(setting.reason, reason.toStdString());
    }

    void unknownCpuStillGetsOneThread()
    {
        QCOMPARE(chooseThreads(Cpu{}).value, std::string("1"));
        QCOMPARE(chooseThreads(Cpu{}).reason, std::string("cpu-unknown"));
    }

    void cpusetOnlyWhereItCanBeSet()
    {
        Fixture fixture;
        QVERIFY(!fixture.plan().limits.cpuset);
        fixture.machine.cpu.allowed = CpuList{2, 6};
        QCOMPARE(*fixture.plan().limits.cpuset, (CpuList{2, 6}));
        fixture.machine.engines->rootless = true;
        QVERIFY(!fixture.plan().limits.cpuset);
        fixture.machine.engines->delegatedControllers = {"cpuset", "memory"};
        QVERIFY(fixture.plan().limits.cpuset.has_value());
    }

    void memoryLimitLeavesTheComputerSome()
    {
        Fixture fixture;
        const std::uint64_t roomy = *fixture.plan().limits.memoryBytes;
        QVERIFY(roomy >= 2 * *fixture.choice.estimate.memoryBytes);
        fixture.machine.memory.availableBytes = 1500u << 20;
        const std::uint64_t tight = *fixture.plan().limits.memoryBytes;
        QVERIFY(tight < roomy);
        QVERIFY(tight + (512u << 20) <= 1500u << 20);
        fixture.choice.estimate.memoryBytes.reset();
        QVERIFY(!fixture.plan().limits.memoryBytes);
    }

    void samePlanForSameInputs()
    {
        QCOMPARE(Fixture().plan(), Fixture().plan());
        QCOMPARE(toJson(Fixture().plan())["threads"].get<int>(), 4);
        QCOMPARE(toJson(Fixture().plan())["publication"]["network"].get<std::string>(), std::string("none"));
    }
};

QTEST_APPLESS_MAIN(TestPlanner)
#include "tst_planner.moc"
