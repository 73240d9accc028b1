#include "core/files.h"
#include "hardware/clean_texts.h"
#include "hardware/cpu/cpu.h"
#include "hardware/machine_json.h"
#include "hardware/probe.h"
#include "hardware/recordings/other_systems.h"
#include "hardware/text.h"

#include <nlohmann/json.hpp>

namespace firstlight {

namespace {

namespace fs = std::filesystem;

tl::unexpected<Error> unknownRecording(const fs::path &path)
{
    return fail({.code = "machine-recording-unknown",
                 .facts = {{"path", path.string()}},
                 .kind = ErrorKind::BadInput});
}

bool isFolder(const fs::path &path)
{
    std::error_code ignored;
    return fs::is_directory(path, ignored);
}

Result<Machine> loadFolder(const fs::path &path, Recorder *recorder)
{
    const fs::path root = isFolder(path / "machine-root") ? path / "machine-root" : path;
    if (!isFolder(root / "proc") && !isFolder(root / "sys"))
        return unknownRecording(path);
    ProbeOptions options;
    options.root = root;
    options.recorder = recorder;
    return probe(options);
}

Result<Machine> loadProfile(const fs::path &path, const std::string &text)
{
    const auto json = nlohmann::json::parse(text, nullptr, false);
    if (json.is_discarded()) {
        return fail({.code = "machine-profile-damaged",
                     .facts = {{"path", path.string()}, {"pointer", ""}},
                     .kind = ErrorKind::BadInput});
    }
    auto machine = machineFromJson(json);
    if (machine) {
        cleanTexts(*machine);
        return machine;
    }
    Error error = machine.error();
    error.facts["path"] = path.string();
    return fail(std::move(error));
}

} // namespace

Result<Machine> loadMachine(const fs::path &path, Recorder *recorder)
{
    if (isFolder(path))
        return loadFolder(path, recorder);
    if (recorder)
        return fail({.code = "machine-recording-no-folder",
                     .facts = {{"path", path.string()}},
                     .kind = ErrorKind::BadInput});
    const auto text = readFile(path);
    if (!text)
        return fail(wrap({.code = "machine-recording-unreadable",
                          .facts = {{"path", path.string()}},
                          .kind = ErrorKind::BadInput},
                         text.error()));
    if (trimmed(*text).starts_with('{'))
        return loadProfile(path, *text);
    auto cpu = cpuFromText(*text);
    if (!cpu) {
        auto other = machineFromSysctl(*text);
        if (!other)
            other = machineFromCpuid(*text);
        return other ? Result<Machine>(std::move(*other)) : unknownRecording(path);
    }
    Machine machine;
    machine.cpu = std::move(*cpu);
    cleanTexts(machine);
    return machine;
}

} // namespace firstlight
