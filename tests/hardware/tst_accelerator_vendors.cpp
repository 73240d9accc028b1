#include "hardware/accelerators/accelerators.h"
#include "hardware/accelerators/nodes.h"
#include "hardware/accelerators/pci_names.h"
#include "recordings.h"

#include <QTest>
#include <grp.h>
#include <sys/inotify.h>
#include <sys/stat.h>

using namespace firstlight;

namespace {

std::vector<Accelerator> found(const CraftedRoot &root)
{
    SlowFacts nothingKept({});
    return readAccelerators(*Root::open(root.path()), nothingKept).value_or(std::vector<Accelerator>());
}

struct Expected {
    const char *row;
    const char *deviceClass;
    const char *vendor;
    const char *device;
    const char *kind;       ///< empty: no accelerator
    const char *name;       ///< of the vendor
    const char *memoryKind; ///< empty: not certain
    const char *nodes;      ///< of the second such card, joined by blanks
};

constexpr Expected expectations[]{
    {"ascend", "0x120000", "0x19e5", "0xd802", "npu", "ascend", "dedicated",
     "/dev/davinci_manager /dev/devmm_svm /dev/hisi_hdc /dev/davinci1"},
    {"hygon", "0x0b4000", "0x1d94", "0x6211", "gpu", "hygon", "dedicated", "/dev/kfd /dev/mkfd"},
    {"moore threads", "0x030000", "0x1ed5", "0x0200", "gpu", "moore-threads", "dedicated", "/dev/mtgpu.1"},
    {"cambricon", "0x120000", "0xcabc", "0x0370", "npu", "cambricon", "dedicated",
     "/dev/cambricon_ctl /dev/cambricon_dev1"},
    {"iluvatar", "0x030200", "0x1e3e", "0x0001", "gpu", "iluvatar", "dedicated", "/dev/iluvatar1"},
    {"kunlun", "0x120000", "0x1d22", "0x3684", "npu", "kunlun", "dedicated", "/dev/xpuctrl /dev/xpu1"},
    {"metax", "0x038000", "0x9999", "0x4001", "gpu", "metax", "dedicated", "/dev/mxcd"},
    {"habana", "0x120000", "0x1da3", "0x1020", "npu", "habana", "dedicated", ""},
    {"enflame", "0x120000", "0x1e36", "0x0031", "npu", "enflame", "dedicated", "/dev/gcuctl /dev/gcu1"},
    {"tenstorrent", "0x120000", "0x1e52", "0xb140", "npu", "tenstorrent", "dedicated", "/dev/tenstorrent/1"},
    {"qualcomm cloud ai 100", "0x120000", "0x17cb", "0xa100", "npu", "qualcomm", "dedicated", ""},
    {"qualcomm modem", "0xff0000", "0x17cb", "0x0306", "", "", "", ""},
    {"hailo", "0x0b4000", "0x1e60", "0x2864", "npu", "hailo", "", "/dev/hailo1"},
    {"coral", "0xff0000", "0x1ac1", "0x089a", "npu", "coral", "", "/dev/apex_1"},
    {"xdna", "0x118000", "0x1022", "0x17f0", "npu", "amd", "unified", ""},
    {"intel npu", "0x120000", "0x8086", "0xb03e", "npu", "intel", "unified", ""},
    {"intel card", "0x030000", "0x8086", "0xe20b", "gpu", "intel", "dedicated", ""},
    {"amd card of unknown memory", "0x030000", "0x1002", "0x744c", "gpu", "amd", "", "/dev/kfd"},
    {"strix halo", "0x030000", "0x1002", "0x1586", "gpu", "amd", "unified", "/dev/kfd"},
    {"nvidia card", "0x030200", "0x10de", "0x2330", "gpu", "nvidia", "dedicated",
     "/dev/nvidiactl /dev/nvidia-uvm"},
    {"gb10", "0x030000", "0x10de", "0x2e12", "gpu", "nvidia", "unified", "/dev/nvidiactl /dev/nvidia-uvm"},
    {"bluefield", "0x020000", "0x15b3", "0xa2dc", "dpu", "mellanox", "", ""},
    {"bluefield with infiniband", "0x020700", "0x15b3", "0xa2d6", "dpu", "mellanox", "", ""},
    {"connectx", "0x020000", "0x15b3", "0x101f", "", "", "", ""},
    {"other network card", "0x020000", "0x8086", "0xa2dc", "", "", "", ""},
    {"loongson gpu", "0x030200", "0x0014", "0x7a25", "gpu", "loongson", "", ""},
    {"loongson display controller", "0x030000", "0x0014", "0x7a36", "", "", "", ""},
    {"jingjia", "0x030000", "0x0731", "0x9100", "gpu", "jingjia", "", ""},
    {"imagination", "0x030000", "0x1010", "0x1234", "gpu", "imagination", "", ""},
    {"zhaoxin", "0x030000", "0x1d17", "0x3a04", "gpu", "zhaoxin", "", ""},
    {"lisuan", "0x030000", "0x4c54", "0x0001", "gpu", "lisuan", "", ""},
    {"glenfly", "0x030000", "0x6766", "0x3d00", "gpu", "glenfly", "", ""},
    {"graphcore", "0x120000", "0x1d95", "0x0003", "npu", "graphcore", "", ""},
    {"groq", "0x120000", "0x1de0", "0x0001", "npu", "groq", "", ""},
    {"sophgo", "0x120000", "0x1f1c", "0x1686", "npu", "sophgo", "", ""},
    {"sophgo bridge", "0x060400", "0x1f1c", "0x2042", "", "", "", ""},
    {"vastai", "0x120000", "0x1ec6", "0x0100", "npu", "vastai", "", ""},
    {"furiosa", "0x120000", "0x1ed2", "0x0001", "npu", "furiosa", "", ""},
    {"rebellions", "0x120000", "0x1eff", "0x1220", "npu", "rebellions", "", ""},
    {"d-matrix", "0x120000", "0x1f82", "0x0001", "npu", "d-matrix", "", ""},
    {"axelera", "0x120000", "0x1f9d", "0x1100", "npu", "axelera", "", ""},
    {"memryx", "0x120000", "0x1fe9", "0x0100", "npu", "memryx", "", ""},
    {"deepx", "0x120000", "0x1ff4", "0x0000", "npu", "deepx", "", ""},
    {"mobilint", "0x120000", "0x209f", "0x0000", "npu", "mobilint", "", ""},
};

const std::string first = "sys/bus/pci/devices/0000:03:00.0/";

/// Files of a device whose reading resumes it or asks its firmware.
constexpr const char *forbidden[]{"config",
                                  "current_link_speed",
                                  "current_link_width",
                                  "max_link_speed",
                                  "resource0",
                                  "rom",
                                  "vpd",
                                  "gpu_busy_percent",
                                  "pp_dpm_mclk",
                                  "power/control",
                                  "hwmon/hwmon0/temp1_input"};

} // namespace

