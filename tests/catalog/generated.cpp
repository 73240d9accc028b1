#include "generated.h"

using namespace firstlight;

namespace {

constexpr std::uint64_t gibibyte = std::uint64_t{1} << 30;

struct Family {
    const char *architecture;
    std::vector<std::string> levels;
    std::vector<std::string> flags;
    std::vector<std::string> sets;
};

const std::vector<Family> families = {
    {"x86_64",
     {"x86-64-v1", "x86-64-v2", "x86-64-v3", "x86-64-v4"},
     {"avx2", "fma", "avx512f", "avx512_vnni", "avx512_bf16", "amx_tile", "amx_int8", "amx_bf16", "avx_vnni"},
     {"avx512-vnni", "amx", "avx-vnni"}},
    {"aarch64",
     {"armv8.0-a", "armv8.2-a", "armv8.6-a", "armv9-a"},
     {"asimd", "asimddp", "i8mm", "bf16", "sve", "sve2"},
     {"arm-dotprod", "arm-i8mm", "arm-sve2"}},
    {"riscv64", {"rva20", "rva22", "rva23"}, {"v", "zba"}, {"riscv-v"}},
    {"loongarch64", {"la64-lsx", "la64-lasx"}, {"lsx", "lasx"}, {}},
};

const std::vector<std::string> vendors = {"nvidia", "amd", "intel", "ascend", "moore-threads", "hygon"};
const std::vector<std::string> computes
    = {"6.1", "7.5", "8.6", "8.9", "9.0", "12.0", "gfx1030", "gfx1100", "gfx942"};
const std::vector<std::string> drivers = {"nvidia", "amdgpu", "i915", "xe", "intel_vpu", "mtgpu", "nouveau"};
const std::vector<std::string> versions = {"470.5", "550.54", "580.1", "12.4", "13.0", "6.8"};
const std::vector<std::string> deviceFiles = {"/dev/dri", "/dev/kfd", "/dev/accel", "nvidia.com/gpu=all"};

/// Whether there is a device however the requirement is satisfied.
bool alwaysOnDevice(const Requirement &requirement)
{
    const auto &children = requirement.children;
    if (requirement.kind == Requirement::Kind::All)
        return std::any_of(children.begin(), children.end(), alwaysOnDevice);
    if (requirement.kind == Requirement::Kind::Any)
        return std::all_of(children.begin(), children.end(), alwaysOnDevice);
    return requirement.kind == Requirement::Kind::Device;
}

} // namespace

Accelerator Generator::accelerator()
{
    Accelerator device{.address = "0000:" + std::to_string(++m_devices) + ":00.0",
                       .kind = chance(85) ? "gpu" : "npu",
                       .vendor = oneOf(vendors),
                       .vendorId = "10de",
                       .deviceId = "0001"};
    if (chance(80)) {
        device.driverBound = true;
        device.driver = oneOf(drivers);
    } else if (chance(50)) {
        device.driverBound = false;
    }
    if (device.driver && chance(80))
        device.driverVersion = oneOf(versions);
    if (chance(70))
        device.compute = oneOf(computes);
    if (device.driver && chance(60))
        device.cudaVersion = oneOf(versions);
    if (chance(30))
        device.integrated = chance(70);
    if (chance(80))
        device.memoryBytes = static_cast<std::uint64_t>(between(1, 80)) * gibibyte;
    if (chance(50))
        device.memoryBytesPerSecond = static_cast<std::uint64_t>(between(20, 3000)) * 1'000'000'000u;
    for (const char *path : {"/dev/dri/renderD128", "/dev/kfd", "/dev/nvidia0"}) {
        if (chance(50))
            device.nodes.push_back({path,
                                    chance(75)   ? NodeAccess::Usable
                                    : chance(50) ? NodeAccess::Denied
                                                 : NodeAccess::Absent,
                                    {}});
    }
    return device;
}

Machine Generator::machine()
{
    const Family &family = oneOf(families);
    Machine machine;
    machine.cpu.architecture = chance(97) ? family.architecture : "";
    if (chance(90))
        machine.cpu.isaLevel = oneOf(family.levels);
    if (chance(90)) {
        const auto flags = someOf(family.flags, 9);
        machine.cpu.flags = std::set<std::string>(flags.begin(), flags.end());
    }
    if (chance(20))
        machine.platform = oneOf<std::string>({"asahi", "wsl2"});
    if (chance(95))
        machine.memory.totalBytes = static_cast<std::uint64_t>(between(1, 256)) * gibibyte;
    if (machine.memory.totalBytes && chance(85))
        machine.memory.availableBytes
            = *machine.memory.totalBytes / 100 * static_cast<std::uint64_t>(between(5, 95));
    if (chance(15))
        machine.memory.limitBytes = static_cast<std::uint64_t>(between(1, 32)) * gibibyte;
    if (chance(60))
        machine.memory.bandwidth
            = MemoryBandwidth{5'000'000'000u, static_cast<std::uint64_t>(between(5, 400)) * 1'000'000'000u};
    if (chance(90)) {
        machine.accelerators.emplace();
        for (int count = between(0, 3); count > 0; --count)
            machine.accelerators->push_back(accelerator());
    }
    if (chance(80)) {
        Engines engines;
        if (chance(90)) {
            engines.podman
                = Podman{.path = "/usr/bin/podman",
                         .version = chance(80) ? std::optional<std::string>("4.3.1") : std::nullopt,
                         .runtimes = {},
                         .networkBackend = {}};
            if (chance(50))
                engines.podman->runtimes
                    = {{.name = "runc", .path = "/usr/bin/runc", .works = chance(80), .reason = {}}};
        }
        engines.rootless = chance(50);
        if (chance(50))
            engines.subordinateIds = chance(80);
        if (chance(50))
            engines.cdi = {{.kind = "nvidia.com/gpu", .version = {}, .devices = {}}};
        machine.engines = engines;
    }
    if (chance(85))
        machine.storage = {{"/data", static_cast<std::uint64_t>(between(1, 500)) * gibibyte}};
    return machine;
}

