#include "hardware/platform.h"

#include "hardware/text.h"

#include <algorithm>
#include <array>
#include <cstdlib>

namespace firstlight {

namespace {

const std::string dmiFolder = "sys/class/dmi/id/";

/// What firmware says when its maker did not fill it in.
bool isFiller(std::string_view text)
{
    // Of AMI's, Phoenix' and ASUS' firmware.
    static constexpr std::array fillers{"to be filled by o.e.m.",
                                        "default string",
                                        "system product name",
                                        "system manufacturer",
                                        "system version",
                                        "not specified",
                                        "not applicable",
                                        "o.e.m.",
                                        "oem",
                                        "unknown",
                                        "none",
                                        "invalid",
                                        "product name",
                                        "empty",
                                        "$(default_string)",
                                        "type1productconfigid"};
    return std::ranges::any_of(fillers, [&](std::string_view filler) {
        return text.size() == filler.size() && startsWithIgnoringCase(text, filler);
    });
}

std::optional<std::string> dmi(const Root &root, const char *name)
{
    auto text = root.readTrimmed(dmiFolder + name);
    return text && !isFiller(*text) ? text : std::nullopt;
}

std::optional<std::string> fromDmi(const Root &root)
{
    const auto vendor = dmi(root, "sys_vendor");
    auto product = dmi(root, "product_name");
    // Lenovo's product name is an order number; the name that people know is in the version.
    if (vendor == "LENOVO") {
        if (auto version = dmi(root, "product_version"))
            product = std::move(version);
    }
    if (!vendor || !product)
        return product ? product : vendor;
    return product->starts_with(*vendor) ? *product : *vendor + " " + *product;
}

/// The name of a setting file of systemd or podman, `engine="podman-4.3.1"` as podman.
std::optional<std::string> engineOf(std::string_view text)
{
    std::optional<std::string> engine;
    forEachLine(text, [&](std::string_view line) {
        const auto pair = splitPair(line, '=');
        if (!pair || pair->first != "engine" || engine)
            return;
        std::string_view value = pair->second;
        while (!value.empty() && value.front() == '"')
            value.remove_prefix(1);
        engine = std::string(value.substr(0, value.find_first_of("-\"")));
    });
    return engine && !engine->empty() ? engine : std::nullopt;
}

std::optional<std::string> fromGroups(const Root &root)
{
    struct Mark {
        std::string_view part;
        std::string_view name;
    };
    static constexpr std::array marks{
        Mark{"/kubepods", "kubernetes"}, Mark{"/docker/", "docker"},
        Mark{"/docker-", "docker"},      Mark{"/lxc/", "lxc"},
        Mark{"/libpod-", "podman"},      Mark{"/machine.slice/libpod", "podman"}};
    const std::string groups = root.read("proc/self/cgroup").value_or("");
    const auto *found = std::ranges::find_if(
        marks, [&](const Mark &mark) { return groups.find(mark.part) != std::string::npos; });
    return found == marks.end() ? std::nullopt : std::optional<std::string>(found->name);
}

std::optional<std::string> fromFiles(const Root &root)
{
    if (root.exists("run/secrets/kubernetes.io") || root.exists("var/run/secrets/kubernetes.io"))
        return "kubernetes";
    const auto named = root.readTrimmed("run/systemd/container");
    if (named && *named != "oci")
        return named;
    if (const auto text = root.read("run/.containerenv"))
        return engineOf(*text).value_or("podman");
    // The root of a virtual machine that was made of a docker image keeps the file; there the kernel's own
    // threads are seen.
    if (root.exists(".dockerenv") && root.readTrimmed("proc/2/comm") != "kthreadd")
        return "docker";
    if (auto name = fromGroups(root))
        return name;
    return named; // a container of an engine that does not say which
}

std::optional<std::string> askContainer(const Root &root)
{
    if (std::getenv("KUBERNETES_SERVICE_HOST"))
        return "kubernetes";
    if (auto name = fromFiles(root))
        return name;
    // Set for the first process of a container and handed on to most others.
    const char *name = std::getenv("container");
    return name && *name ? std::optional<std::string>(name) : std::nullopt;
}

} // namespace

std::optional<std::string> boardName(const Root &root)
{
    if (auto model = root.readTrimmed("proc/device-tree/model"))
        return model;
    return fromDmi(root);
}

std::optional<std::string> platform(const Root &root, const std::optional<std::string> &kernel)
{
    const std::string_view release = kernel ? std::string_view(*kernel) : std::string_view();
    // "5.15.90.1-microsoft-standard-WSL2", and "4.4.0-19041-Microsoft" of the first WSL.
    if (release.find("WSL2") != std::string_view::npos
        || release.find("microsoft-standard") != std::string_view::npos)
        return "wsl2";
    if (release.find("Microsoft") != std::string_view::npos)
        return "wsl1";
    const auto compatible = root.readTrimmed("proc/device-tree/compatible");
    if (compatible && compatible->find("apple,") != std::string::npos)
        return "asahi";
    return std::nullopt;
}

std::optional<std::string> container(const Root &root, const std::optional<std::string> &platform)
{
    auto name = root.answer("container", [&] { return askContainer(root); });
    if (!name && !root.isLive())
        name = fromFiles(root);
    if (!name && platform && platform->starts_with("wsl"))
        return "wsl";
    return name;
}

} // namespace firstlight
