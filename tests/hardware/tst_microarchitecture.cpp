#include "hardware/cpu/cpu.h"
#include "hardware/cpu/microarchitecture.h"
#include "hardware/probe.h"
#include "recordings.h"

using namespace firstlight;
namespace fs = std::filesystem;

namespace {

const std::string zen3Flags
    = "fpu cx8 cmov mmx fxsr sse sse2 syscall lm pni ssse3 cx16 sse4_1 sse4_2 popcnt lahf_lm fma movbe xsave "
      "avx f16c abm bmi1 avx2 bmi2 aes clflushopt clwb clzero fsgsbase pclmulqdq rdseed sse4a xsavec "
      "xsaveopt "
      "vaes vpclmulqdq pku";
const std::string zen5Flags
    = zen3Flags
      + " avx512bw avx512cd avx512dq avx512f avx512vl avx512_bf16 avx512_bitalg avx512_vbmi2 avx512_vnni "
        "avx512_vpopcntdq avx512ifma avx512vbmi flush_l1d gfni avx512_vp2intersect avx_vnni movdir64b "
        "movdiri "
        "tsc_adjust";

std::string x86Text(const std::string &vendor, int family, int model, const std::string &flags,
                    const std::string &modelName = "Test")
{
    return "processor : 0\nvendor_id : " + vendor + "\ncpu family : " + std::to_string(family)
           + "\nmodel : " + std::to_string(model) + "\nmodel name : " + modelName
           + "\nstepping : 1\nflags : " + flags + "\n";
}

std::string without(std::string flags, const std::string &flag)
{
    flags = " " + flags + " ";
    flags.replace(flags.find(" " + flag + " "), flag.size() + 2, " ");
    return flags;
}

Microarchitecture namedIn(const std::string &text)
{
    const auto cpu = cpuFromText(text);
    return cpu && cpu->microarchitecture ? *cpu->microarchitecture : Microarchitecture();
}

bool hasEvery(std::string_view design, const std::set<std::string> &flags)
{
    const auto found = std::ranges::find(x86Designs(), design, &Design::name);
    if (found == x86Designs().end())
        return false;
    for (const QString &flag :
         QString::fromUtf8(found->adds.data(), static_cast<qsizetype>(found->adds.size()))
             .split(' ', Qt::SkipEmptyParts)) {
        if (!flags.contains(flag.toStdString()))
            return false;
    }
    return std::ranges::all_of(
        found->parents, [&](std::string_view parent) { return parent.empty() || hasEvery(parent, flags); });
}

QStringList linesOf(const fs::path &path)
{
    return QString::fromStdString(readFile(path).value_or("")).split('\n', Qt::SkipEmptyParts);
}

} // namespace

class TestMicroarchitecture : public QObject {
    Q_OBJECT

private Q_SLOTS:
    // archspec's answers are about features, so they are compared with `compatible`. It names Apple's
    // processors on macOS by their brand alone: there the name is compared too.
    void likeArchspec_data()
    {
        QTest::addColumn<QString>("expected");
        const QStringList lines = linesOf(sharedMachines() / "archspec/expected.tsv");
        for (const QString &line : lines.mid(1))
            QTest::newRow(qPrintable(line.section('\t', 0, 0))) << line.section('\t', 3, 3);
        if (lines.isEmpty())
            QTest::newRow("none") << QString();
    }

    void likeArchspec()
    {
        QFETCH(QString, expected);
        if (expected.isEmpty())
            QSKIP("archspec's recordings are not beside the repository");
        const auto machine = loadMachine(sharedMachines() / "archspec" / QTest::currentDataTag());
        QVERIFY(machine);
        const auto &design = machine->cpu.microarchitecture;
        QVERIFY(design);
        QCOMPARE(QString::fromStdString(design->compatible.value_or("")), expected);
        // What is newer than the features that an old kernel shows keeps its own name.
        if (QString(QTest::currentDataTag()) == "linux-ubuntu24.04-alderlake") {
            QCOMPARE(design->name, std::string("arrowlake_s"));
            QVERIFY(design->missing.contains("avx_ifma"));
        } else {
            QCOMPARE(QString::fromStdString(design->name), expected);
            QVERIFY(design->missing.empty());
        }
    }

