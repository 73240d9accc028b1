#include "runners/podman/launch.h"

#include "core/files.h"
#include "core/process.h"
#include "runners/images/recipe_build.h"
#include "runners/podman/container_image.h"
#include "runners/podman/container_log.h"
#include "runners/podman/demo_end.h"
#include "runners/podman/demo_folder.h"
#include "runners/podman/device_groups.h"
#include "runners/podman/forwarder.h"
#include "runners/podman/json_fields.h"
#include "runners/podman/loopback_port.h"
#include "runners/podman/process_watch.h"
#include "runners/podman/proofs.h"
#include "runners/podman/readiness.h"
#include "runners/podman/spec.h"
#include "runners/podman/undo_list.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/random.h>
#include <thread>
#include <unistd.h>

namespace firstlight {

namespace fs = std::filesystem;

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

/// A demo that takes the question and says nothing is asked again after this time.
constexpr milliseconds readinessTimeout{5000};
/// A forwarder takes its lock within milliseconds of its start and ends as fast; a busy computer is slower.
constexpr milliseconds forwarderLimit{5000};
/// Podman publishes a port that was free a moment ago; somebody else may have taken it since.
constexpr int portAttempts = 3;

bool waitUntil(milliseconds limit, const std::function<bool()> &condition)
{
    const auto deadline = Clock::now() + limit;
    while (!condition()) {
        if (Clock::now() >= deadline)
            return false;
        std::this_thread::sleep_for(milliseconds(5));
    }
    return true;
}

void removeFolder(const fs::path &folder)
{
    waitUntil(forwarderLimit, [&] { return !forwarderLives(folder); });
    std::error_code ignored;
    fs::remove_all(folder, ignored);
}

/// 96 bits of the kernel's randomness, as a password.
std::string randomWord()
{
    std::array<unsigned char, 12> bytes{};
    std::size_t filled = 0;
    while (filled < bytes.size()) {
        const ssize_t got = ::getrandom(bytes.data() + filled, bytes.size() - filled, 0);
        if (got > 0)
            filled += static_cast<std::size_t>(got);
    }
    std::string word;
    for (const unsigned char byte : bytes)
        word += fmt::format("{:02x}", byte);
    return word;
}

std::string lastLineOf(std::string text)
{
    text.erase(text.find_last_not_of(" \n") + 1);
    return text.substr(text.rfind('\n') + 1);
}

Result<void> removeContainer(const std::string &id, Libpod &podman, std::stop_token stop)
{
    const auto removed = podman.remove("/containers/" + id + "?force=true&timeout=0&v=true", std::move(stop));
    if (!removed && removed.error().code != "podman-missing-object")
        return fail(removed.error());
    return {};
}

/// Where the demo of a launch can be reached.
struct Door {
    std::optional<LoopbackListener> listener; ///< for the forwarder
    int port = 0;
};

class Launch {
public:
    Launch(const LaunchPlan &plan, const LaunchHost &host, Progress &progress, std::stop_token stop)
        : m_plan(plan)
        , m_host(host)
        , m_directories(host.place.directories)
        , m_progress(progress)
        , m_stop(std::move(stop))
        , m_fingerprint(planFingerprint(plan, host.setup))
    {
    }

    Result<Launched> run();

private:
    Result<FileLock> takeTurn();
    Result<std::optional<Launched>> keepWhatRuns(const std::vector<FoundDemo> &all);
    bool fits(const FoundDemo &found) const;
    Result<ContainerImage> ensureImage();
    Result<void> ensureFiles();
    Result<void> clearPlace();
    Result<Launched> startNew(const ContainerImage &image);
    Result<Door> openDoor();
    Result<std::string> create(const std::string &image, const fs::path &folder, int port);
    Result<pid_t> start(const std::string &container);
    Result<void> startForwarder(const Door &door, const fs::path &folder, const std::string &socketName,
                                pid_t process);
    Result<void> waitUntilReady(const std::string &container, pid_t process, int port);
    Result<Launched> ready(const std::string &container);

