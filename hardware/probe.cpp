#include "hardware/probe.h"

#include "hardware/accelerators/accelerators.h"
#include "hardware/accelerators/nvml.h"
#include "hardware/cgroups.h"
#include "hardware/clean_texts.h"
#include "hardware/cpu/cpu.h"
#include "hardware/engines/engines.h"
#include "hardware/memory/bandwidth.h"
#include "hardware/memory/memory.h"
#include "hardware/operating_system.h"
#include "hardware/platform.h"
#include "hardware/power.h"
#include "hardware/root.h"
#include "hardware/slow_facts.h"
#include "hardware/storage/storage.h"
#include "hardware/virtualization/virtualization.h"

namespace firstlight {

Result<Machine> probe(const ProbeOptions &options, std::stop_token stop)
{
    const auto root = Root::open(options.root, options.recorder);
    if (!root)
        return fail(root.error());
    if (stop.stop_requested())
        return fail(cancelled());

    // A recording's computer cannot be asked, so that nothing is remembered about it either.
    SlowFacts facts(root->isLive() ? options.cacheDirectory : std::filesystem::path());
    const Cgroups cgroups = Cgroups::read(*root);
    Machine machine;
    readOperatingSystem(*root, machine);
    machine.board = boardName(*root);
    machine.platform = platform(*root, machine.kernel);
    machine.container = container(*root, machine.platform);
    machine.onBattery = onBattery(*root);
    machine.cpu = readCpu(*root, cgroups);
    machine.memory = readMemory(*root, cgroups, machine.cpu.online);
    machine.accelerators = readAccelerators(*root, facts);
    if (machine.accelerators)
        addNvmlFacts(*root, options.nvmlReader, facts, stop, *machine.accelerators);
    const bool mayMeasure = options.measurements && machine.onBattery != true;
    machine.storage = readStorage(*root, options.storagePaths, mayMeasure, facts, stop);
    readBandwidth(*root, mayMeasure, facts, stop, machine);
    auto engines = readEngines(*root, cgroups, facts, options, stop);
    machine.virtualization = readVirtualization(*root, machine.cpu, facts, options, stop);
    facts.save();
    if (!engines)
        return fail(engines.error());
    machine.engines = std::move(*engines);
    if (stop.stop_requested())
        return fail(cancelled());
    cleanTexts(machine);
    return machine;
}

} // namespace firstlight