class TestAcceleratorVendors : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyVendor_data()
    {
        QTest::addColumn<int>("index");
        for (int index = 0; index < int(std::size(expectations)); ++index)
            QTest::newRow(expectations[index].row) << index;
    }
    void everyVendor()
    {
        QFETCH(int, index);
        const Expected &expected = expectations[index];
        CraftedRoot root;
        root.file("dev/null", "");
        for (const char *address : {"0000:03:00.0", "0000:04:00.0"})
            root.pci(address, expected.deviceClass, expected.vendor, expected.device);
        const auto accelerators = found(root);
        if (*expected.kind == '\0') {
            QVERIFY(accelerators.empty());
            return;
        }
        QCOMPARE(accelerators.size(), 2u);
        const Accelerator &second = accelerators[1];
        QCOMPARE(second.kind, std::string(expected.kind));
        QCOMPARE(second.vendor, std::string(expected.name));
        QCOMPARE(second.memoryKind.value_or(""), std::string(expected.memoryKind));
        if (second.memoryKind && second.integrated)
            QCOMPARE(*second.integrated, second.memoryKind == "unified");
        QStringList nodes;
        for (const DeviceNode &node : second.nodes)
            nodes << QString::fromStdString(node.path);
        QCOMPARE(nodes.join(' '), QString(expected.nodes));
        QVERIFY(!second.driver && !second.driverBound && !second.memoryBytes);
    }

    void dpuCountsOnce()
    {
        CraftedRoot root;
        root.pci("0000:03:00.0", "0x020000", "0x15b3", "0xa2dc", "mlx5_core")
            .pci("0000:03:00.1", "0x020000", "0x15b3", "0xa2dc", "mlx5_core");
        QCOMPARE(found(root).size(), 1u);
        QCOMPARE(found(root)[0].name.value_or(""), std::string("BlueField-3"));
    }

    void missingDriverIsKnownWhereLinksAreKept()
    {
        CraftedRoot root;
        root.pci("0000:03:00.0", "0x030000", "0x10de", "0x2684");
        QVERIFY(!found(root).at(0).driverBound);
        root.link("sys/bus/platform/devices/serial8250/driver", "../../bus/platform/drivers/serial8250");
        QCOMPARE(found(root).at(0).driverBound, std::optional(false));

        CraftedRoot beside;
        beside.pci("0000:03:00.0", "0x030000", "0x10de", "0x2684")
            .pci("0000:04:00.0", "0x020000", "0x8086", "0x1234", "igc");
        QCOMPARE(found(beside).at(0).driverBound, std::optional(false));

        CraftedRoot own; // a recording by our own recorder
        own.pci("0000:03:00.0", "0x030000", "0x10de", "0x2684")
            .file("firstlight.json", "{\"answers\": {\"driver links are kept\": \"yes\"}}");
        QCOMPARE(found(own).at(0).driverBound, std::optional(false));
    }

    void driverIsKnownByWhatOnlyItMakes()
    {
        CraftedRoot drm;
        drm.pci("0000:03:00.0", "0x030000", "0x8086", "0xe20b").file(first + "drm/card0/dev", "226:0\n");
        QCOMPARE(found(drm).at(0).driverBound, std::optional(true));
        QVERIFY(!found(drm).at(0).driver); // i915 or xe

        CraftedRoot nvidia;
        nvidia.pci("0000:03:00.0", "0x030000", "0x10de", "0x2684")
            .file("proc/driver/nvidia/gpus/0000:03:00.0/information", "Model: RTX\n");
        QCOMPARE(found(nvidia).at(0).driver.value_or(""), std::string("nvidia"));

        CraftedRoot amd;
        amd.pci("0000:03:00.0", "0x030000", "0x1002", "0x744c").file(first + "mem_info_vram_total", "1024\n");
        QCOMPARE(found(amd).at(0).driver.value_or(""), std::string("amdgpu"));
        QCOMPARE(found(amd).at(0).driverBound, std::optional(true));
    }

    void place_data()
    {
        QTest::addColumn<QByteArray>("numaNode");
        QTest::addColumn<QByteArray>("group");
        QTest::addColumn<QByteArray>("status");
        QTest::addColumn<int>("expectedNode"); // -1: unknown
        QTest::addColumn<int>("expectedGroup");
        QTest::addColumn<int>("expectedSleep");
        QTest::newRow("active") << QByteArray("1\n") << QByteArray("14") << QByteArray("active\n") << 1 << 14
                                << 0;
        QTest::newRow("asleep") << QByteArray("0\n") << QByteArray("0") << QByteArray("suspended\n") << 0 << 0
                                << 1;
        QTest::newRow("none") << QByteArray("-1\n") << QByteArray("") << QByteArray("") << -1 << -1 << -1;
        QTest::newRow("no power management")
            << QByteArray("") << QByteArray("x") << QByteArray("unsupported\n") << -1 << -1 << 0;
        QTest::newRow("too large") << QByteArray("9223372036854775808") << QByteArray("9223372036854775807")
                                   << QByteArray("\xff") << -1 << -1 << 0;
    }
    void place()
    {
        QFETCH(QByteArray, numaNode);
        QFETCH(QByteArray, group);
        QFETCH(QByteArray, status);
        QFETCH(int, expectedNode);
        QFETCH(int, expectedGroup);
        QFETCH(int, expectedSleep);
        CraftedRoot root;
        root.pci("0000:03:00.0", "0x030000", "0x10de", "0x2684")
            .file(first + "numa_node", numaNode.toStdString())
            .file(first + "power/runtime_status", status.toStdString());
        if (!group.isEmpty())
            root.link(first + "iommu_group", "../../../kernel/iommu_groups/" + group.toStdString());
        const Accelerator gpu = found(root).at(0);
        QCOMPARE(gpu.numaNode.value_or(-1), expectedNode);
        QCOMPARE(gpu.iommuGroup.value_or(-1), expectedGroup);
        QCOMPARE(gpu.sleeping ? int(*gpu.sleeping) : -1, expectedSleep);
    }

    void sleepingGpuIsNotAsked()
    {
        CraftedRoot root;
        root.pci("0000:03:00.0", "0x030000", "0x10de", "0x2684", "nvidia")
            .file(first + "power/runtime_status", "suspended\n")
            .file("proc/driver/nvidia/version",
                  "NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.14  x\n")
            .file("proc/driver/nvidia/gpus/0000:03:00.0/information", "Model: Woken\nDevice Minor: 0\n");
        const Accelerator gpu = found(root).at(0);
        QCOMPARE(gpu.name.value_or(""), std::string("GeForce RTX 4090"));
        QCOMPARE(gpu.driverVersion.value_or(""), std::string("550.54.14")); // the module's, not the GPU's
    }

    void nothingThatWakesADeviceIsOpened()
    {
        CraftedRoot root;
        const int trap = inotify_init1(IN_NONBLOCK);
        QVERIFY(trap >= 0);
        for (const Expected &expected : expectations) {
            const std::string bus = std::to_string(10 + (&expected - expectations));
            const std::string address = "0000:" + bus + ":00.0";
            root.pci(address, expected.deviceClass, expected.vendor, expected.device);
            for (const char *file : forbidden) {
                const std::string name = "sys/bus/pci/devices/" + address + '/' + file;
                root.file(name, "x");
                QVERIFY(inotify_add_watch(trap, (root.path() / name).c_str(), IN_OPEN) >= 0);
            }
        }
        QVERIFY(found(root).size() > 30);
        alignas(inotify_event) std::array<char, 4096> events;
        QCOMPARE(::read(trap, events.data(), events.size()), -1);
        QCOMPARE(errno, EAGAIN);
        // The trap does see what is opened.
        const auto opened = root.path() / "sys/bus/pci/devices/0000:10:00.0/class";
        QVERIFY(inotify_add_watch(trap, opened.c_str(), IN_OPEN) >= 0);
        (void)found(root);
        QVERIFY(::read(trap, events.data(), events.size()) > 0);
        close(trap);
    }

    void anythingMayStandInTheFiles()
    {
        const std::vector<std::string> contents{
            "",
            "-1",
            "-9223372036854775808",
            "18446744073709551615",
            "9223372036854775807\n",
            "0x",
            std::string("\0\xff\xfe", 3),
            std::string(70000, 'A'),
            "simd_count 18446744073709551615\nsimd_per_cu 1\nvendor_id 4098\n"
            "location_id 18446744073709551615\ndomain 18446744073709551615\n"
            "width 18446744073709551615\nmem_clk_max 18446744073709551615\n"
            "size_in_bytes 18446744073709551615\ngfx_target_version 90010\n"
            "type 11\nnode_to 18446744073709551615\n"
            "drm_render_minor 18446744073709551615\ndevice_id 99999999\n"};
        const std::string kfd = "sys/class/kfd/kfd/topology/nodes/1/";
        for (const std::string &content : contents) {
            CraftedRoot root;
            for (const char *vendor : {"0x1002", "0x8086", "0x10de"}) {
                const std::string address = std::string("0000:") + (vendor + 4) + ":00.0";
                const std::string folder = "sys/bus/pci/devices/" + address + '/';
                root.pci(address, "0x030000", vendor, "0x744c");
                for (const char *file :
                     {"numa_node", "power/runtime_status", "mem_info_vram_total", "product_name",
                      "lmem_total_bytes", "tile0/physical_vram_size_bytes", "drm/renderDx", "accel/accelx"})
                    root.file(folder + file, content);
                root.file("proc/driver/nvidia/gpus/" + address + "/information", content)
                    .file("proc/driver/nvidia/gpus/" + address + "/numa_status", content)
                    .link(folder + "iommu_group", "iommu_group"); // a loop
            }
            root.file("proc/driver/nvidia/version", content)
                .file(kfd + "properties", content)
                .file(kfd + "mem_banks/0/properties", content)
                .file(kfd + "io_links/0/properties", content)
                .file("usr/share/misc/pci.ids", content)
                .file("sys/class/kfd/kfd/topology/nodes/2/properties/folder", content);
            const auto accelerators = found(root);
            QVERIFY(accelerators.size() >= 3);
            for (const Accelerator &accelerator : accelerators) {
                QVERIFY(!accelerator.numaNode && !accelerator.memoryBytesPerSecond);
                QVERIFY(accelerator.computeUnits.value_or(1) > 0);
            }
        }
    }

    void namesOfCurrentDevices()
    {
        QCOMPARE(currentDeviceName(0x10de, 0x2335).value_or(""), std::string("H200 SXM 141GB"));
        QCOMPARE(currentDeviceName(0x1002, 0x1586).value_or(""),
                 std::string("Radeon 8050S / 8060S (Strix Halo)"));
        QVERIFY(!currentDeviceName(0x10de, 0x0040));
        CraftedRoot root; // a recording holds the names that were looked up
        root.pci("0000:03:00.0", "0x030000", "0x8086", "0x5690")
            .file("firstlight.json", "{\"answers\": {\"pci name 8086:5690\": \"DG2 [Arc A770M]\"}}");
        QCOMPARE(found(root).at(0).name.value_or(""), std::string("DG2 [Arc A770M]"));
    }

    void groupOfAFileThatOnlyItMayOpen()
    {
        if (geteuid() == 0)
            QSKIP("root may open everything");
        if (getegid() == 0)
            QSKIP("root's group is never named");
        CraftedRoot files;
        files.file("node", "");
        const std::string path = files.path() / "node";
        const auto accessWith = [&](mode_t mode) {
            std::vector<DeviceNode> nodes;
            (void)chmod(path.c_str(), mode);
            addNode(*Root::open("/"), path, nodes);
            return nodes.at(0);
        };
        const ::group *own = getgrgid(getegid());
        const std::string name = own ? own->gr_name : std::to_string(getegid());
        QCOMPARE(accessWith(0060),
                 (DeviceNode{path, NodeAccess::Denied, name})); // the owner is not asked twice
        QCOMPARE(accessWith(0040), (DeviceNode{path, NodeAccess::Denied, std::nullopt}));
        QCOMPARE(accessWith(0600), (DeviceNode{path, NodeAccess::Usable, std::nullopt}));
    }

    void deniedNodesNameTheirGroup()
    {
        CraftedRoot root;
        root.pci("0000:03:00.0", "0x030000", "0x1002", "0x744c", "amdgpu")
            .file(first + "drm/renderD128/dev", "")
            .file("firstlight.json", "{\"answers\": {\"access /dev/kfd\": \"denied render\", "
                                     "\"access /dev/dri/renderD128\": \"denied\"}}");
        QCOMPARE(found(root).at(0).nodes,
                 (std::vector<DeviceNode>{{"/dev/kfd", NodeAccess::Denied, "render"},
                                          {"/dev/dri/renderD128", NodeAccess::Denied, std::nullopt}}));
    }
};

QTEST_APPLESS_MAIN(TestAcceleratorVendors)
#include "tst_accelerator_vendors.moc"
