#include "hardware/accelerators/accelerators.h"
#include "hardware/accelerators/kfd.h"
#include "hardware/accelerators/nvidia_driver.h"
#include "recordings.h"

using namespace firstlight;

namespace {

std::vector<Accelerator> found(const CraftedRoot &root)
{
    SlowFacts nothingKept({});
    return readAccelerators(*Root::open(root.path()), nothingKept).value_or(std::vector<Accelerator>());
}

const std::string kfdGpu = "simd_count 96\nvendor_id 4098\ndevice_id 29772\nlocation_id 768\ndomain 0\n"
                           "drm_render_minor 129\n";

} // namespace

class TestAccelerators : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void noSysfsIsUnknown()
    {
        CraftedRoot root;
        root.file("proc/cpuinfo", "");
        SlowFacts nothingKept({});
        QVERIFY(!readAccelerators(*Root::open(root.path()), nothingKept));
        root.pci("0000:00:01.0", "0x020000", "0x8086", "0x1234");
        QCOMPARE(readAccelerators(*Root::open(root.path()), nothingKept), std::vector<Accelerator>());
    }

    void kinds_data()
    {
        QTest::addColumn<QString>("deviceClass");
        QTest::addColumn<QString>("vendor");
        QTest::addColumn<QString>("device");
        QTest::addColumn<QString>("kind"); // empty: no accelerator
        QTest::addColumn<QString>("name");
        QTest::newRow("nvidia gpu") << "0x030200"
                                    << "0x10de"
                                    << "0x2330"
                                    << "gpu"
                                    << "nvidia";
        QTest::newRow("nvidia audio") << "0x040300"
                                      << "0x10de"
                                      << "0x10f1"
                                      << ""
                                      << "";
        QTest::newRow("nvswitch") << "0x068000"
                                  << "0x10de"
                                  << "0x22a3"
                                  << ""
                                  << "";
        QTest::newRow("amd gpu") << "0x030000"
                                 << "0x1002"
                                 << "0x744c"
                                 << "gpu"
                                 << "amd";
        QTest::newRow("amd mi300x") << "0x120000"
                                    << "0x1002"
                                    << "0x74a1"
                                    << "gpu"
                                    << "amd";
        QTest::newRow("xdna") << "0x118000"
                              << "0x1022"
                              << "0x1502"
                              << "npu"
                              << "amd";
        QTest::newRow("xdna 2") << "0x118000"
                                << "0x1022"
                                << "0x17f0"
                                << "npu"
                                << "amd";
        QTest::newRow("amd dummy function") << "0x130000"
                                            << "0x1022"
                                            << "0x1485"
                                            << ""
                                            << "";
        QTest::newRow("amd crypto") << "0x108000"
                                    << "0x1022"
                                    << "0x1649"
                                    << ""
                                    << "";
        QTest::newRow("intel gpu") << "0x030000"
                                   << "0x8086"
                                   << "0x56a0"
                                   << "gpu"
                                   << "intel";
        QTest::newRow("intel npu") << "0x120000"
                                   << "0x8086"
                                   << "0x7d1d"
                                   << "npu"
                                   << "intel";
        QTest::newRow("intel quickassist") << "0x0b4000"
                                           << "0x8086"
                                           << "0x4940"
                                           << ""
                                           << "";
        QTest::newRow("ascend") << "0x120000"
                                << "0x19e5"
                                << "0xd802"
                                << "npu"
                                << "ascend";
        QTest::newRow("huawei board display") << "0x030000"
                                              << "0x19e5"
                                              << "0x1711"
                                              << ""
                                              << "";
        QTest::newRow("huawei network") << "0x020000"
                                        << "0x19e5"
                                        << "0x0222"
                                        << ""
                                        << "";
        QTest::newRow("moore threads") << "0x030000"
                                       << "0x1ed5"
                                       << "0x0200"
                                       << "gpu"
                                       << "moore-threads";
        QTest::newRow("hygon dcu") << "0x0b4000"
                                   << "0x1d94"
                                   << "0x6211"
                                   << "gpu"
                                   << "hygon";
        QTest::newRow("hygon host bridge") << "0x060000"
                                           << "0x1d94"
                                           << "0x1450"
                                           << ""
                                           << "";
        QTest::newRow("cambricon") << "0x120000"
                                   << "0xcabc"
                                   << "0x0370"
                                   << "npu"
                                   << "cambricon";
        QTest::newRow("iluvatar") << "0x030200"
                                  << "0x1e3e"
                                  << "0x0001"
                                  << "gpu"
                                  << "iluvatar";
        QTest::newRow("kunlun") << "0x120000"
                                << "0x1d22"
                                << "0x3684"
                                << "npu"
                                << "kunlun";
        QTest::newRow("metax") << "0x038000"
                               << "0x9999"
                               << "0x4001"
                               << "gpu"
                               << "metax";
        QTest::newRow("habana") << "0x120000"
                                << "0x1da3"
                                << "0x1020"
                                << "npu"
                                << "habana";
        QTest::newRow("coral") << "0xff0000"
                               << "0x1ac1"
                               << "0x089a"
                               << "npu"
                               << "coral";
        QTest::newRow("unknown gpu") << "0x030000"
                                     << "0x6767"
                                     << "0x3d00"
                                     << "gpu"
                                     << "pci:6767";
        QTest::newRow("unknown accelerator") << "0x120000"
                                             << "0xabcd"
                                             << "0x0001"
                                             << "accelerator"
                                             << "pci:abcd";
        QTest::newRow("unknown co-processor") << "0x0b4000"
                                              << "0xabcd"
                                              << "0x0001"
                                              << ""
                                              << "";
        QTest::newRow("vmware") << "0x030000"
                                << "0x15ad"
                                << "0x0405"
                                << ""
                                << "";
        QTest::newRow("virtio") << "0x038000"
                                << "0x1af4"
                                << "0x1050"
                                << ""
                                << "";
        QTest::newRow("bochs") << "0x030000"
                               << "0x1234"
                               << "0x1111"
                               << ""
                               << "";
        QTest::newRow("qxl") << "0x030000"
                             << "0x1b36"
                             << "0x0100"
                             << ""
                             << "";
        QTest::newRow("aspeed") << "0x030000"
                                << "0x1a03"
                                << "0x2000"
                                << ""
                                << "";
        QTest::newRow("virtualbox") << "0x030000"
                                    << "0x80ee"
                                    << "0xbeef"
                                    << ""
                                    << "";
        QTest::newRow("disk") << "0x010802"
                              << "0x144d"
                              << "0xa80a"
                              << ""
                              << "";
        QTest::newRow("garbage class") << "0xzz"
                                       << "0x10de"
                                       << "0x2330"
                                       << ""
                                       << "";
        QTest::newRow("garbage vendor") << "0x030000"
                                        << "nvidia"
                                        << "0x2330"
                                        << ""
                                        << "";
        QTest::newRow("too large") << "0x030000"
                                   << "0x110de"
                                   << "0x2330"
                                   << ""
                                   << "";
    }

    void kinds()
    {
        QFETCH(QString, deviceClass);
        QFETCH(QString, vendor);
        QFETCH(QString, device);
        QFETCH(QString, kind);
        QFETCH(QString, name);
        CraftedRoot root;
        root.pci("0000:03:00.0", deviceClass.toStdString(), vendor.toStdString(), device.toStdString());
        const auto accelerators = found(root);
        QCOMPARE(accelerators.size(), kind.isEmpty() ? 0u : 1u);
        if (kind.isEmpty())
            return;
        QCOMPARE(QString::fromStdString(accelerators[0].kind), kind);
        QCOMPARE(QString::fromStdString(accelerators[0].vendor), name);
        QCOMPARE(QString::fromStdString(accelerators[0].vendorId), vendor.mid(2));
        QVERIFY(!accelerators[0].driver);
        QVERIFY(!accelerators[0].memoryBytes);
        QVERIFY(accelerators[0].nodes.empty()); // no dev folder: nobody knows
    }

    void nvidiaWithItsDriver()
    {
        CraftedRoot root;
        root.pci("0000:65:00.0", "0x030000", "0x10de", "0x2684", "nvidia")
            .file("proc/driver/nvidia/version", "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  "
                                                "565.57.01  Release Build\nGCC version: 12.2.0\n")
            .file("proc/driver/nvidia/gpus/0000:65:00.0/information",
                  "Model: \t\t NVIDIA GeForce RTX 4090\nIRQ:   \t\t 130\nDevice Minor: \t 3\n")
            .file("dev/nvidiactl", "")
            .file("dev/nvidia3", "");
        const Accelerator gpu = found(root).at(0);
        QCOMPARE(gpu.name.value_or(""), std::string("NVIDIA GeForce RTX 4090"));
        QCOMPARE(gpu.driver.value_or(""), std::string("nvidia"));
        QCOMPARE(gpu.driverVersion.value_or(""), std::string("565.57.01"));
        QCOMPARE(gpu.compute.value_or(""), std::string("8.9"));
        QCOMPARE(gpu.nodes, (std::vector<DeviceNode>{{"/dev/nvidiactl", NodeAccess::Usable},
                                                     {"/dev/nvidia-uvm", NodeAccess::Absent},
                                                     {"/dev/nvidia3", NodeAccess::Usable}}));
    }

    void nvidiaCapabilities_data()
    {
        QTest::addColumn<QString>("device");
        QTest::addColumn<QString>("capability");
        QTest::newRow("GTX 1080 Ti") << "0x1b06"
                                     << "6.1";
        QTest::newRow("P100") << "0x15f8"
                              << "6.0";
        QTest::newRow("V100") << "0x1db1"
                              << "7.0";
        QTest::newRow("GT 1030") << "0x1d01"
                                 << "6.1";
        QTest::newRow("T4") << "0x1eb8"
                            << "7.5";
        QTest::newRow("A100") << "0x20b0"
                              << "8.0";
        QTest::newRow("RTX 3090") << "0x2204"
                                  << "8.6";
        QTest::newRow("H100") << "0x2330"
                              << "9.0";
        QTest::newRow("H200") << "0x2335"
                              << "9.0";
        QTest::newRow("L40S") << "0x26b9"
                              << "8.9";
        QTest::newRow("B200") << "0x2901"
                              << "10.0";
        QTest::newRow("RTX 5090") << "0x2b85"
                                  << "12.0";
        QTest::newRow("GB10") << "0x2e12"
                              << "12.1";
        QTest::newRow("too old") << "0x0040"
                                 << "";
        QTest::newRow("too new") << "0x4000"
                                 << "";
    }

    void nvidiaCapabilities()
    {
        QFETCH(QString, device);
        QFETCH(QString, capability);
        CraftedRoot root;
        root.pci("0000:01:00.0", "0x030000", "0x10de", device.toStdString());
        QCOMPARE(QString::fromStdString(found(root).at(0).compute.value_or("")), capability);
    }

    void nouveauHasNoCudaNodes()
    {
        CraftedRoot root;
        root.pci("0000:01:00.0", "0x030000", "0x10de", "0x2684", "nouveau")
            .file("sys/bus/pci/devices/0000:01:00.0/drm/renderD128/dev", "")
            .file("dev/dri/renderD128", "");
        QCOMPARE(found(root).at(0).nodes,
                 (std::vector<DeviceNode>{{"/dev/dri/renderD128", NodeAccess::Usable}}));
    }

    void amdWithKfd()
    {
        CraftedRoot root;
        root.pci("0000:03:00.0", "0x030000", "0x1002", "0x744c", "amdgpu")
            .file("sys/bus/pci/devices/0000:03:00.0/mem_info_vram_total", "25753026560\n")
            .file("sys/bus/pci/devices/0000:03:00.0/drm/renderD129/dev", "")
            .file("sys/bus/pci/devices/0000:03:00.0/drm/card1/dev", "")
            .file("sys/class/kfd/kfd/topology/nodes/0/properties",
                  "cpu_cores_count 8\nsimd_count 0\nvendor_id 0\n")
            .file("sys/class/kfd/kfd/topology/nodes/1/properties", kfdGpu + "gfx_target_version 110000\n")
            .file("dev/kfd", "");
        const auto accelerators = found(root);
        QCOMPARE(accelerators.size(), 1u);
        QCOMPARE(accelerators[0].compute.value_or(""), std::string("gfx1100"));
        QCOMPARE(accelerators[0].memoryBytes.value_or(0), 25753026560u);
        QCOMPARE(accelerators[0].integrated, std::optional(false));
        QCOMPARE(accelerators[0].nodes,
                 (std::vector<DeviceNode>{{"/dev/kfd", NodeAccess::Usable},
                                          {"/dev/dri/renderD129", NodeAccess::Absent}}));
    }

    void kfdAlone()
    {
        CraftedRoot root;
        root.file("sys/class/kfd/kfd/topology/nodes/10/properties", kfdGpu + "gfx_target_version 110501\n")
            .file("sys/class/kfd/kfd/topology/nodes/10/mem_banks/0/properties",
                  "heap_type 1\nsize_in_bytes 1000\n")
            .file("sys/class/kfd/kfd/topology/nodes/10/mem_banks/1/properties",
                  "heap_type 2\nsize_in_bytes 24\n")
            .file("sys/class/kfd/kfd/topology/nodes/2/properties",
                  "simd_count 10\nvendor_id 4318\nlocation_id 9\n");
        const auto accelerators = found(root);
        QCOMPARE(accelerators.size(), 1u); // the other maker's node is none of AMD's
        QCOMPARE(accelerators[0].address, std::string("0000:03:00.0"));
        QCOMPARE(accelerators[0].compute.value_or(""), std::string("gfx1151"));
        QCOMPARE(accelerators[0].memoryBytes.value_or(0), 1024u);
        QCOMPARE(accelerators[0].integrated, std::optional(true));
    }

    void partitionsOfAGpuCountAsOne()
    {
        CraftedRoot root; // an MI300X in two partitions, linked to another in one
        const std::string nodes = "sys/class/kfd/kfd/topology/nodes/";
        const auto node = [&](const std::string &name, const std::string &place, const std::string &peers) {
            root.file(nodes + name + "/properties", "simd_count 152\nsimd_per_cu 4\nvendor_id "
                                                    "4098\ndevice_id 29857\ngfx_target_version 90402\n"
                                                        + place)
                .file(nodes + name + "/mem_banks/0/properties",
                      "size_in_bytes 1000\nwidth 8192\nmem_clk_max 1300\n");
            for (const char peer : peers)
                root.file(nodes + name + "/io_links/" + peer + "/properties",
                          std::string("type 11\nnode_to ") + peer + "\n");
        };
        node("1", "location_id 1280\ndrm_render_minor 128\n", "023");
        node("2", "location_id 1280\ndrm_render_minor 129\n", "13");
        node("3", "location_id 9472\ndrm_render_minor 130\n", "12");
        root.file(nodes + "0/properties", "cpu_cores_count 96\nsimd_count 0\nvendor_id 0\n")
            .file("dev/kfd", "");
        const auto accelerators = found(root);
        QCOMPARE(accelerators.size(), 2u);
        const Accelerator &two = accelerators[0];
        QCOMPARE(two.address, std::string("0000:05:00.0"));
        QCOMPARE(two.memoryBytes.value_or(0), 2000u);
        QCOMPARE(two.computeUnits.value_or(0), 76);
        QCOMPARE(two.memoryBytesPerSecond.value_or(0), 5324800000000u); // 5.3 TB/s in AMD's data sheet
        QCOMPARE(two.linkedTo, std::vector<std::string>{"0000:25:00.0"});
        QCOMPARE(two.nodes.size(), 3u);
        QCOMPARE(two.nodes[2].path, std::string("/dev/dri/renderD129"));
        QCOMPARE(two.memoryKind.value_or(""), std::string("dedicated"));
        QCOMPARE(accelerators[1].linkedTo, std::vector<std::string>{"0000:05:00.0"});
    }

    void memorySpeeds_data()
    {
        QTest::addColumn<int>("bits");
        QTest::addColumn<int>("megahertz");
        QTest::addColumn<QString>("target");
        QTest::addColumn<quint64>("gigabytes"); // a second, of the card's data sheet; 0: unknown
        QTest::newRow("vega 64") << 2048 << 945 << "gfx900" << quint64(484);
        QTest::newRow("mi210") << 4096 << 1600 << "gfx90a" << quint64(1638);
        QTest::newRow("rx 6600m") << 128 << 875 << "gfx1032" << quint64(224);
        QTest::newRow("rx 7900 xtx") << 384 << 1249 << "gfx1100" << quint64(959);
        QTest::newRow("gddr5 or hbm") << 256 << 2000 << "gfx803" << quint64(0);
        QTest::newRow("main memory") << 256 << 1000 << "gfx1151" << quint64(0);
        QTest::newRow("no width") << 0 << 1000 << "gfx1100" << quint64(0);
    }
    void memorySpeeds()
    {
        QFETCH(int, bits);
        QFETCH(int, megahertz);
        QFETCH(QString, target);
        QFETCH(quint64, gigabytes);
        const auto speed = memorySpeed(static_cast<std::uint64_t>(bits),
                                       static_cast<std::uint64_t>(megahertz), target.toStdString());
        QCOMPARE(quint64((speed.value_or(0) + 500000000) / 1000000000), gigabytes);
    }

    void nvidiaModules_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QString>("version");
        QTest::addColumn<QString>("cuda");
        QTest::addColumn<int>("open"); // -1: unknown
        QTest::newRow("proprietary") << QByteArray(
            "NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.14  Thu Feb 22 01:44:30 UTC 2024\n")
                                     << "550.54.14"
                                     << "12.4" << 0;
        QTest::newRow("open") << QByteArray(
            "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.65.06  "
            "Release Build  (x@y)  Sun Jul 27\nGCC version: gcc 12.2.0\n")
                              << "580.65.06"
                              << "13.0" << 1;
        QTest::newRow("arm") << QByteArray(
            "NVRM version: NVIDIA UNIX Open Kernel Module for aarch64  535.104\n")
                             << "535.104"
                             << "12.2" << 1;
        QTest::newRow("branch of tomorrow")
            << QByteArray("NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  999.10  x\n") << "999.10"
            << "" << 1;
        QTest::newRow("no version") << QByteArray("NVRM version: NVIDIA UNIX x86_64 Kernel Module") << ""
                                    << "" << 0;
        QTest::newRow("garbage") << QByteArray("\xff 1.2\n") << ""
                                 << "" << -1;
    }
    void nvidiaModules()
    {
        QFETCH(QByteArray, text);
        QFETCH(QString, version);
        QFETCH(QString, cuda);
        QFETCH(int, open);
        CraftedRoot root;
        root.pci("0000:01:00.0", "0x030000", "0x10de", "0x2684", "nvidia")
            .file("proc/driver/nvidia/version", text.toStdString());
        const Accelerator gpu = found(root).at(0);
        QCOMPARE(QString::fromStdString(gpu.driverVersion.value_or("")), version);
        QCOMPARE(QString::fromStdString(gpu.cudaVersion.value_or("")), cuda);
        QCOMPARE(gpu.openModule ? int(*gpu.openModule) : -1, open);
    }

    void gfxTargets_data()
    {
        QTest::addColumn<quint64>("version");
        QTest::addColumn<QString>("target");
        QTest::newRow("vega") << quint64(90000) << "gfx900";
        QTest::newRow("mi210") << quint64(90010) << "gfx90a";
        QTest::newRow("mi300") << quint64(90402) << "gfx942";
        QTest::newRow("rx 6600") << quint64(100302) << "gfx1032";
        QTest::newRow("strix halo") << quint64(110501) << "gfx1151";
        QTest::newRow("rx 9070") << quint64(120001) << "gfx1201";
        QTest::newRow("none") << quint64(0) << "";
        QTest::newRow("garbage") << quint64(99999999) << "";
    }

    void gfxTargets()
    {
        QFETCH(quint64, version);
        QFETCH(QString, target);
        QCOMPARE(QString::fromStdString(gfxTarget(version).value_or("")), target);
    }

    void intelMemory()
    {
        CraftedRoot root;
        const std::string arc = "sys/bus/pci/devices/0000:03:00.0/";
        root.pci("0000:00:02.0", "0x030000", "0x8086", "0x64a0", "xe")
            .pci("0000:03:00.0", "0x030000", "0x8086", "0xe20b", "xe")
            .file(arc + "tile0/physical_vram_size_bytes", "0x2f0000000\n");
        const auto accelerators = found(root);
        QCOMPARE(accelerators.size(), 2u);
        QCOMPARE(accelerators[0].integrated, std::optional(true));
        QVERIFY(!accelerators[0].memoryBytes);
        QCOMPARE(accelerators[1].integrated, std::optional(false));
        QCOMPARE(accelerators[1].memoryBytes.value_or(0), 0x2f0000000u);
    }

    void cardsOfOneMakerAreNumbered()
    {
        CraftedRoot root;
        root.pci("0000:01:00.0", "0x120000", "0x19e5", "0xd802")
            .pci("0000:02:00.0", "0x120000", "0x19e5", "0xd802")
            .file("dev/davinci1", "");
        const auto accelerators = found(root);
        QCOMPARE(accelerators.at(0).nodes.back(), (DeviceNode{"/dev/davinci0", NodeAccess::Absent}));
        QCOMPARE(accelerators.at(1).nodes.back(), (DeviceNode{"/dev/davinci1", NodeAccess::Usable}));
    }

    void namesFromPciIds()
    {
        CraftedRoot root;
        root.pci("0000:03:00.0", "0x030000", "0x8086", "0x5690")
            .pci("0000:04:00.0", "0x030000", "0x8086", "0xffff")
            .pci("0000:05:00.0", "0x030000", "0x8087", "0x5690")
            .file("usr/share/misc/pci.ids",
                  "# a list\n8085  Other\n\t5690  Wrong\n8086  Intel Corporation\n\t0001  First\n"
                  "\t\t8086 5690  Subsystem\n# comment\n\t5690  DG2 [Arc A770M]\n8088  Last\n\tffff  Wrong");
        const auto accelerators = found(root);
        QCOMPARE(accelerators.at(0).name.value_or(""), std::string("DG2 [Arc A770M]"));
        QVERIFY(!accelerators.at(1).name);
        QVERIFY(!accelerators.at(2).name);
    }

    void intelCardInAVirtualMachine()
    {
        CraftedRoot root; // where the built-in graphics of a real computer is
        root.pci("0000:00:02.0", "0x030000", "0x8086", "0xe20b", "xe")
            .file("sys/bus/pci/devices/0000:00:02.0/tile0/memory/physical_vram_size_bytes", "0x300000000\n");
        const Accelerator card = found(root).at(0);
        QCOMPARE(card.integrated, std::optional(false));
        QCOMPARE(card.memoryBytes.value_or(0), 0x300000000u);
    }

    void tegra()
    {
        CraftedRoot root;
        root.link("sys/bus/platform/drivers/gk20a/17000000.gpu", "../../../../devices/platform/17000000.gpu")
            .file("sys/devices/platform/17000000.gpu/of_node/compatible", std::string("nvidia,ga10b\0", 13))
            .file("sys/bus/platform/drivers/gk20a/bind", "")
            .file("dev/nvmap", "");
        const auto accelerators = found(root);
        QCOMPARE(accelerators.size(), 1u);
        QCOMPARE(accelerators[0].address, std::string("17000000.gpu"));
        QCOMPARE(accelerators[0].vendor, std::string("nvidia"));
        QCOMPARE(accelerators[0].driver.value_or(""), std::string("nvgpu"));
        QCOMPARE(accelerators[0].compute.value_or(""), std::string("8.7"));
        QCOMPARE(accelerators[0].memoryKind.value_or(""), std::string("unified"));
        QCOMPARE(accelerators[0].nodes, (std::vector<DeviceNode>{{"/dev/nvmap", NodeAccess::Usable}}));
    }

    void platformDevices()
    {
        CraftedRoot root;
        root.link("sys/class/drm/renderD128", "../../devices/platform/fdab0000.gpu/drm/renderD128")
            .link("sys/devices/platform/fdab0000.gpu/drm/renderD128/device", "../../../fdab0000.gpu")
            .link("sys/devices/platform/fdab0000.gpu/driver", "../../../bus/platform/drivers/panthor")
            .link("sys/class/accel/accel0", "../../devices/platform/fdbb0000.npu/accel/accel0")
            .link("sys/devices/platform/fdbb0000.npu/accel/accel0/device", "../../../fdbb0000.npu")
            .link("sys/devices/platform/fdbb0000.npu/driver", "../../../bus/platform/drivers/rocket")
            .file("dev/accel/accel0", "");
        const auto accelerators = found(root);
        QCOMPARE(accelerators.size(), 2u);
        QCOMPARE(accelerators[0].address, std::string("fdab0000.gpu"));
        QCOMPARE(accelerators[0].vendor, std::string("arm"));
        QCOMPARE(accelerators[1].kind, std::string("npu"));
        QCOMPARE(accelerators[1].nodes, (std::vector<DeviceNode>{{"/dev/accel/accel0", NodeAccess::Usable}}));
    }
};

QTEST_APPLESS_MAIN(TestAccelerators)
#include "tst_accelerators.moc"
