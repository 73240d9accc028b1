#include "runners/podman/host_setup.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

namespace firstlight {

namespace fs = std::filesystem;

namespace {

/// What podman gives a container of root by default, and asks the kernel for even where it will be refused.
constexpr std::uint64_t podmanOpenFiles = 1048576;
/// Enough for any demo; a million would make programs slow that close every possible descriptor.
constexpr std::uint64_t demoOpenFiles = 65536;
/// The kernel's own default hard limit, for a recording that does not tell.
constexpr std::uint64_t unknownLimit = 4096;

/// The private containers.conf and storage.conf while they are being decided.
struct Draft {
    std::vector<std::string> containers;
    std::vector<std::string> engine;
    std::vector<std::string> storage;

    bool hasContainersConf() const { return !containers.empty() || !engine.empty(); }
};

std::string quoted(const std::string &text)
{
    std::string result = "\"";
    for (const char letter : text) {
        if (letter == '"' || letter == '\\')
            result += '\\';
        result += letter;
    }
    return result + "\"";
}

std::string setting(const std::string &name, const std::string &value)
{
    return name + " = " + quoted(value);
}

/// The first runtime that works; before trying, the first that is not known to fail.
const OciRuntime *bestRuntime(const Engines &engines)
{
    const auto &runtimes = engines.podman->runtimes;
    for (const OciRuntime &runtime : runtimes) {
        if (runtime.works == true)
            return &runtime;
    }
    for (const OciRuntime &runtime : runtimes) {
        const bool refusesHybrid = runtime.name == "crun" && engines.cgroups == CgroupLayout::Hybrid;
        if (!runtime.works && !refusesHybrid)
            return &runtime;
    }
    return nullptr;
}

std::string wordsOfRuntimes(const std::vector<OciRuntime> &runtimes)
{
    std::string words;
    for (const OciRuntime &runtime : runtimes)
        words += (words.empty() ? "" : "; ") + runtime.name + ": " + runtime.reason;
    return words;
}

Result<void> chooseRuntime(const Engines &engines, HostSetup &setup, Draft &draft)
{
    const OciRuntime *best = bestRuntime(engines);
    const auto &runtimes = engines.podman->runtimes;
    if (!best)
        return fail({.code = "podman-no-runtime",
                     .facts = {{"found", wordsOfRuntimes(runtimes)}},
                     .kind = ErrorKind::NothingRuns});
    setup.ociRuntime = best->name;
    if (best == &runtimes.front())
        return {};
    draft.engine.push_back(setting("runtime", best->name));
    setup.workarounds.push_back({"oci-runtime",
                                 {{"runtime", best->name},
                                  {"instead-of", runtimes.front().name},
                                  {"found", runtimes.front().reason}}});
    return {};
}

/// Root's podman asks for more open files than the hard limit, which only CAP_SYS_RESOURCE allows. A root
/// shell below systemd has that capability; without systemd this is a container or a reduced system, which
/// has not.
void limitResources(const Engines &engines, HostSetup &setup, Draft &draft)
{
    setup.resourceLimits["nofile"] = std::min(engines.openFilesLimit.value_or(unknownLimit), demoOpenFiles);
    setup.resourceLimits["nproc"] = engines.processesLimit.value_or(unknownLimit);
    const bool mayRaise = engines.rootless || engines.systemd;
    if (mayRaise || engines.openFilesLimit.value_or(podmanOpenFiles) >= podmanOpenFiles)
        return;
    const std::string files = std::to_string(*engines.openFilesLimit);
    const std::string processes = std::to_string(setup.resourceLimits["nproc"]);
    draft.containers.push_back(
        fmt::format("default_ulimits = [\"nofile={0}:{0}\", \"nproc={1}:{1}\"]", files, processes));
    setup.workarounds.push_back({"resource-limits", {{"nofile", files}, {"nproc", processes}}});
}

void doWithoutSystemd(const Engines &engines, HostSetup &setup, Draft &draft)
{
    if (engines.systemd)
        return;
    draft.containers.push_back(setting("log_driver", "k8s-file"));
    draft.engine.push_back(setting("cgroup_manager", "cgroupfs"));
    draft.engine.push_back(setting("events_logger", "file"));
    setup.workarounds.push_back(
        {"no-systemd", {{"cgroup-manager", "cgroupfs"}, {"events", "file"}, {"logs", "k8s-file"}}});
}

void storeBelow(const fs::path &containers, const Directories &directories, Draft &draft)
{
    draft.engine.push_back(setting("static_dir", (containers / "libpod").string()));
    draft.engine.push_back(setting("tmp_dir", (directories.runtime / "tmp").string()));
    draft.engine.push_back(setting("volume_path", (containers / "volumes").string()));
    draft.storage = {setting("driver", "overlay"), setting("graphroot", (containers / "storage").string()),
                     setting("runroot", (directories.runtime / "run").string())};
}

int majorVersion(const Podman &podman)
{
    int major = 0;
    if (podman.version)
        std::from_chars(podman.version->data(), podman.version->data() + podman.version->size(), major);
    return major;
}

void chooseStorage(const Engines &engines, const Directories &directories, const UserEnvironment &user,
                   HostSetup &setup, Draft &draft)
{
    if (directories.home) {
        storeBelow(*directories.home / "containers", directories, draft);
        setup.workarounds.push_back(
            {"private-storage", {{"path", (*directories.home / "containers").string()}}});
        return;
    }
    if (!engines.rootless || user.storageConfigured)
        return;
    if (user.storageDriver == "vfs") {
        // It copies the whole image for each container, and podman cannot change the driver of a store.
        storeBelow(directories.data / "containers", directories, draft);
        setup.workarounds.push_back({"storage-vfs", {{"path", (directories.data / "containers").string()}}});
        return;
    }
    // Podman 4.3 takes vfs at the first rootless run, also where overlay works; 5 chooses by itself.
    if (user.storageDriver.empty() && majorVersion(*engines.podman) < 5) {
        draft.storage = {setting("driver", "overlay")};
        setup.workarounds.push_back({"storage-overlay", {{"driver", "overlay"}, {"instead-of", "vfs"}}});
    }
}

void findRuntimeDirectory(const Engines &engines, const Directories &directories, const UserEnvironment &user,
                          HostSetup &setup)
{
    if (!engines.rootless || user.runtimeDirectory)
        return;
    const fs::path folder = directories.runtime / "xdg";
    setup.folders.push_back(folder);
    setup.environment["XDG_RUNTIME_DIR"] = folder.string();
    setup.workarounds.push_back({"runtime-directory", {{"path", folder.string()}}});
}

/// Which limits the kernel will really hold a container to.
void judgeLimits(const Engines &engines, HostSetup &setup)
{
    if (!engines.rootless)
        return;
    const auto delegated = [&](const char *controller) {
        const auto &all = engines.delegatedControllers;
        return std::find(all.begin(), all.end(), controller) != all.end();
    };
    const bool v2 = engines.cgroups == CgroupLayout::V2;
    setup.limitsWork = v2 && delegated("memory");
    setup.cpusetWorks = v2 && delegated("cpuset");
    if (!setup.limitsWork)
        setup.workarounds.push_back(
            {"limits-ignored", {{"cgroups", v2 ? "v2" : "v1"}, {"missing", "memory"}}});
    else if (!setup.cpusetWorks)
        setup.workarounds.push_back({"cpuset-not-delegated", {{"missing", "cpuset"}}});
}

std::string section(const std::string &name, const std::vector<std::string> &lines)
{
    if (lines.empty())
        return {};
    return fmt::format("[{}]\n{}\n", name, fmt::join(lines, "\n"));
}

void addFiles(const Draft &draft, const Directories &directories, HostSetup &setup)
{
    const fs::path folder = directories.state / "podman";
    if (draft.hasContainersConf()) {
        setup.files[folder / "containers.conf"]
            = section("containers", draft.containers) + section("engine", draft.engine);
        setup.environment["CONTAINERS_CONF"] = (folder / "containers.conf").string();
    }
    if (!draft.storage.empty()) {
        setup.files[folder / "storage.conf"] = section("storage", draft.storage);
        setup.environment["CONTAINERS_STORAGE_CONF"] = (folder / "storage.conf").string();
    }
}

} // namespace

Result<HostSetup> planHostSetup(const Machine &machine, const Directories &directories,
                                const UserEnvironment &user)
{
    if (!machine.engines || !machine.engines->podman)
        return fail({.code = "podman-missing", .facts = {}, .kind = ErrorKind::NothingRuns});
    const Engines &engines = *machine.engines;
    HostSetup setup;
    Draft draft;
    setup.podman = engines.podman->path;
    setup.rootless = engines.rootless;
    setup.selinuxEnforcing = engines.selinuxEnforcing;
    if (auto chosen = chooseRuntime(engines, setup, draft); !chosen)
        return fail(chosen.error());
    limitResources(engines, setup, draft);
    doWithoutSystemd(engines, setup, draft);
    chooseStorage(engines, directories, user, setup, draft);
    findRuntimeDirectory(engines, directories, user, setup);
    judgeLimits(engines, setup);
    if (!user.registriesConf.empty())
        setup.environment["CONTAINERS_REGISTRIES_CONF"] = user.registriesConf;
    addFiles(draft, directories, setup);
    return setup;
}

Result<HostSetup> planHostSetup(const Machine &machine, const Directories &directories)
{
    return planHostSetup(machine, directories, readUserEnvironment());
}

} // namespace firstlight
