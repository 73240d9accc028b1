#include "hardware/virtualization/kvm.h"

#include "hardware/accelerators/nodes.h"
#include "hardware/virtualization/tiny_guest.h"

#include <unistd.h>
#include <vector>

namespace firstlight {

namespace {

constexpr const char *devicePath = "/dev/kvm";

// "Y" or "1" by the type of the parameter, which has changed.
std::optional<bool> readNested(const Root &root)
{
    for (const char *module : {"kvm_intel", "kvm_amd", "kvm_hv", "kvm"}) {
        const auto value = root.readTrimmed(std::string("sys/module/") + module + "/parameters/nested");
        if (value)
            return value == "Y" || value == "1";
    }
    return std::nullopt;
}

std::optional<std::string> findOutcome(const Root &root, SlowFacts &facts, const ProbeOptions &options,
                                       std::stop_token stop)
{
    const std::string key = "tiny guest of " + fileIdentity(devicePath) + "\nuser "
                            + std::to_string(geteuid()) + "\nboot "
                            + root.readTrimmed("proc/sys/kernel/random/boot_id").value_or("");
    if (auto remembered = facts.find(key))
        return remembered;
    if (!options.trials || stop.stop_requested())
        return std::nullopt;
    auto text = toText(tryTinyGuest(devicePath));
    if (text)
        facts.keep(key, *text);
    return text;
}

} // namespace

std::optional<Kvm> readKvm(const Root &root, SlowFacts &facts, const ProbeOptions &options,
                           std::stop_token stop)
{
    std::vector<DeviceNode> nodes;
    addNode(root, devicePath, nodes);
    if (nodes.empty())
        return std::nullopt;
    Kvm kvm{.device = nodes.front(), .works = {}, .reason = {}, .nested = readNested(root)};
    if (kvm.device.access != NodeAccess::Usable)
        return kvm;
    const auto text = root.answer("tiny kvm guest", [&] { return findOutcome(root, facts, options, stop); });
    const TrialOutcome outcome = trialOutcome(text.value_or(""));
    kvm.works = outcome.works;
    kvm.reason = outcome.reason;
    return kvm;
}

} // namespace firstlight
