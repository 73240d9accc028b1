#include "full_machine.h"
#include "hardware/machine_diff.h"
#include "hardware/machine_json.h"

#include <QTest>

using namespace firstlight;
using nlohmann::json;

namespace {

/// "POINTER: A -> B", one a line; "-" for what is not there.
std::string told(const Machine &a, const Machine &b)
{
    std::string text;
    for (const MachineDifference &each : difference(a, b)) {
        text += each.pointer + ": " + (each.a ? each.a->dump() : "-") + " -> "
                + (each.b ? each.b->dump() : "-");
        text += '\n';
    }
    return text;
}

/// Every pointer of \a value that holds no object and no list of objects.
void collectLeaves(const json &value, const std::string &pointer, std::vector<std::string> &pointers)
{
    if (value.is_object() || (value.is_array() && !value.empty() && value[0].is_object())) {
        for (const auto &[name, item] : value.items())
            collectLeaves(item, pointer + '/' + name, pointers);
    } else {
        pointers.push_back(pointer);
    }
}

} // namespace

class TestMachineDiff : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void equalMachinesDoNotDiffer()
    {
        QVERIFY(difference(fullMachine(), fullMachine()).empty());
        QVERIFY(difference({}, {}).empty());
    }

    void valuesAndUnknowns()
    {
        Machine a;
        Machine b;
        a.kernel = "6.1";
        b.kernel = "6.12";
        a.memory.totalBytes = 5;
        b.cpu.online = {{0, 1}};
        b.accelerators.emplace();
        QCOMPARE(told(a, b), std::string("/accelerators: null -> []\n"
                                         "/cpu/online: null -> \"0-1\"\n"
                                         "/kernel: \"6.1\" -> \"6.12\"\n"
                                         "/memory/totalBytes: 5 -> null\n"));
    }

    void flagsAreAddedAndRemoved()
    {
        Machine a = fullMachine();
        Machine b = a;
        a.cpu.flags = {"avx", "avx2", "fma", "pku"};
        b.cpu.flags = {"amx_tile", "avx", "avx2", "fma"};
        b.engines->delegatedControllers = {"cpu", "memory", "pids"};
        QCOMPARE(told(a, b), std::string("/cpu/flags: [\"pku\"] -> [\"amx_tile\"]\n"
                                         "/engines/delegatedControllers: [] -> [\"memory\"]\n"));
        b = a;
        std::ranges::reverse(b.engines->kubernetesContexts);
        QCOMPARE(told(a, b),
                 std::string("/engines/kubernetesContexts: [\"here\",\"there\"] -> [\"there\",\"here\"]\n"));
    }

    void thingsAreMatchedByIdentity()
    {
        const Machine a = fullMachine();
        Machine b = a;
        Accelerator first;
        first.address = "0000:00:02.0";
        b.accelerators->insert(b.accelerators->begin(), first);
        (*b.accelerators)[1].memoryBytes = 1;
        (*b.accelerators)[1].nodes.erase((*b.accelerators)[1].nodes.begin());
        b.memory.numaNodes->erase(b.memory.numaNodes->begin());
        (*b.memory.numaNodes)[0].memoryBytes = 60;
        (*b.cpu.caches)[1].ways = 4;
        (*b.cpu.caches)[2].sharedBy = {{0, 1}, {2, 3}};
        b.engines->podman->runtimes.erase(b.engines->podman->runtimes.begin());
        b.storage[0].freeBytes = 6;
        b.virtualization->libvirt->uris[1].answers = true;
        const auto found = difference(a, b);
        std::vector<std::string> pointers;
        for (const MachineDifference &each : found)
            pointers.push_back(each.pointer);
        QCOMPARE(pointers, (std::vector<std::string>{
                               "/accelerators/0000:00:02.0",
                               "/accelerators/0000:01:00.0/memoryBytes",
                               "/accelerators/0000:01:00.0/nodes/~1dev~1nvidia0",
                               "/cpu/caches/1-data#2/ways",
                               "/cpu/caches/3-unified/sharedBy",
                               "/engines/podman/runtimes/crun",
                               "/memory/numaNodes/0",
                               "/memory/numaNodes/1/memoryBytes",
                               "/storage/~1a/freeBytes",
                               "/virtualization/libvirt/uris/qemu:~1~1~1system/answers",
                           }));
        QVERIFY(!found[0].a);
        QVERIFY(found[0].b.value()["memoryBytes"].is_null());
        QVERIFY(found[2].a && !found[2].b);
        QCOMPARE(found[7].a->dump() + found[7].b->dump(), std::string("660"));
    }

    void orderOfThingsIsTold()
    {
        const Machine a = fullMachine();
        Machine b = a;
        std::ranges::reverse(b.engines->podman->runtimes);
        QCOMPARE(told(a, b),
                 std::string("/engines/podman/runtimes: [\"crun\",\"runc\"] -> [\"runc\",\"crun\"]\n"));
    }

    /// Whatever field differs is told, both ways, and nothing else is.
    void everyFieldCounts()
    {
        const json profile = toJson(fullMachine());
        std::vector<std::string> pointers;
        collectLeaves(profile, "", pointers);
        int changed = 0;
        for (const std::string &pointer : pointers) {
            for (const json &value : {json(3), json("x"), json("3"), json(true), json(false), json("absent"),
                                      json("v1"), json({"x"}), json({"3"}), json({1})}) {
                json other = profile;
                other[json::json_pointer(pointer)] = value;
                const auto machine = machineFromJson(other);
                if (!machine || *machine == fullMachine())
                    continue;
                ++changed;
                const auto there = difference(fullMachine(), *machine);
                const auto back = difference(*machine, fullMachine());
                // A changed identity takes the thing away and brings another, and may renumber a third.
                QVERIFY2(!there.empty() && there.size() <= 8, pointer.c_str());
                QCOMPARE(back.size(), there.size());
                for (std::size_t i = 0; i < there.size(); ++i) {
                    QCOMPARE(back[i].pointer, there[i].pointer);
                    QVERIFY(back[i].a == there[i].b && back[i].b == there[i].a);
                }
            }
        }
        QVERIFY(changed > 150);
    }
};

QTEST_APPLESS_MAIN(TestMachineDiff)
#include "tst_machine_diff.moc"