Requirement Generator::term(const std::string &key, Comparison comparison, std::vector<std::string> values)
{
    return {.kind = Requirement::Kind::Term,
            .children = {},
            .term = {key, comparison, std::move(values)},
            .position = {between(1, 99), 1}};
}

Requirement Generator::machineTerm()
{
    const Family &family = oneOf(families);
    switch (between(0, 6)) {
    case 0:
        return term("arch", Comparison::Equal, {family.architecture});
    case 1:
        return term("arch", Comparison::Equal, {"x86_64", "aarch64"});
    case 2:
        return term("isa", Comparison::AtLeast, {oneOf(family.levels)});
    case 3:
        return family.sets.empty() ? term("isa", Comparison::AtLeast, {oneOf(family.levels)})
                                   : term("isa", Comparison::AtLeast, {oneOf(family.sets)});
    case 4:
        return term("flags", Comparison::HasAll, someOf(family.flags, 2));
    case 5:
        return term("memory", Comparison::AtLeast, {std::to_string(between(1, 64)) + " GiB"});
    default:
        return term("arch", Comparison::Equal, {"x86_64"});
    }
}

Requirement Generator::deviceTerm()
{
    switch (between(0, 5)) {
    case 0:
        return term("kind", Comparison::Equal, {"gpu"});
    case 1:
        return term("module", Comparison::Equal, someOf(drivers, 2));
    case 2:
        return chance(50) ? term("compute", Comparison::AtLeast, {oneOf<std::string>({"6.0", "7.5", "8.9"})})
                          : term("compute", Comparison::Equal, someOf(computes, 3));
    case 3:
        return term("driver", Comparison::AtLeast, {oneOf(versions)});
    case 4:
        return term("cuda", Comparison::AtLeast, {oneOf<std::string>({"12.0", "13.0"})});
    default:
        return term("memory", Comparison::AtLeast, {std::to_string(between(1, 48)) + " GiB"});
    }
}

Requirement Generator::deviceRequirement()
{
    Requirement device{.kind = Requirement::Kind::Device, .children = {}, .term = {}, .position = {1, 1}};
    device.children.push_back(term("vendor", Comparison::Equal, someOf(vendors, 3)));
    for (int count = between(0, 3); count > 0; --count)
        device.children.push_back(deviceTerm());
    return device;
}

Requirement Generator::requirement(int depth, bool withNot)
{
    const int kind = depth == 0 ? between(0, 1) : between(0, withNot ? 4 : 3);
    if (kind == 0)
        return machineTerm();
    if (kind == 1)
        return chance(70) ? deviceRequirement() : term("podman", Comparison::AtLeast, {"4.0"});
    Requirement group{.kind = kind == 2   ? Requirement::Kind::All
                              : kind == 3 ? Requirement::Kind::Any
                                          : Requirement::Kind::Not,
                      .children = {},
                      .term = {},
                      .position = {1, 1}};
    for (int count = kind == 4 ? 1 : between(1, 3); count > 0; --count)
        group.children.push_back(requirement(depth - 1, withNot));
    return group;
}

Model Generator::model(const std::string &id)
{
    Model model{.id = id, .name = id, .format = "gguf"};
    if (chance(85))
        model.file.sizeBytes = static_cast<std::uint64_t>(between(1, 400)) * (gibibyte / 10);
    if (chance(70))
        model.parameters = static_cast<std::uint64_t>(between(1, 700)) * 100'000'000u;
    if (chance(70))
        model.kvBytesPerToken = static_cast<std::uint64_t>(between(1, 300)) * 1024;
    if (chance(70))
        model.maxContext = between(1, 32) * 1024;
    if (chance(70))
        model.layers = between(8, 80);
    model.file.sources = {"hf://a/b@main/" + id};
    model.file.name = id;
    return model;
}

Variant Generator::variant(const std::string &id, const Demo &demo, bool withNot)
{
    Variant variant;
    variant.id = id;
    variant.image = "a/b@sha256:x";
    variant.unlocked = chance(50);
    variant.requires_ = requirement(2, withNot);
    variant.accelerated = alwaysOnDevice(variant.requires_) && chance(80);
    if (chance(70))
        variant.resources.overheadBytes = static_cast<std::uint64_t>(between(1, 40)) * (gibibyte / 10);
    if (chance(70))
        variant.resources.imageBytes = static_cast<std::uint64_t>(between(1, 20)) * gibibyte;
    for (const auto &[name, model] : demo.models) {
        if (chance(60))
            variant.models.push_back(name);
    }
    if (chance(50))
        variant.tuning.contextTokens = {2048, 4096, 8192};
    variant.tuning.gpuLayers = chance(30);
    if (chance(50))
        variant.devices = someOf(deviceFiles, 2);
    variant.weight = between(-2, 2);
    return variant;
}

Demo Generator::demo(int variants, bool withNot)
{
    Demo demo;
    demo.id = "generated";
    for (int count = between(0, 3); count > 0; --count) {
        const std::string id = "m" + std::to_string(count);
        demo.models.emplace(id, model(id));
    }
    for (int count = 0; count < variants; ++count)
        demo.variants.push_back(variant("v" + std::to_string(count), demo, withNot));
    return demo;
}
