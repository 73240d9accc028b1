#include "hardware/engines/trial.h"

#include "core/files.h"
#include "core/process.h"
#include "hardware/engines/tiny_program.h"
#include "hardware/text.h"

#include <nlohmann/json.hpp>
#include <sys/statvfs.h>
#include <unistd.h>

namespace firstlight {

namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds timeLimit{5};
constexpr std::size_t reasonLimit = 300;

bool allowsPrograms(const fs::path &folder)
{
    struct statvfs status { };
    return statvfs(folder.c_str(), &status) == 0 && (status.f_flag & (ST_NOEXEC | ST_RDONLY)) == 0;
}

Result<TemporaryDirectory> workFolder(const fs::path &spareFolder)
{
    std::error_code error;
    const fs::path temporary = fs::temp_directory_path(error);
    const bool useSpare = !spareFolder.empty() && (error || !allowsPrograms(temporary));
    return TemporaryDirectory::make(useSpare ? spareFolder : temporary, "firstlight-trial-");
}

nlohmann::json bundleConfig(const std::string &id)
{
    using nlohmann::json;
    const json none = json::array();
    json namespaces = json::array();
    for (const char *type : {"pid", "mount", "ipc", "uts"})
        namespaces.push_back({{"type", type}});
    json config{
        {"ociVersion", "1.0.2"},
        // No rlimits: raising them needs a right that is often missing, and podman's are a setting of their
        // own.
        {"process",
         {{"terminal", false},
          {"user", {{"uid", 0}, {"gid", 0}}},
          {"args", json::array({"/true"})},
          {"env", json::array({"PATH=/"})},
          {"cwd", "/"},
          {"noNewPrivileges", true},
          {"capabilities",
           {{"bounding", none},
            {"effective", none},
            {"inheritable", none},
            {"permitted", none},
            {"ambient", none}}}}},
        {"root", {{"path", "rootfs"}, {"readonly", true}}},
        {"mounts", json::array({{{"destination", "/proc"}, {"type", "proc"}, {"source", "proc"}},
                                {{"destination", "/dev"},
                                 {"type", "tmpfs"},
                                 {"source", "tmpfs"},
                                 {"options", json::array({"nosuid", "mode=755", "size=65536k"})}}})},
        {"linux", json::object()},
    };
    if (geteuid() == 0) {
        config["linux"]["cgroupsPath"] = "/" + id;
        config["linux"]["resources"] = {{"pids", {{"limit", 64}}}};
    } else {
        namespaces.push_back({{"type", "user"}});
        config["linux"]["uidMappings"]
            = json::array({{{"containerID", 0}, {"hostID", geteuid()}, {"size", 1}}});
        config["linux"]["gidMappings"]
            = json::array({{{"containerID", 0}, {"hostID", getegid()}, {"size", 1}}});
    }
    config["linux"]["namespaces"] = namespaces;
    return config;
}

Result<void> writeBundle(const fs::path &folder, const std::string &program, const std::string &id)
{
    for (const char *name : {"rootfs/proc", "rootfs/dev", "state"}) {
        if (auto made = makeDirectories(folder / name); !made)
            return made;
    }
    if (auto written = writeFileAtomically(folder / "rootfs/true", program, 0755); !written)
        return written;
    return writeFileAtomically(folder / "config.json", bundleConfig(id).dump());
}

std::string lastLine(const std::string &text)
{
    std::string_view last;
    forEachLine(text, [&](std::string_view line) {
        if (!trimmed(line).empty())
            last = trimmed(line);
    });
    return std::string(last.substr(0, reasonLimit));
}

void removeContainer(const std::string &runtime, const fs::path &folder, const std::string &id)
{
    ProcessSpec spec;
    spec.program = runtime;
    spec.arguments = {"--root", folder / "state", "delete", "--force", id};
    spec.timeLimit = timeLimit;
    (void)runProcess(spec); // also after a cancel; a container that never came to be is no failure
}

} // namespace

Result<TrialOutcome> tryRuntime(const std::string &path, const fs::path &spareFolder, std::stop_token stop)
{
    const auto program = tinyProgram();
    if (!program)
        return TrialOutcome{};
    auto folder = workFolder(spareFolder);
    if (!folder)
        return TrialOutcome{.works = std::nullopt, .reason = folder.error().detail};
    const std::string id = folder->path().filename().string();
    if (auto written = writeBundle(folder->path(), *program, id); !written)
        return TrialOutcome{.works = std::nullopt, .reason = written.error().detail};

    ProcessSpec spec;
    spec.program = path;
    spec.arguments = {"--root", folder->path() / "state", "run", "--bundle", folder->path(), id};
    spec.timeLimit = timeLimit;
    spec.outputLimitBytes = 1u << 20;
    const auto ended = runProcess(spec, stop);
    if (ended && ended->succeeded())
        return TrialOutcome{.works = true, .reason = {}};

    removeContainer(path, folder->path(), id);
    if (!ended && ended.error().code == "cancelled")
        return fail(ended.error());
    if (!ended)
        return TrialOutcome{.works = std::nullopt, .reason = ended.error().code};
    const std::string &words = ended->errorOutput.empty() ? ended->output : ended->errorOutput;
    return TrialOutcome{.works = false, .reason = lastLine(words)};
}

} // namespace firstlight
