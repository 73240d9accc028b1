#include "generated.h"
#include "machines.h"

#include "catalog/catalog.h"
#include "catalog/chooser.h"
#include "catalog/quantities.h"
#include "catalog/requirement_keys.h"
#include "hardware/probe.h"

#include <QtTest>
#include <algorithm>
#include <nlohmann/json.hpp>

using namespace firstlight;
namespace fs = std::filesystem;

namespace {

/// The requirement once more, by its definition alone: no obstacles, no nearest miss. nullopt: not known.
using Truth = std::optional<bool>;

Truth both(Truth a, Truth b)
{
    if (a == false || b == false)
        return false;
    return a && b ? Truth(true) : std::nullopt;
}

Truth either(Truth a, Truth b)
{
    if (a == true || b == true)
        return true;
    return a && b ? Truth(false) : std::nullopt;
}

template <typename T, typename Test> Truth ofKnown(const std::optional<T> &value, Test test)
{
    return value ? Truth(test(*value)) : std::nullopt;
}

bool among(const std::vector<std::string> &values, const std::string &value)
{
    return std::find(values.begin(), values.end(), value) != values.end();
}

std::optional<std::uint64_t> mostMemory(const Machine &machine)
{
    if (!machine.memory.totalBytes || !machine.memory.limitBytes)
        return machine.memory.totalBytes;
    return std::min(*machine.memory.totalBytes, *machine.memory.limitBytes);
}

Truth holdsOfMachine(const Term &term, const Machine &machine)
{
    const std::string &value = term.values.front();
    if (term.key == "arch")
        return machine.cpu.architecture.empty() ? Truth()
                                                : Truth(among(term.values, machine.cpu.architecture));
    if (term.key == "isa" && isaSet(value)) {
        if (!machine.cpu.architecture.empty() && machine.cpu.architecture != isaSet(value)->architecture)
            return false;
        return ofKnown(machine.cpu.flags, [&](const std::set<std::string> &flags) {
            return std::all_of(isaSet(value)->flags.begin(), isaSet(value)->flags.end(),
                               [&](const std::string &flag) { return flags.contains(flag); });
        });
    }
    if (term.key == "isa") {
        if (!machine.cpu.architecture.empty() && machine.cpu.architecture != isaLevel(value)->architecture)
            return false;
        return ofKnown(machine.cpu.isaLevel,
                       [&](const std::string &level) { return among(isaLevel(level)->includes, value); });
    }
    if (term.key == "flags")
        return ofKnown(machine.cpu.flags, [&](const std::set<std::string> &flags) {
            return std::all_of(term.values.begin(), term.values.end(),
                               [&](const std::string &flag) { return flags.contains(flag); });
        });
    if (term.key == "memory")
        return ofKnown(mostMemory(machine), [&](std::uint64_t bytes) { return bytes >= *parseSize(value); });
    if (term.key == "podman") {
        if (!machine.engines)
            return true; // a recording that does not tell is judged as if they worked
        if (!machine.engines->podman)
            return std::nullopt; // whatever version will be installed
        return ofKnown(machine.engines->podman->version, [&](const std::string &version) {
            return compareVersions(version, value).value_or(-1) >= 0;
        });
    }
    qFatal("the generator makes no such term: %s", term.key.c_str());
    return {};
}

Truth holdsOfDevice(const Term &term, const Accelerator &device, const Machine &machine)
{
    const auto atLeast = [&](const std::optional<std::string> &found) -> Truth {
        if (!found)
            return std::nullopt;
        const auto order = compareVersions(*found, term.values.front());
        return order ? Truth(*order >= 0) : std::nullopt;
    };
    if (term.key == "vendor")
        return among(term.values, device.vendor);
    if (term.key == "kind")
        return among(term.values, device.kind);
    if (term.key == "module")
        return device.driver                 ? Truth(among(term.values, *device.driver))
               : device.driverBound == false ? Truth(false)
                                             : Truth();
    if (term.key == "driver")
        return atLeast(device.driverVersion);
    if (term.key == "cuda")
        return atLeast(device.cudaVersion);
    if (term.key == "memory")
        return ofKnown(device.integrated.value_or(false) ? mostMemory(machine) : device.memoryBytes,
                       [&](std::uint64_t bytes) { return bytes >= *parseSize(term.values.front()); });
    if (term.key == "compute" && term.comparison == Comparison::Equal)
        return ofKnown(device.compute, [&](const std::string &found) {
            return std::any_of(term.values.begin(), term.values.end(), [&](const std::string &value) {
                return value == found || compareVersions(value, found) == 0;
            });
        });
    return device.compute ? Truth(compareVersions(*device.compute, term.values.front()).value_or(-1) >= 0)
                          : std::nullopt;
}

Truth holds(const Requirement &requirement, const Machine &machine)
{
    switch (requirement.kind) {
    case Requirement::Kind::All: {
        Truth all = true;
        for (const Requirement &child : requirement.children)
            all = both(all, holds(child, machine));
        return all;
    }
    case Requirement::Kind::Any: {
        Truth any = false;
        for (const Requirement &child : requirement.children)
            any = either(any, holds(child, machine));
        return any;
    }
    case Requirement::Kind::Not: {
        const Truth child = holds(requirement.children.front(), machine);
        return child ? Truth(!*child) : std::nullopt;
    }
    case Requirement::Kind::Device: {
        if (!machine.accelerators)
            return std::nullopt;
        Truth any = false;
        for (const Accelerator &device : *machine.accelerators) {
            Truth all = true;
            for (const Requirement &term : requirement.children)
                all = both(all, holdsOfDevice(term.term, device, machine));
            any = either(any, all);
        }
        return any;
    }
    case Requirement::Kind::Term:
        break;
    }
    return holdsOfMachine(requirement.term, machine);
}

/// For messages.
std::string textOf(const Requirement &requirement)
{
    static const char *kinds[] = {"all", "any", "not", "device", ""};
    std::string text = kinds[static_cast<int>(requirement.kind)];
    if (requirement.kind == Requirement::Kind::Term) {
        text = requirement.term.key + "=";
        for (const std::string &value : requirement.term.values)
            text += value + "|";
        return text;
    }
    text += "(";
    for (const Requirement &child : requirement.children)
        text += " " + textOf(child);
    return text + " )";
}

const Variant &variantOf(const Demo &demo, const VariantChoice &choice)
{
    return *std::find_if(demo.variants.begin(), demo.variants.end(),
                         [&](const Variant &variant) { return variant.id == choice.variant; });
}

int rankOfVerdict(Verdict verdict)
{
    return static_cast<int>(verdict); // RunsNow, AfterFix, Unknown, Cannot, best first
}

/// What must be true of every choice, whatever demo and computer. Empty: all of it is.
std::string brokenPromise(const Demo &demo, const Machine &machine, const Choice &choice)
{
    if (choice.ranked.size() != demo.variants.size())
        return "a variant has no verdict";
    for (std::size_t index = 0; index < choice.ranked.size(); ++index) {
        const VariantChoice &each = choice.ranked[index];
        const Truth truth = holds(variantOf(demo, each).requires_, machine);
        if (each.verdict == Verdict::RunsNow && truth != true)
            return each.variant
                   + " runs, but what it requires is not there: " + textOf(variantOf(demo, each).requires_);
        const bool fixable = std::any_of(each.obstacles.begin(), each.obstacles.end(),
                                         [](const Obstacle &obstacle) { return obstacle.fixable; });
        if (each.verdict == Verdict::Unknown && truth == false && !fixable)
            return each.variant + " is unknown, but its requirement is known to fail: "
                   + textOf(variantOf(demo, each).requires_);
        if (each.verdict == Verdict::RunsNow && !each.obstacles.empty())
            return each.variant + " runs with an obstacle";
        const bool hard
            = std::any_of(each.obstacles.begin(), each.obstacles.end(),
                          [](const Obstacle &obstacle) { return !obstacle.fixable && !obstacle.unknown; });
        if ((each.verdict == Verdict::Cannot) != hard)
            return each.variant + ": cannot, and no obstacle says why";
        for (const Obstacle &obstacle : each.obstacles) {
            if (obstacle.subject.empty() && obstacle.kind != ObstacleKind::DeviceDriver)
                return each.variant + ": an obstacle about nothing";
        }
        if (index > 0 && rankOfVerdict(choice.ranked[index - 1].verdict) > rankOfVerdict(each.verdict))
            return each.variant + " is behind one that is worse";
    }
    return {};
}

/// The verdict of the best and where it runs; smaller is better. Graphics in main memory compete with the
/// processor.
auto worth(const Choice &choice, const Machine &machine)
{
    const VariantChoice &best = choice.ranked.front();
    if (best.verdict != Verdict::RunsNow)
        return std::tuple(rankOfVerdict(best.verdict), Placement::Accelerator);
    Placement placement = best.placement;
    for (const Accelerator &device : machine.accelerators.value_or(std::vector<Accelerator>())) {
        if (device.address == best.device && device.integrated.value_or(false))
            placement = Placement::Cpu;
    }
    return std::tuple(rankOfVerdict(best.verdict), placement);
}

/// The same computer with something more in it.
Machine withMore(Machine machine, Generator &generator)
{
    switch (generator.between(0, 4)) {
    case 0:
        if (machine.accelerators)
            machine.accelerators->push_back(generator.accelerator());
        break;
    case 1:
        if (machine.memory.totalBytes)
            *machine.memory.totalBytes *= 2;
        if (machine.memory.availableBytes) // the new memory is free
            *machine.memory.availableBytes
                = std::max(*machine.memory.availableBytes * 2,
                           *machine.memory.totalBytes / 2 + *machine.memory.availableBytes);
        if (machine.memory.limitBytes)
            *machine.memory.limitBytes *= 2;
        break;
    case 2:
        if (machine.cpu.flags)
            machine.cpu.flags->insert(
                {"avx2", "avx512f", "avx512_vnni", "amx_tile", "asimddp", "i8mm", "sve", "sve2", "v"});
        break;
    case 3:
        if (machine.cpu.isaLevel && isaLevel(*machine.cpu.isaLevel)) {
            for (const IsaLevel &level : isaLevels()) {
                if (among(level.includes, *machine.cpu.isaLevel))
                    machine.cpu.isaLevel = level.name; // the last is the highest
            }
        }
        break;
    default:
        for (Storage &storage : machine.storage)
            storage.freeBytes = storage.freeBytes.value_or(0) + (std::uint64_t{1} << 40);
    }
    return machine;
}

std::vector<Machine> allMachines()
{
    std::vector<Machine> machines;
    for (const std::string &name : machineNames())
        machines.push_back(machineNamed(name));
    for (const auto &entry : fs::directory_iterator(FIRSTLIGHT_TESTS_DIR "/machines")) {
        if (const Result<Machine> machine = loadMachine(entry.path()))
            machines.push_back(*machine);
    }
    return machines;
}

} // namespace

