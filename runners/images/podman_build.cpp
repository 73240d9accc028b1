#include "runners/images/podman_build.h"

#include "core/files.h"
#include "core/process.h"
#include "runners/images/build_log.h"
#include "runners/images/process_tree.h"

#include <chrono>
#include <csignal>
#include <fstream>
#include <set>
#include <sstream>
#include <thread>

namespace firstlight {

namespace {

constexpr auto pollInterval = std::chrono::milliseconds(100);
/// `--label` becomes one LABEL step each.
constexpr std::size_t labelSteps = 2;

std::vector<std::string> buildArguments(const BuildFolder &folder, const std::string &reference,
                                        const std::map<std::string, std::string> &labels)
{
    // remote=false: CONTAINER_HOST may point this program at a service.
    std::vector<std::string> arguments{"--remote=false",
                                       "build",
                                       "--file=" + (folder.context() / "Containerfile").string(),
                                       "--tag=" + reference,
                                       "--timestamp=0",
                                       "--network=none",
                                       "--pull=never",
                                       "--http-proxy=false",
                                       "--layers=false",
                                       "--no-cache",
                                       "--rm",
                                       "--force-rm"};
    for (const auto &[name, value] : labels)
        arguments.push_back("--label=" + name + "=" + value);
    arguments.push_back(folder.context());
    return arguments;
}

/// Reads what was added to a file since the last time.
class LogReader {
public:
    explicit LogReader(const std::filesystem::path &path)
        : m_file(path, std::ios::binary)
    {
    }

    void readInto(BuildLog &log)
    {
        char buffer[65536];
        m_file.clear();
        while (m_file.read(buffer, sizeof buffer), m_file.gcount() > 0) {
            log.add({buffer, static_cast<std::size_t>(m_file.gcount())});
            m_file.clear();
        }
    }

private:
    std::ifstream m_file;
};

/// Ends the steps of a build: their OCI runtime takes SIGTERM as "kill the container", podman sees a step
/// that failed and tidies up.
class StepEnder {
public:
    explicit StepEnder(int process)
        : m_process(process)
    {
    }

    void endSteps()
    {
        for (const int runtime : descendantsNamed(m_process, "buildah-oci-runtime")) {
            if (m_ended.insert(runtime).second)
                ::kill(runtime, SIGTERM);
        }
    }

private:
    int m_process;
    std::set<int> m_ended;
};

std::size_t expectedSteps(const BuildFolder &folder)
{
    const auto containerfile = readFile(folder.context() / "Containerfile");
    return containerfile ? countBuildSteps(*containerfile) + labelSteps : 0;
}

void report(ProgressMeter &meter, const std::optional<BuildStep> &step, std::size_t expected)
{
    if (!step)
        return;
    // Announced when a step begins, so that one is not done yet.
    meter.setSubject(step->text);
    meter.setTotal(std::max(expected, step->number));
    meter.advanceTo(step->number - 1);
}

} // namespace

Result<PodmanBuild> startPodmanBuild(const BuildFolder &folder, const std::string &reference,
                                     const std::map<std::string, std::string> &labels, const HostSetup &host)
{
    if (auto made = makeDirectories(folder.temporary(), 0700); !made)
        return fail(made.error());
    ProcessSpec spec{.program = host.podman.empty() ? "podman" : host.podman,
                     .arguments = buildArguments(folder, reference, labels),
                     .environment = host.environment,
                     .workingDirectory = folder.path};
    spec.environment["TMPDIR"] = folder.temporary();
    auto process = startDetached(spec, folder.log());
    if (!process)
        return fail(process.error());
    const PodmanBuild build{.process = *process, .startTime = processStartTime(*process).value_or("")};
    const std::string line = std::to_string(build.process) + " " + build.startTime + "\n";
    // Without the file a later launcher cannot find this build; it runs all the same.
    static_cast<void>(writeFileAtomically(folder.processFile(), line, 0600));
    return build;
}

std::optional<PodmanBuild> findPodmanBuild(const BuildFolder &folder)
{
    const auto line = readFile(folder.processFile());
    if (!line)
        return std::nullopt;
    PodmanBuild build;
    std::istringstream(*line) >> build.process >> build.startTime;
    if (build.process <= 0 || processStartTime(build.process) != build.startTime)
        return std::nullopt;
    return build;
}

Result<BuildEnd> watchPodmanBuild(const PodmanBuild &build, const BuildFolder &folder, ProgressMeter &meter,
                                  std::stop_token stop)
{
    const std::size_t expected = expectedSteps(folder);
    LogReader reader(folder.log());
    BuildLog log;
    StepEnder ender(build.process);
    while (processStartTime(build.process) == build.startTime) {
        reader.readInto(log);
        report(meter, log.step(), expected);
        if (stop.stop_requested())
            ender.endSteps();
        std::this_thread::sleep_for(pollInterval);
    }
    if (stop.stop_requested())
        return fail(cancelled());
    reader.readInto(log);
    const BuildStep last = log.step().value_or(BuildStep{});
    return BuildEnd{.steps = last.number, .step = last.text, .tail = log.tail()};
}

} // namespace firstlight