    void aGuestLacksWhatItsHostHides()
    {
        const Microarchitecture milan
            = namedIn(x86Text("AuthenticAMD", 25, 1, without(zen3Flags, "pku") + " hypervisor"));
        QCOMPARE(milan.name, std::string("zen3"));
        QCOMPARE(milan.compatible.value_or(""), std::string("zen2"));
        QCOMPARE(milan.missing, (std::set<std::string>{"pku"}));

        const Microarchitecture whole = namedIn(x86Text("AuthenticAMD", 25, 1, zen3Flags));
        QCOMPARE(whole.compatible.value_or(""), std::string("zen3"));
        QVERIFY(whole.missing.empty());
    }

    void aHiddenFeatureOfAnAncestor()
    {
        // Kernels that work around a fault of Zen 5's RDSEED hide it; every Zen has it.
        const Microarchitecture laptop
            = namedIn(x86Text("AuthenticAMD", 26, 36, without(zen5Flags, "rdseed")));
        QCOMPARE(laptop.name, std::string("zen5"));
        QCOMPARE(laptop.compatible.value_or(""), std::string("x86_64_v4"));
        QCOMPARE(laptop.missing, (std::set<std::string>{"rdseed"}));
    }

    void anUnknownModelIsNamedByItsFeatures()
    {
        const Microarchitecture design = namedIn(x86Text("AuthenticAMD", 99, 1, zen5Flags));
        QCOMPARE(design.name, std::string("zen5"));
        QCOMPARE(design.compatible.value_or(""), std::string("zen5"));
        const Microarchitecture other = namedIn(x86Text("Someone", 6, 1, zen5Flags));
        QCOMPARE(other.name, std::string("x86_64_v4"));
        const Microarchitecture emulated
            = namedIn(x86Text("AuthenticAMD", 15, 107, zen3Flags, "QEMU TCG CPU version 2.5+"));
        QCOMPARE(emulated.name, std::string("zen3"));
    }

    void thirtyTwoBitsHaveNoName()
    {
        QVERIFY(!cpuFromText(x86Text("GenuineIntel", 6, 8, "fpu tsc mmx sse"))->microarchitecture);
    }

    // Whatever is visible, no program built for the compatible design meets an instruction that is not.
    void everyFeatureOfACompatibleDesignIsVisible()
    {
        const QStringList all = QString::fromStdString(zen5Flags + " fma4 xop tbm 3dnow 3dnowext").split(' ');
        for (qsizetype left = 0; left < all.size(); ++left) {
            for (const qsizetype count : {all.size() / 2, all.size() - 1, all.size()}) {
                QStringList flags = all.mid(0, count);
                flags.removeAll(all[left]);
                flags << "lm";
                const auto cpu = cpuFromText(x86Text("AuthenticAMD", 26, 2, flags.join(' ').toStdString()));
                QVERIFY(cpu->microarchitecture);
                QVERIFY(hasEvery(cpu->microarchitecture->compatible.value_or(""), *cpu->flags));
            }
        }
    }

    void modelNumbers_data()
    {
        QTest::addColumn<QString>("vendor");
        QTest::addColumn<int>("family");
        QTest::addColumn<int>("model");
        QTest::addColumn<int>("stepping");
        QTest::addColumn<QString>("name");
        const auto row = [](const char *vendor, int family, int model, int stepping, const char *name) {
            QTest::addRow("%s %d %d %d", vendor, family, model, stepping)
                << vendor << family << model << stepping << name;
        };
        row("GenuineIntel", 6, 85, 4, "skylake_avx512");
        row("GenuineIntel", 6, 85, 7, "cascadelake");
        row("GenuineIntel", 6, 85, 11, "cooperlake");
        row("GenuineIntel", 6, 140, 1, "tigerlake");
        row("GenuineIntel", 6, 173, 1, "graniterapids");
        row("GenuineIntel", 6, 189, 1, "lunarlake");
        row("GenuineIntel", 6, 190, 0, "gracemont");
        row("GenuineIntel", 6, 255, 0, "");
        row("AuthenticAMD", 23, 49, 0, "zen2");
        row("AuthenticAMD", 23, 8, 2, "zen");
        row("AuthenticAMD", 25, 17, 1, "zen4");
        row("AuthenticAMD", 25, 33, 0, "zen3");
        row("AuthenticAMD", 26, 2, 1, "zen5");
        row("HygonGenuine", 24, 1, 1, "dhyana");
        row("Shanghai", 7, 59, 0, "lujiazui");
        row("CentaurHauls", 7, 91, 0, "yongfeng");
        row("GenuineIntel", -1, -1, -1, "");
    }