    LaunchPlan m_plan; ///< a copy: mounts of files whose digest was not known get their source
    const LaunchHost &m_host;
    const Directories &m_directories;
    Progress &m_progress;
    std::stop_token m_stop;
    std::string m_fingerprint;
    std::string m_unlockedDigest;
    Clock::time_point m_begun = Clock::now();
};

Result<FileLock> Launch::takeTurn()
{
    const fs::path path = demoLockPath(m_directories, m_plan.demo);
    auto lock = FileLock::tryLock(path);
    if (lock || lock.error().code != "file-locked")
        return lock;
    m_progress.update({.phase = "queue", .subject = m_plan.demo});
    return FileLock::wait(path, m_stop);
}

bool Launch::fits(const FoundDemo &found) const
{
    const int wanted = m_plan.publication.hostPort;
    return found.runs() && found.plan == m_fingerprint && (wanted == 0 || wanted == found.demo.hostPort);
}

/// Of the same plan: kept, and joined again to its port if its forwarder is gone (its launcher was killed,
/// say).
Result<std::optional<Launched>> Launch::keepWhatRuns(const std::vector<FoundDemo> &all)
{
    const auto found = findDemo(all, m_plan.demo);
    if (!found || !fits(*found))
        return std::nullopt;
    if (found->demo.state == DemoState::Unreachable) {
        Door door{.listener = std::nullopt, .port = found->demo.hostPort};
        auto listener = listenOnLoopback(door.port);
        if (!listener) // somebody else has the port now: it must be started anew
            return std::nullopt;
        door.listener = std::move(*listener);
        if (!startForwarder(door, found->folder, found->socketName, found->process))
            return std::nullopt;
    }
    if (auto waited = waitUntilReady(found->demo.containerId, found->process, found->demo.hostPort); !waited)
        return waited.error().kind == ErrorKind::Cancelled
                   ? Result<std::optional<Launched>>(fail(waited.error()))
                   : std::nullopt;
    auto launched = ready(found->demo.containerId);
    if (!launched)
        return fail(launched.error());
    launched->alreadyRan = true;
    return *launched;
}

Result<ContainerImage> Launch::ensureImage()
{
    if (m_plan.image.recipe.empty()) {
        auto image = ensureRegistryImage(m_plan.image, m_host.podman, m_directories, m_progress, m_stop);
        if (image && m_plan.image.unlocked)
            m_unlockedDigest = image->digest;
        return image;
    }
    const auto recipe = loadRecipe(m_plan.image.recipesFolder, m_plan.image.recipe);
    if (!recipe)
        return fail(recipe.error());
    auto id = ensureRecipeImage(*recipe, m_host.architecture, m_host.place.store, m_host.podman, m_host.setup,
                                m_directories.cache / "builds", m_progress, m_stop);
    return id ? Result<ContainerImage>(ContainerImage{.id = *id, .digest = {}}) : fail(id.error());
}

Result<void> Launch::ensureFiles()
{
    const auto paths = m_host.place.store.fetch(m_plan.files, m_progress, m_stop);
    if (!paths)
        return fail(paths.error());
    // A file whose digest was not known beforehand has its place in the store only now.
    for (Mount &mount : m_plan.mounts) {
        if (mount.kind != Mount::Kind::Bind || !mount.source.empty())
            continue;
        const std::string name = fs::path(mount.target).filename();
        for (std::size_t index = 0; index < paths->size(); ++index) {
            if (m_plan.files[index].name == name && !m_plan.files[index].sha256)
                mount.source = (*paths)[index];
        }
    }
    return {};
}

/// What an older launch of this demo left, whichever way it ended.
Result<void> Launch::clearPlace()
{
    const auto all = findDemos(m_host.podman, m_stop);
    if (!all)
        return fail(all.error());
    for (const FoundDemo &found : *all) {
        if (found.demo.demo != m_plan.demo)
            continue;
        if (auto removed = removeDemo(found, m_host.podman, m_directories, m_stop); !removed)
            return removed;
    }
    removeStaleFolders(m_directories, m_plan.demo, {});
    return {};
}

Result<Door> Launch::openDoor()
{
    const int wanted = m_plan.publication.hostPort;
    auto listener = listenOnLoopback(wanted);
    if (!listener)
        return fail(listener.error());
    Door door{.listener = std::nullopt, .port = listener->port};
    if (m_plan.publication.throughSocket)
        door.listener = std::move(*listener);
    return door;
}

Result<std::string> Launch::create(const std::string &image, const fs::path &folder, int port)
{
    const LaunchPlace place{.image = image,
                            .hostPort = port,
                            .secret = usesSecret(m_plan) ? randomWord() : std::string(),
                            .demoFolder = folder,
                            .deviceGroups = deviceGroups(m_plan.devices)};
    // Not to be interrupted: podman would go on, and nobody would know what to undo. It takes a moment only.
    const auto created = m_host.podman.post("/containers/create", makeSpec(m_plan, m_host.setup, place), {});
    if (!created)
        return fail(created.error());
    return textAt(*created, "/Id");
}

Result<pid_t> Launch::start(const std::string &container)
{
    if (auto started = m_host.podman.post("/containers/" + container + "/start", {}, {}); !started)
        return fail(started.error());
    const auto inspected = m_host.podman.get("/containers/" + container + "/json", {});
    if (!inspected)
        return fail(inspected.error());
    return static_cast<pid_t>(numberAt(*inspected, "/State/Pid").value_or(0)); // 0: it has ended at once
}

Result<void> Launch::startForwarder(const Door &door, const fs::path &folder, const std::string &socketName,
                                    pid_t process)
{
    const int listener = door.listener->socket.get();
    ProcessSpec spec{.program = m_host.place.program, .arguments = {"forward"}};
    const auto words = forwarderArguments(
        {.listener = listener, .demoFolder = folder, .socketName = socketName, .containerProcess = process});
    spec.arguments.insert(spec.arguments.end(), words.begin(), words.end());
    spec.workingDirectory = "/";
    const fs::path log = folder / "forwarder.log";
    const auto forwarder = startDetached(spec, log, {listener});
    if (!forwarder)
        return fail(forwarder.error());
    // Until it holds the lock, `ps` of another process would call the demo unreachable. A folder that is gone
    // means that the container ended and the forwarder after it.
    const bool lives = waitUntil(forwarderLimit, [&] {
        std::error_code ignored;
        return forwarderLives(folder) || !fs::exists(folder, ignored);
    });
    if (!lives)
        return fail({.code = "forwarder-failed",
                     .facts = {{"demo", m_plan.demo}},
                     .detail = lastLineOf(readFile(log).value_or(""))});
    return {};
}

Result<void> Launch::waitUntilReady(const std::string &container, pid_t process, int port)
{
    ProgressMeter meter(m_progress, "wait", m_plan.demo, ProgressUnit::None, std::nullopt);
    const ProcessWatch watch(process, m_stop);
    const auto deadline = Clock::now() + m_plan.readyWithin;
    milliseconds delay{0};
    while (!m_stop.stop_requested()) {
        if (watch.ended())
            return fail(whyItEnded(m_plan, container, m_host.podman, m_directories));
        const auto left = std::chrono::duration_cast<milliseconds>(deadline - Clock::now());
        if (left <= milliseconds(0))
            return fail(whyNotReady(m_plan, container, m_host.podman, m_directories));
        if (askWhetherReady(port, m_plan.readyPath, std::min(readinessTimeout, left), watch.stopToken())
                .ready) {
            meter.finish();
            return {};
        }
        delay = nextReadinessDelay(delay);
        watch.wait(std::min(delay, left));
    }
    return fail(cancelled());
}

Result<Launched> Launch::ready(const std::string &container)
{
    const auto inspected = m_host.podman.get("/containers/" + container + "/json", m_stop);
    if (!inspected)
        return fail(inspected.error());
    std::vector<std::string> log;
    const auto read = readContainerLog(
        m_host.podman, container, false, [&](const std::string &line) { log.push_back(line); }, m_stop);
    if (!read)
        return fail(read.error());
    const std::string process = std::to_string(numberAt(*inspected, "/State/Pid").value_or(0));
    Launched launched;
    launched.proofs = proofsFromLog(m_plan.proofs, log);
    const auto settings
        = proofsOfSettings(m_plan, *inspected, readFile("/proc/" + process + "/status").value_or(""));
    launched.proofs.insert(launched.proofs.end(), settings.begin(), settings.end());
    launched.imageDigest = m_unlockedDigest;
    launched.secondsToReady = std::chrono::duration<double>(Clock::now() - m_begun).count();
    const auto all = findDemos(m_host.podman, m_stop);
    if (!all)
        return fail(all.error());
    const auto found = findDemo(*all, m_plan.demo);
    if (!found) // another process stopped it in this very moment
        return fail({.code = "demo-stopped", .facts = {{"demo", m_plan.demo}}});
    launched.demo = found->demo;
    launched.demo.state = DemoState::Ready;
    launched.process = found->process;
    return launched;
}

Result<Launched> Launch::startNew(const ContainerImage &image)
{
    UndoList undo;
    ProgressMeter meter(m_progress, "start", m_plan.demo, ProgressUnit::None, std::nullopt);
    m_begun = Clock::now();
    auto door = openDoor();
    if (!door)
        return fail(door.error());
    fs::path folder;
    if (m_plan.publication.throughSocket) {
        auto made = makeDemoFolder(m_directories, m_plan.demo, containerUserOf(m_plan, m_host.setup));
        if (!made)
            return fail(made.error());
        folder = *made;
        undo.add([folder] { removeFolder(folder); });
    }
    const auto container = create(image.id, folder, door->port);
    if (!container)
        return fail(container.error());
    undo.add([this, id = *container] { static_cast<void>(removeContainer(id, m_host.podman, {})); });
    const auto process = start(*container);
    if (!process)
        return fail(process.error());
    if (*process == 0)
        return fail(whyItEnded(m_plan, *container, m_host.podman, m_directories));
    if (door->listener) {
        const std::string socketName = fs::path(m_plan.publication.socketPath).filename();
        if (auto joined = startForwarder(*door, folder, socketName, *process); !joined)
            return fail(joined.error());
        door->listener.reset(); // the forwarder alone holds it now: when it ends, the port is closed
    }
    meter.finish();
    if (auto waited = waitUntilReady(*container, *process, door->port); !waited)
        return fail(waited.error());
    auto launched = ready(*container);
    if (launched)
        undo.keep();
    return launched;
}

/// Podman's words when it publishes a port that somebody took in between.
bool portWasTaken(const Error &error)
{
    return error.code == "podman-refused" && error.detail.find("address already in use") != std::string::npos;
}

Result<Launched> Launch::run()
{
    const auto turn = takeTurn();
    if (!turn)
        return fail(turn.error());
    const auto all = findDemos(m_host.podman, m_stop);
    if (!all)
        return fail(all.error());
    auto kept = keepWhatRuns(*all);
    if (!kept)
        return fail(kept.error());
    if (*kept)
        return **kept;
    const auto image = ensureImage();
    if (!image)
        return fail(image.error());
    if (auto files = ensureFiles(); !files)
        return fail(files.error());
    if (auto cleared = clearPlace(); !cleared)
        return fail(cleared.error());
    for (int attempt = 1;; ++attempt) {
        auto launched = startNew(*image);
        if (launched || !portWasTaken(launched.error()))
            return launched;
        if (m_plan.publication.hostPort != 0)
            return fail({.code = "port-taken",
                         .facts = {{"port", std::to_string(m_plan.publication.hostPort)}},
                         .kind = ErrorKind::BadInput,
                         .detail = "address already in use"});
        if (attempt == portAttempts)
            return launched;
    }
}

} // namespace

Result<Launched> launchWithPodman(const LaunchPlan &plan, const LaunchHost &host, Progress &progress,
                                  std::stop_token stop)
{
    return Launch(plan, host, progress, std::move(stop)).run();
}

Result<void> removeDemo(const FoundDemo &found, Libpod &podman, const Directories &directories,
                        std::stop_token stop)
{
    if (found.runs()) {
        // Whatever it answers: what did not end by itself is removed by force.
        const auto stopped = podman.post("/containers/" + found.demo.containerId + "/stop", {}, stop);
        if (!stopped && stopped.error().kind == ErrorKind::Cancelled)
            return fail(stopped.error());
    }
    if (auto removed = removeContainer(found.demo.containerId, podman, stop); !removed)
        return removed;
    const fs::path demos = demosFolder(directories, found.demo.demo);
    // A label is what somebody wrote into a container: only what lies in our own place is removed.
    if (!found.folder.empty() && found.folder.parent_path() == demos)
        removeFolder(found.folder);
    return {};
}

} // namespace firstlight