class TestInvariants : public QObject {
    Q_OBJECT

private slots:
    /// Each case is a demo of several variants on a computer.
    void generatedKeepPromises()
    {
        Generator generator(20260901);
        int runs = 0;
        int unknown = 0;
        for (int number = 0; number < 100'000; ++number) {
            const Machine machine = generator.machine();
            const Demo demo = generator.demo(generator.between(1, 4), true);
            const Choice choice = *choose(demo, machine);
            const std::string broken = brokenPromise(demo, machine, choice);
            QVERIFY2(broken.empty(), ("case " + std::to_string(number) + ": " + broken).c_str());
            runs += choice.chosen() ? 1 : 0;
            unknown += choice.ranked.front().verdict == Verdict::Unknown ? 1 : 0;
        }
        // The cases are worth something only if all kinds of answers are among them.
        QVERIFY2(runs > 5'000 && runs < 95'000, std::to_string(runs).c_str());
        QVERIFY2(unknown > 1'000, std::to_string(unknown).c_str());
    }

    void generatedOrderDoesNotMatter()
    {
        Generator generator(7);
        for (int number = 0; number < 30'000; ++number) {
            const Machine machine = generator.machine();
            Demo demo = generator.demo(generator.between(2, 8), true);
            const Choice before = *choose(demo, machine);
            std::shuffle(demo.variants.begin(), demo.variants.end(), generator.random());
            const Choice after = *choose(demo, machine);
            QVERIFY2(before == after, ("case " + std::to_string(number)).c_str());
        }
    }

    /// Of a demo that forbids nothing.
    void generatedMoreIsNeverWorse()
    {
        Generator generator(11);
        int better = 0;
        for (int number = 0; number < 60'000; ++number) {
            const Machine machine = generator.machine();
            const Demo demo = generator.demo(generator.between(1, 5), false);
            const Choice before = *choose(demo, machine);
            const Machine richer = withMore(machine, generator);
            const Choice after = *choose(demo, richer);
            const auto words = [&](const Choice &choice) {
                const VariantChoice &best = choice.ranked.front();
                return toJson(choice).dump() + textOf(variantOf(demo, best).requires_);
            };
            QVERIFY2(worth(after, richer) <= worth(before, machine),
                     ("case " + std::to_string(number) + " " + words(before) + "\n" + words(after)).c_str());
            better += worth(after, richer) < worth(before, machine) ? 1 : 0;
        }
        QVERIFY2(better > 500, std::to_string(better).c_str());
    }

    /// A catalog that is large enough for several threads gets the answers of each demo alone, in order.
    void manyAreChosenAsOne()
    {
        const Result<Catalog> catalog = loadCatalog(FIRSTLIGHT_SOURCE_DIR "/catalog");
        QVERIFY(catalog);
        std::vector<Demo> demos;
        for (int copy = 0; copy < 40; ++copy) {
            for (const Demo &demo : catalog->demos) {
                demos.push_back(demo);
                demos.back().id += std::to_string(copy);
            }
        }
        const std::vector<Machine> machines = allMachines();
        for (const Machine &machine : {machines.front(), machines.back()}) {
            const Chooser chooser(machine);
            const auto choices = chooser.chooseAll(demos);
            QCOMPARE(choices.size(), demos.size());
            for (std::size_t index = 0; index < demos.size(); ++index)
                QVERIFY2(*choices[index] == *chooser.choose(demos[index]), demos[index].id.c_str());
        }
        QVERIFY(Chooser(machines.front()).chooseAll({}).empty());
    }

    void shippedKeepPromises()
    {
        const Result<Catalog> catalog = loadCatalog(FIRSTLIGHT_SOURCE_DIR "/catalog");
        QVERIFY(catalog);
        for (const Error &fault : catalog->faults)
            QFAIL((fault.facts.at("file") + ":" + fault.facts.at("line") + " " + fault.code).c_str());
        const std::vector<Machine> machines = allMachines();
        QVERIFY(machines.size() > 25);
        Generator generator(3);
        for (const Machine &machine : machines) {
            const Chooser chooser(machine);
            for (Demo demo : catalog->demos) {
                const Choice choice = *chooser.choose(demo);
                QVERIFY2(choice == *choose(demo, machine), demo.id.c_str()); // one function, whoever asks
                for (int round = 0; round < 3; ++round) {
                    std::shuffle(demo.variants.begin(), demo.variants.end(), generator.random());
                    QVERIFY2(*chooser.choose(demo) == choice, demo.id.c_str());
                }
                for (const VariantChoice &each : choice.ranked) {
                    const bool hard = std::any_of(
                        each.obstacles.begin(), each.obstacles.end(),
                        [](const Obstacle &obstacle) { return !obstacle.fixable && !obstacle.unknown; });
                    QVERIFY2((each.verdict == Verdict::Cannot) == hard,
                             (demo.id + "/" + each.variant).c_str());
                }
            }
        }
    }
};

QTEST_APPLESS_MAIN(TestInvariants)
#include "tst_invariants.moc"
