#include "runners/podman/podman_engine.h"

#include "runners/podman/container_log.h"
#include "runners/podman/demo_folder.h"
#include "runners/podman/found_demo.h"
#include "runners/podman/launch.h"
#include "runners/podman/libpod.h"
#include "runners/podman/service.h"

#include <optional>

namespace firstlight {

namespace {

/// Of a demo that is listed: a busy one may take a moment to say that it is well.
constexpr auto listedTimeout = std::chrono::milliseconds(1000);

Error notRunning(const std::string &demo)
{
    return {.code = "demo-not-running", .facts = {{"demo", demo}}};
}

class PodmanEngine final : public Engine {
public:
    PodmanEngine(HostSetup setup, std::string architecture, PodmanPlace place)
        : m_setup(std::move(setup))
        , m_architecture(std::move(architecture))
        , m_place(std::move(place))
    {
    }

    Result<Launched> launch(const LaunchPlan &plan, Progress &progress, std::stop_token stop) override;
    Result<std::vector<RunningDemo>> list(std::stop_token stop) override;
    Result<void> stop(const std::string &demo, std::stop_token stop) override;
    Result<void> logs(const std::string &demo, bool follow,
                      const std::function<void(const std::string &)> &onLine, std::stop_token stop) override;

private:
    /// The connection, made at first use; it starts the service again when that has ended meanwhile.
    Result<Libpod *> podman(std::stop_token stop);
    Result<FoundDemo> find(const std::string &demo, std::stop_token stop);

    HostSetup m_setup;
    std::string m_architecture;
    PodmanPlace m_place;
    std::optional<Libpod> m_podman;
};

Result<Libpod *> PodmanEngine::podman(std::stop_token stop)
{
    if (m_podman)
        return &*m_podman;
    const auto ensure = [this](std::stop_token revivedBy) {
        return ensurePodmanService(m_setup, m_place.directories, std::move(revivedBy));
    };
    const auto socket = ensure(std::move(stop));
    if (!socket)
        return fail(socket.error());
    m_podman.emplace(*socket, ensure);
    return &*m_podman;
}

Result<FoundDemo> PodmanEngine::find(const std::string &demo, std::stop_token stop)
{
    const auto podman = this->podman(stop);
    if (!podman)
        return fail(podman.error());
    const auto all = findDemos(**podman, std::move(stop));
    if (!all)
        return fail(all.error());
    const auto found = findDemo(*all, demo);
    return found ? Result<FoundDemo>(*found) : fail(notRunning(demo));
}

Result<Launched> PodmanEngine::launch(const LaunchPlan &plan, Progress &progress, std::stop_token stop)
{
    const auto podman = this->podman(stop);
    if (!podman)
        return fail(podman.error());
    const LaunchHost host{**podman, m_setup, m_architecture, m_place};
    return launchWithPodman(plan, host, progress, std::move(stop));
}

Result<std::vector<RunningDemo>> PodmanEngine::list(std::stop_token stop)
{
    const auto podman = this->podman(stop);
    if (!podman)
        return fail(podman.error());
    auto all = findDemos(**podman, stop);
    if (!all)
        return fail(all.error());
    std::vector<RunningDemo> running;
    for (FoundDemo &found : *all) {
        lookAtReadiness(found, listedTimeout, stop);
        running.push_back(std::move(found.demo));
    }
    return running;
}

Result<void> PodmanEngine::stop(const std::string &demo, std::stop_token stop)
{
    const auto podman = this->podman(stop);
    if (!podman)
        return fail(podman.error());
    const auto all = findDemos(**podman, stop);
    if (!all)
        return fail(all.error());
    bool any = false;
    for (const FoundDemo &found : *all) {
        if (found.demo.demo != demo)
            continue;
        any = true;
        if (auto removed = removeDemo(found, **podman, m_place.directories, stop); !removed)
            return removed;
    }
    return any ? Result<void>() : fail(notRunning(demo));
}

Result<void> PodmanEngine::logs(const std::string &demo, bool follow,
                                const std::function<void(const std::string &)> &onLine, std::stop_token stop)
{
    const auto found = find(demo, stop);
    if (!found)
        return fail(found.error());
    return readContainerLog(*m_podman, found->demo.containerId, follow, onLine, std::move(stop));
}

} // namespace

Result<std::unique_ptr<Engine>> makePodmanEngine(const Machine &machine, const PodmanPlace &place,
                                                 const std::function<void(const Workaround &)> &onWorkaround)
{
    auto setup = planHostSetup(machine, place.directories);
    if (!setup)
        return fail(setup.error());
    if (onWorkaround) {
        for (const Workaround &workaround : setup->workarounds)
            onWorkaround(workaround);
    }
    return std::make_unique<PodmanEngine>(std::move(*setup), machine.cpu.architecture, place);
}

} // namespace firstlight
