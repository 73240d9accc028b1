#include "hardware/cpu/cpu.h"
#include "hardware/cpu/cpuinfo.h"

#include <QTest>

using namespace firstlight;

namespace {

const std::string v1 = "fpu cx8 cmov mmx fxsr sse sse2 syscall lm";
const std::string v2 = v1 + " pni ssse3 cx16 sse4_1 sse4_2 popcnt lahf_lm";
const std::string v3 = v2 + " fma movbe xsave avx f16c abm bmi1 avx2 bmi2";
const std::string v4 = v3 + " avx512f avx512dq avx512cd avx512bw avx512vl";

std::string x86Text(const std::vector<std::string> &flags)
{
    std::string text;
    for (std::size_t i = 0; i < flags.size(); ++i) {
        text += "processor\t: " + std::to_string(i)
                + "\nvendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: 151\n"
                + "model name\t: Test\nstepping\t: 2\nflags\t\t: " + flags[i] + "\n\n";
    }
    return text;
}

std::string without(std::string flags, const std::string &flag)
{
    flags = " " + flags + " ";
    flags.replace(flags.find(" " + flag + " "), flag.size() + 2, " ");
    return flags;
}

} // namespace

class TestCpuInfo : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void flagsAreWhatAllProcessorsHave()
    {
        const auto cpu = cpuFromText(x86Text({v4 + " avx_vnni", v3 + " avx_vnni", v4}));
        QVERIFY(cpu && cpu->flags);
        QVERIFY(!cpu->flags->contains("avx512f"));
        QVERIFY(!cpu->flags->contains("avx_vnni"));
        QVERIFY(cpu->flags->contains("avx2"));
        QCOMPARE(cpu->isaLevel.value_or(""), std::string("x86-64-v3"));
        QCOMPARE(cpu->online.value_or(CpuList()), (CpuList{0, 1, 2}));
    }

    void everyFlagOfALevelCounts()
    {
        struct Level {
            std::string flags;
            std::string lower;
            std::string name;
            std::string lowerName;
        };
        const std::vector<Level> levels{{v4, v3, "x86-64-v4", "x86-64-v3"},
                                        {v3, v2, "x86-64-v3", "x86-64-v2"},
                                        {v2, v1, "x86-64-v2", "x86-64-v1"}};
        for (const Level &level : levels) {
            QCOMPARE(cpuFromText(x86Text({level.flags}))->isaLevel.value_or(""), level.name);
            for (const QString &flag : QString::fromStdString(level.flags.substr(level.lower.size()))
                                           .split(' ', Qt::SkipEmptyParts))
                QCOMPARE(
                    cpuFromText(x86Text({without(level.flags, flag.toStdString())}))->isaLevel.value_or(""),
                    level.lowerName);
        }
        QVERIFY(!cpuFromText(x86Text({without(v4, "lm")}))->isaLevel);
        // A missing lower flag is not made up for by higher ones.
        QCOMPARE(cpuFromText(x86Text({without(v4, "popcnt")}))->isaLevel.value_or(""),
                 std::string("x86-64-v1"));
    }

    void identityOfX86()
    {
        const auto cpu = cpuFromText(x86Text({v2, v2}));
        QCOMPARE(cpu->architecture, std::string("x86_64"));
        QCOMPARE(cpu->vendor.value_or(""), std::string("GenuineIntel"));
        QCOMPARE(cpu->model.value_or(""), std::string("Test"));
        QCOMPARE(cpu->family.value_or(0), 6);
        QCOMPARE(cpu->modelNumber.value_or(0), 151);
        QCOMPARE(cpu->stepping.value_or(0), 2);
        QVERIFY(!cpu->quotaCpus);
    }

    void oneProcessorMayBeTheFirstOfMany()
    {
        const auto cpu = cpuFromText(x86Text({v2}));
        QVERIFY(!cpu->online);
        QVERIFY(!cpu->cores);
    }

    void coresByPackageAndCore()
    {
        std::string text;
        for (const auto &[cpu, package, core] : {std::tuple{0, 0, 0}, {1, 0, 1}, {2, 1, 0}, {3, 0, 0}}) {
            text += "processor : " + std::to_string(cpu)
                    + "\nvendor_id : X\ncpu family : 6\nflags : lm\nphysical id : " + std::to_string(package)
                    + "\ncore id : " + std::to_string(core) + "\n\n";
        }
        const auto cpu = cpuFromText(text);
        QCOMPARE(cpu->cores.value_or(std::vector<CpuList>()), (std::vector<CpuList>{{0, 3}, {1}, {2}}));
    }

    void firstVectorUnitOfTHeadIsNotV()
    {
        const std::string text = "processor : 0\nisa : rv64imafdcv_zba\nmvendorid : 0x5b7\nmarchid : 0x0\n";
        const auto draft = cpuFromText(text);
        QVERIFY(!draft->flags->contains("v"));
        QVERIFY(draft->flags->contains("zba"));
        QCOMPARE(draft->vendor.value_or(""), std::string("T-Head"));
        std::string later = text;
        later.replace(later.rfind("0x0"), 3, "0x8000000009140d00");
        QVERIFY(cpuFromText(later)->flags->contains("v"));
    }

    void riscvProfiles_data()
    {
        QTest::addColumn<QString>("isa");
        QTest::addColumn<QString>("level");
        const QString rva22 = "rv64imafdc_zicbom_zicboz_zihintpause_zfhmin_zba_zbb_zbs";
        QTest::newRow("no c") << "rv64imafd"
                              << "";
        QTest::newRow("base") << "rv64imafdc"
                              << "rva20";
        QTest::newRow("g") << "rv64gc"
                           << "rva20";
        QTest::newRow("no zbs") << "rv64imafdc_zicbom_zicboz_zihintpause_zfhmin_zba_zbb"
                                << "rva20";
        QTest::newRow("22") << rva22 << "rva22";
        QTest::newRow("vector alone is not 23") << "rv64imafdcv" + rva22.mid(10) << "rva22";
        QTest::newRow("23") << "rv64imafdcv" + rva22.mid(10)
                                   + "_zvfhmin_zvbb_zvkt_zihintntl_zicond_zimop_zcmop_zcb_zfa_zawrs"
                            << "rva23";
        QTest::newRow("32 bits") << "rv32imafdc"
                                 << "";
    }

    void riscvProfiles()
    {
        QFETCH(QString, isa);
        QFETCH(QString, level);
        const auto cpu = cpuFromText("processor : 0\nisa : " + isa.toStdString() + "\n");
        QVERIFY(cpu);
        QCOMPARE(QString::fromStdString(cpu->isaLevel.value_or("")), level);
    }

    void riscvHartsAreIntersected()
    {
        const auto cpu = cpuFromText("processor : 0\nisa : rv64imafdcv\nhart isa : rv64imafdcv\n\n"
                                     "processor : 1\nisa : rv64imafdcv\nhart isa : rv64imafdc\n");
        QVERIFY(!cpu->flags->contains("v"));
    }

    void armWithFeaturesBehindTheProcessors()
    {
        const auto cpu = cpuFromText("processor : 0\nBogoMIPS : 1\n\nprocessor : 1\n\nFeatures : fp asimd\n"
                                     "CPU implementer : 0x41\nCPU part : 0xd03\n");
        QCOMPARE(cpu->architecture, std::string("aarch64"));
        QCOMPARE(cpu->isaLevel.value_or(""), std::string("armv8.0-a"));
        QCOMPARE(cpu->model.value_or(""), std::string("Cortex-A53"));
    }

    void unknownArmImplementerIsShownAsItIs()
    {
        const auto cpu
            = cpuFromText("processor : 0\nFeatures : fp asimd\nCPU implementer : 0x99\nCPU part : 0x1\n");
        QCOMPARE(cpu->vendor.value_or(""), std::string("0x99"));
        QVERIFY(!cpu->model);
    }

    void loongArchVectors()
    {
        const std::string text
            = "system type : x\n\nprocessor : 0\nModel Name : Loongson-3A5000\nFeatures : cpucfg fpu";
        QVERIFY(!cpuFromText(text)->isaLevel);
        QCOMPARE(cpuFromText(text + " lsx")->isaLevel.value_or(""), std::string("la64-lsx"));
        QCOMPARE(cpuFromText(text + " lsx lasx")->isaLevel.value_or(""), std::string("la64-lasx"));
    }

    void otherTextsAreNoProcessors_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("empty") << QByteArray();
        QTest::newRow("sysctl") << QByteArray("machdep.cpu.brand_string: Apple M2\n");
        QTest::newRow("csv") << QByteArray(
            "leaf,subleaf,eax,ebx,ecx,edx\n0,0,22,1970169159,1818588270,1231384169\n");
        QTest::newRow("zeros") << QByteArray(4096, '\0');
        QTest::newRow("colons") << QByteArray(4096, ':');
        QTest::newRow("prose") << QByteArray("Permission is hereby granted: free of charge\n");
    }

    void otherTextsAreNoProcessors()
    {
        QFETCH(QByteArray, text);
        QVERIFY(!cpuFromText(text.toStdString()));
    }
};

QTEST_APPLESS_MAIN(TestCpuInfo)
#include "tst_cpuinfo.moc"