    void modelNumbers()
    {
        QFETCH(QString, vendor);
        QFETCH(int, family);
        QFETCH(int, model);
        QFETCH(int, stepping);
        QFETCH(QString, name);
        const auto found = x86DesignName(vendor.toStdString(), family, model, stepping);
        QCOMPARE(QString::fromStdString(std::string(found.value_or(""))), name);
    }

    // A parent that stands behind its child, or is misspelt, would silently be none.
    void tablesAreWellFormed()
    {
        for (const auto table : {x86Designs(), armDesigns(), loongArchDesigns()}) {
            QVERIFY(table.size() <= 64);
            for (std::size_t i = 0; i < table.size(); ++i) {
                for (const std::string_view parent : table[i].parents) {
                    const auto before = table.first(i);
                    QVERIFY(parent.empty() || std::ranges::count(before, parent, &Design::name) == 1);
                }
                QVERIFY(table[i].adds.find("  ") == std::string_view::npos);
            }
        }
        for (int model = 0; model < 256; ++model) {
            for (const auto &[vendor, family] : {std::pair{"GenuineIntel", 6},
                                                 {"AuthenticAMD", 0x17},
                                                 {"AuthenticAMD", 0x19},
                                                 {"AuthenticAMD", 0x1a}}) {
                const auto name = x86DesignName(vendor, family, model, 0);
                QVERIFY(!name || std::ranges::count(x86Designs(), *name, &Design::name) == 1);
            }
        }
    }

    void whatTheNextLevelNeeds()
    {
        const auto zen3 = cpuFromText(x86Text("AuthenticAMD", 25, 1, zen3Flags));
        QCOMPARE(zen3->isaLevel.value_or(""), std::string("x86-64-v3"));
        QCOMPARE(zen3->nextIsaLevel.value_or(""), std::string("x86-64-v4"));
        QCOMPARE(zen3->missingForNextIsaLevel,
                 (std::set<std::string>{"avx512bw", "avx512cd", "avx512dq", "avx512f", "avx512vl"}));

        const auto guest = cpuFromText(x86Text("AuthenticAMD", 25, 1, without(zen3Flags, "movbe")));
        QCOMPARE(guest->isaLevel.value_or(""), std::string("x86-64-v2"));
        QCOMPARE(guest->nextIsaLevel.value_or(""), std::string("x86-64-v3"));
        QCOMPARE(guest->missingForNextIsaLevel, (std::set<std::string>{"movbe"}));

        const auto top = cpuFromText(x86Text("AuthenticAMD", 26, 2, zen5Flags));
        QVERIFY(!top->nextIsaLevel);
        QVERIFY(top->missingForNextIsaLevel.empty());

        const auto raspberry
            = cpuFromText("processor : 0\nFeatures : fp asimd evtstrm aes pmull sha1 sha2 crc32 "
                          "atomics fphp asimdhp cpuid asimdrdm lrcpc dcpop asimddp\n"
                          "CPU implementer : 0x41\nCPU part : 0xd0b\n");
        QCOMPARE(raspberry->isaLevel.value_or(""), std::string("armv8.2-a"));
        QCOMPARE(raspberry->nextIsaLevel.value_or(""), std::string("armv8.6-a"));
        QVERIFY(raspberry->missingForNextIsaLevel.contains("i8mm"));
        QVERIFY(!raspberry->missingForNextIsaLevel.contains("lrcpc"));
        QCOMPARE(raspberry->microarchitecture->name, std::string("cortex_a76"));
        QCOMPARE(raspberry->microarchitecture->compatible.value_or(""), std::string("neoverse_n1"));

        const auto loongson
            = cpuFromText("processor : 0\nModel Name : Loongson-3A6000\nFeatures : cpucfg lsx\n");
        QCOMPARE(loongson->nextIsaLevel.value_or(""), std::string("la64-lasx"));
        QCOMPARE(loongson->microarchitecture->name, std::string("la664"));
        QCOMPARE(loongson->microarchitecture->compatible.value_or(""), std::string("la364"));
        QCOMPARE(loongson->microarchitecture->missing, (std::set<std::string>{"lasx"}));

        const auto riscv = cpuFromText("processor : 0\nisa : rv64imafdcv\nuarch : thead,c920\n");
        QCOMPARE(riscv->nextIsaLevel.value_or(""), std::string("rva22"));
        QVERIFY(riscv->missingForNextIsaLevel.contains("zba"));
        QCOMPARE(riscv->microarchitecture->name, std::string("c920"));
    }
};

QTEST_APPLESS_MAIN(TestMicroarchitecture)
#include "tst_microarchitecture.moc"
