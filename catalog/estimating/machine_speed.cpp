#include "catalog/estimating/machine_speed.h"

#include "catalog/quantities.h"

#include <algorithm>
#include <utility>

namespace firstlight {

namespace {

constexpr double assumedCpuHertz = 2.5e9;
constexpr double assumedAcceleratorHertz = 1.5e9;

/// Operations a cycle and core for each Precision; 0: as the next wider one.
struct Instructions {
    const char *name;
    const char *architecture;
    std::vector<std::string> flags;
    std::array<double, precisionCount> operations; ///< F32, F16, Bf16, Int8, Int4
    double ofVector; ///< for a vector by weights of 3 to 6 bits, which have to be unpacked first
};

/// The best first. A fused multiply-add counts as two; two such units a core, except where one is usual. The last
/// column is what llama.cpp reaches, not a peak: its CPU builds for SSE 4.2, AVX, AVX2 and AVX-512 VNNI make 24,
/// 77, 103 and 135 tokens a second of SmolLM2 (Q4_1) on two cores of Zen 4, that for AMX 295 on Sapphire Rapids;
/// what was not measured has as much of its 8-bit peak as AVX2.
const std::vector<Instructions> &instructionTable()
{
    static const std::vector<Instructions> table = {
        {"amx", "x86_64", {"avx512f", "amx_tile", "amx_int8", "amx_bf16"}, {64, 64, 1024, 2048, 2048}, 24},
        {"avx512-bf16", "x86_64", {"avx512f", "avx512_vnni", "avx512_bf16"}, {64, 64, 128, 256, 256}, 9},
        {"avx512-vnni", "x86_64", {"avx512f", "avx512_vnni"}, {64, 64, 64, 256, 256}, 9},
        {"avx512", "x86_64", {"avx512f"}, {64, 64, 64, 128, 128}, 8},
        {"avx-vnni", "x86_64", {"avx2", "fma", "avx_vnni"}, {32, 32, 32, 128, 128}, 7},
        {"avx2", "x86_64", {"avx2", "fma"}, {32, 32, 32, 64, 64}, 7},
        {"avx", "x86_64", {"avx"}, {16, 16, 16, 16, 16}, 5},
        {"sse", "x86_64", {}, {8, 8, 8, 8, 8}, 1.7},
        {"sve-i8mm", "aarch64", {"sve", "i8mm", "bf16"}, {32, 64, 64, 128, 128}, 14},
        {"i8mm", "aarch64", {"i8mm"}, {16, 32, 32, 128, 128}, 14},
        {"dotprod", "aarch64", {"asimddp"}, {16, 32, 16, 64, 64}, 7},
        {"neon", "aarch64", {}, {8, 8, 8, 16, 16}, 2},
        {"lasx", "loongarch64", {"lasx"}, {32, 32, 32, 32, 32}, 3.5},
        {"lsx", "loongarch64", {"lsx"}, {16, 16, 16, 16, 16}, 1.7},
        {"rvv", "riscv64", {"v"}, {8, 8, 8, 16, 16}, 1.7},
        {"vsx", "ppc64le", {}, {16, 16, 16, 16, 16}, 1.7},
    };
    return table;
}

const Instructions plain = {"", "", {}, {2, 2, 2, 2, 2}, 1};

/// Cores that may be used, and no more than the CPU time that is given. nullopt: nobody told.
std::optional<double> usableCores(const Cpu &cpu)
{
    std::optional<double> cores;
    if (const auto &list = cpu.allowed ? cpu.allowed : cpu.online)
        cores = static_cast<double>(list->size());
    if (cpu.cores) {
        const auto usable = [&](const CpuList &siblings) {
            return !cpu.allowed || !intersection(siblings, *cpu.allowed).empty();
        };
        cores = static_cast<double>(std::count_if(cpu.cores->begin(), cpu.cores->end(), usable));
    }
    if (cpu.quotaCpus)
        cores = std::min(cores.value_or(*cpu.quotaCpus), *cpu.quotaCpus);
    constexpr double least = 0.1;
    return cores ? std::optional(std::max(least, *cores)) : std::nullopt;
}

/// Of the cores that may be used, on average: a hybrid processor's slow ones count as what they are.
std::optional<double> clockOf(const Cpu &cpu)
{
    if (!cpu.coreTypes)
        return std::nullopt;
    double sum = 0;
    double count = 0;
    for (const CoreType &type : *cpu.coreTypes) {
        const auto usable
            = static_cast<double>((cpu.allowed ? intersection(type.cpus, *cpu.allowed) : type.cpus).size());
        if (usable > 0 && !type.maximumHz)
            return std::nullopt;
        sum += usable * static_cast<double>(type.maximumHz.value_or(0));
        count += usable;
    }
    return count > 0 ? std::optional(sum / count) : std::nullopt;
}

/// Zen 4 (family 19h) works on 512 bits in two halves (AMD's software optimisation guide for it).
bool halvesWideVectors(const Cpu &cpu)
{
    constexpr int zen3And4 = 0x19;
    return cpu.vendor == "AuthenticAMD" && cpu.family == zen3And4;
}

/// Reading speed of main memory where nobody measured it: two channels of DDR4-3200 in a desktop or laptop,
/// of which programs reach four fifths; 32 or 64 bits of LPDDR4 on boards; and eight channels or so for each
/// processor of a server, which is known by its many cores.
double usualBytesPerSecond(const Cpu &cpu)
{
    constexpr double desktop = 40e9;
    constexpr double board = 8e9;
    constexpr double server = 120e9;
    const double packages
        = cpu.packages && !cpu.packages->empty() ? static_cast<double>(cpu.packages->size()) : 1;
    const std::size_t cores = cpu.cores ? cpu.cores->size() : cpu.online ? cpu.online->size() : 0;
    constexpr std::size_t mostOfDesktop = 32;
    constexpr std::size_t mostOfBoard = 4;
    if (cores > mostOfDesktop)
        return server * packages;
    if (cpu.architecture == "riscv64" || (cpu.architecture == "aarch64" && cores > 0 && cores <= mostOfBoard))
        return board;
    return desktop;
}

/// A part of the CPU time reads no more than that many threads do.
double withinQuota(const MemoryBandwidth &bandwidth, const Cpu &cpu)
{
    const auto all = static_cast<double>(bandwidth.allThreadsBytesPerSecond);
    const auto one = static_cast<double>(bandwidth.oneThreadBytesPerSecond);
    return cpu.quotaCpus && one > 0 ? std::min(all, one * *cpu.quotaCpus) : all;
}

UnitSpeed cpuSpeed(const Machine &machine)
{
    const Cpu &cpu = machine.cpu;
    UnitSpeed speed;
    if (machine.memory.bandwidth) {
        speed.bytesPerSecond = withinQuota(*machine.memory.bandwidth, cpu);
        speed.bandwidthMeasured = true;
        speed.bandwidthKnown = true;
    } else {
        speed.bytesPerSecond = usualBytesPerSecond(cpu);
    }
    const std::optional<double> clock = clockOf(cpu);
    speed.clockAssumed = !clock;
    speed.hertz = clock.value_or(assumedCpuHertz);
    const std::optional<double> cores = usableCores(cpu);
    speed.units = cores.value_or(0);
    const Instructions *instructions = &plain;
    double width = 1;
    for (const Instructions &each : instructionTable()) {
        const bool here = each.architecture == cpu.architecture
                          && std::all_of(each.flags.begin(), each.flags.end(), [&](const std::string &flag) {
                                 return cpu.flags && cpu.flags->contains(flag);
                             });
        if (here) {
            instructions = &each;
            speed.instructions = each.name;
            width = speed.instructions.starts_with("avx512") && halvesWideVectors(cpu) ? 0.5 : 1;
            break;
        }
    }
    if (!cores)
        return speed;
    for (std::size_t precision = 0; precision < precisionCount; ++precision)
        speed.operationsPerSecond[precision]
            = instructions->operations[precision] * width * speed.units * speed.hertz;
    speed.vectorOperationsPerSecond = instructions->ofVector * speed.units * speed.hertz;
    return speed;
}

/// Operations a cycle and multiprocessor (NVIDIA) or compute unit (AMD) at 32 and at 16 bits.
struct Generation {
    const char *from;
    double f32;
    double f16;
};

std::optional<Generation> generationOf(const Accelerator &device)
{
    // CUDA programming guide, arithmetic throughput by compute capability; tensor cores at 16 bits.
    static constexpr Generation nvidia[]
        = {{"12.0", 256, 1024}, {"10.0", 256, 4096}, {"9.0", 256, 4096}, {"8.9", 256, 1024},
           {"8.6", 256, 1024},  {"8.0", 128, 2048},  {"7.5", 128, 1024}, {"7.0", 128, 1024},
           {"6.1", 256, 256},   {"6.0", 128, 256},   {"5.0", 256, 256}};
    // AMD's architecture papers: two waves of 32 lanes an RDNA unit, matrix cores of CDNA; Vega has neither.
    static constexpr Generation amd[]
        = {{"gfx12", 256, 1024}, {"gfx11", 256, 512},   {"gfx10", 128, 256},   {"gfx95", 256, 4096},
           {"gfx94", 256, 2048}, {"gfx90a", 256, 1024}, {"gfx908", 256, 1024}, {"gfx90", 128, 256}};
    if (!device.compute)
        return std::nullopt;
    if (device.vendor == "nvidia") {
        for (const Generation &each : nvidia) {
            if (compareVersions(*device.compute, each.from).value_or(-1) >= 0)
                return each;
        }
    }
    if (device.vendor == "amd") {
        for (const Generation &each : amd) {
            if (device.compute->starts_with(each.from))
                return each;
        }
    }
    return std::nullopt;
}

/// What cards of that much memory usually have, by the data sheets of GeForce, Radeon and Instinct cards of
/// the last ten years: more memory hangs on wider buses.
double usualBytesPerSecondOf(std::uint64_t memoryBytes)
{
    constexpr std::uint64_t gibibyte = std::uint64_t{1} << 30;
    static constexpr std::pair<std::uint64_t, double> usual[]
        = {{70, 2.0e12}, {36, 1.3e12}, {22, 8e11}, {14, 4.5e11}, {11, 3.6e11}, {7, 2.6e11}, {5, 2e11}};
    for (const auto &[least, bytes] : usual) {
        if (memoryBytes >= least * gibibyte)
            return bytes;
    }
    return 1.1e11;
}

UnitSpeed acceleratorSpeed(const Accelerator &device, const UnitSpeed &cpu)
{
    UnitSpeed speed;
    if (device.integrated.value_or(false)) { // it works in main memory
        speed.bytesPerSecond = cpu.bytesPerSecond;
        speed.bandwidthMeasured = cpu.bandwidthMeasured;
        speed.bandwidthKnown = cpu.bandwidthKnown;
    } else if (device.memoryBytesPerSecond) {
        speed.bytesPerSecond = static_cast<double>(*device.memoryBytesPerSecond);
        speed.bandwidthKnown = true;
    } else if (device.memoryBytes) {
        speed.bytesPerSecond = usualBytesPerSecondOf(*device.memoryBytes);
    }
    const std::optional<Generation> generation = generationOf(device);
    speed.clockAssumed = true;
    speed.hertz = assumedAcceleratorHertz;
    speed.units = device.computeUnits.value_or(0);
    speed.instructions = device.compute.value_or("");
    if (!generation || speed.units == 0)
        return speed;
    const double unitHertz = speed.units * speed.hertz;
    speed.operationsPerSecond
        = {generation->f32 * unitHertz, generation->f16 * unitHertz, generation->f16 * unitHertz,
           generation->f16 * unitHertz * 2, generation->f16 * unitHertz * 2};
    return speed;
}

} // namespace

MachineSpeed machineSpeed(const Machine &machine)
{
    MachineSpeed speed;
    speed.cpu = cpuSpeed(machine);
    if (machine.accelerators) {
        for (const Accelerator &device : *machine.accelerators)
            speed.accelerators.push_back(acceleratorSpeed(device, speed.cpu));
    }
    return speed;
}

} // namespace firstlight
