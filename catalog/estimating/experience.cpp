#include "catalog/estimating/experience.h"

#include "core/files.h"
#include "core/sha256.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <ctime>
#include <fcntl.h>
#include <map>
#include <nlohmann/json.hpp>
#include <string_view>
#include <tuple>
#include <unistd.h>

namespace firstlight {

namespace {

using nlohmann::json;

constexpr std::size_t mostLines = 1000;
constexpr std::size_t mostBytes = 4u << 20;
constexpr std::size_t mostForMedian = 5;
constexpr std::array unitNames = {"token", "audio-second", "picture", "video-second"};
constexpr std::array placementNames = {"accelerator", "offload", "cpu"};

std::optional<WorkUnit> unitNamed(const std::string &name)
{
    const auto found = std::find(unitNames.begin(), unitNames.end(), name);
    if (found == unitNames.end())
        return std::nullopt;
    return static_cast<WorkUnit>(found - unitNames.begin());
}

std::optional<Placement> placementNamed(const std::string &name)
{
    const auto found = std::find(placementNames.begin(), placementNames.end(), name);
    if (found == placementNames.end())
        return std::nullopt;
    return static_cast<Placement>(found - placementNames.begin());
}

std::vector<std::string> linesOf(const std::filesystem::path &file)
{
    std::vector<std::string> lines;
    const Result<std::string> text = readFile(file, mostBytes);
    if (!text)
        return lines;
    for (std::size_t begin = 0; begin < text->size();) {
        const std::size_t end = std::min(text->find('\n', begin), text->size());
        if (end > begin)
            lines.push_back(text->substr(begin, end - begin));
        begin = end + 1;
    }
    return lines;
}

std::optional<RunRecord> parsed(const std::string &line, const std::string &key)
{
    const json value = json::parse(line, nullptr, false);
    if (!value.is_object() || value.value("machine", json()) != key)
        return std::nullopt;
    RunRecord run;
    const auto text = [&](const char *name) {
        const json &member = value.contains(name) ? value[name] : json();
        return member.is_string() ? member.get<std::string>() : std::string();
    };
    run.demo = text("demo");
    run.variant = text("variant");
    run.model = text("model");
    if (run.demo.empty() || run.variant.empty())
        return std::nullopt;
    if (value.contains("memoryBytes") && value["memoryBytes"].is_number_unsigned())
        run.memoryBytes = value["memoryBytes"].get<std::uint64_t>();
    run.unit = unitNamed(text("unit"));
    if (run.unit && value.contains("unitsPerSecond") && value["unitsPerSecond"].is_number()) {
        const double speed = value["unitsPerSecond"].get<double>();
        if (speed > 0 && speed < 1e9)
            run.unitsPerSecond = speed;
    }
    run.placement = placementNamed(text("placement"));
    constexpr std::uint64_t mostTokens = 1u << 30;
    const json context = value.value("context", json());
    if (context.is_number_unsigned() && context.get<std::uint64_t>() < mostTokens)
        run.contextTokens = context.get<int>();
    return run;
}

template <typename T> std::optional<T> medianOf(std::vector<T> values)
{
    if (values.empty())
        return std::nullopt;
    std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2),
                     values.end());
    return values[values.size() / 2];
}

/// Since 1970, in UTC: 2026-11-25T09:00:00Z.
std::string now()
{
    const std::time_t seconds = std::time(nullptr);
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    std::array<char, 32> text{};
    return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

std::string lineOf(const std::string &key, const RunRecord &run)
{
    json line = {{"when", now()},
                 {"machine", key},
                 {"demo", run.demo},
                 {"variant", run.variant},
                 {"model", run.model}};
    if (run.memoryBytes)
        line["memoryBytes"] = *run.memoryBytes;
    if (run.unit && run.unitsPerSecond) {
        line["unit"] = nameOf(*run.unit);
        line["unitsPerSecond"] = *run.unitsPerSecond;
    }
    if (run.placement)
        line["placement"] = nameOf(*run.placement);
    if (run.contextTokens)
        line["context"] = *run.contextTokens;
    return line.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
}

/// A crash or a full disk may have left half a line, which must not swallow the next.
bool endsWithinLine(int file)
{
    char last = '\n';
    return ::lseek(file, -1, SEEK_END) >= 0 && ::read(file, &last, 1) == 1 && last != '\n';
}

Result<void> appendSynced(const std::filesystem::path &path, std::string text)
{
    const FileDescriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
    if (!file.isOpen())
        return fail(systemError("open", path.string(), errno));
    if (endsWithinLine(file.get()))
        text.insert(0, "\n");
    for (std::string_view rest = text; !rest.empty();) {
        const auto written = ::write(file.get(), rest.data(), rest.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return fail(systemError("write", path.string(), errno));
        rest.remove_prefix(static_cast<std::size_t>(written));
    }
    if (::fsync(file.get()) != 0)
        return fail(systemError("sync", path.string(), errno));
    return {};
}

/// Not after every run: only once there are a good many too many.
Result<void> dropOldest(const std::filesystem::path &file)
{
    constexpr std::size_t slack = 100;
    std::error_code ignored;
    if (std::filesystem::file_size(file, ignored) > mostBytes) // no run of ours wrote that much
        return writeFileAtomically(file, {}, 0600);
    const std::vector<std::string> lines = linesOf(file);
    if (lines.size() <= mostLines + slack)
        return {};
    std::string text;
    for (std::size_t at = lines.size() - mostLines; at < lines.size(); ++at)
        text += lines[at] + "\n";
    return writeFileAtomically(file, text, 0600);
}

} // namespace

std::string nameOf(Placement placement)
{
    return placementNames[static_cast<std::size_t>(placement)];
}

std::string nameOf(WorkUnit unit)
{
    return unitNames[static_cast<std::size_t>(unit)];
}

std::string machineKey(const Machine &machine)
{
    const Cpu &cpu = machine.cpu;
    json facts = {{"architecture", cpu.architecture},
                  {"model", cpu.model.value_or("")},
                  {"cores", cpu.cores ? cpu.cores->size() : 0},
                  {"allowed", cpu.allowed ? cpu.allowed->size() : 0},
                  {"quota", cpu.quotaCpus.value_or(0)},
                  {"memory", machine.memory.totalBytes.value_or(0) >> 30},
                  {"accelerators", json::array()}};
    if (machine.accelerators) {
        for (const Accelerator &device : *machine.accelerators)
            facts["accelerators"].push_back(device.vendorId + ":" + device.deviceId);
    }
    return sha256Hex(facts.dump()).substr(0, 16);
}

std::vector<RunRecord> readExperience(const std::filesystem::path &file, const std::string &key)
{
    using Key
        = std::tuple<std::string, std::string, std::string, std::optional<Placement>, std::optional<int>>;
    std::map<Key, std::vector<RunRecord>> groups;
    for (const std::string &line : linesOf(file)) {
        if (std::optional<RunRecord> run = parsed(line, key))
            groups[{run->demo, run->variant, run->model, run->placement, run->contextTokens}].push_back(
                std::move(*run));
    }
    std::vector<RunRecord> experience;
    for (auto &[name, runs] : groups) {
        if (runs.size() > mostForMedian)
            runs.erase(runs.begin(), runs.end() - static_cast<std::ptrdiff_t>(mostForMedian));
        RunRecord median = runs.back();
        std::vector<std::uint64_t> memory;
        std::vector<double> speeds;
        for (const RunRecord &run : runs) {
            if (run.memoryBytes)
                memory.push_back(*run.memoryBytes);
            if (run.unitsPerSecond && run.unit == median.unit)
                speeds.push_back(*run.unitsPerSecond);
        }
        median.memoryBytes = medianOf(std::move(memory));
        median.unitsPerSecond = medianOf(std::move(speeds));
        experience.push_back(std::move(median));
    }
    return experience;
}

Result<void> appendRun(const std::filesystem::path &file, const std::string &key, const RunRecord &run)
{
    if (auto made = makeDirectories(file.parent_path(), 0700); !made)
        return made;
    const auto lock = FileLock::wait(file.string() + ".lock");
    if (!lock)
        return fail(lock.error());
    if (auto written = appendSynced(file, lineOf(key, run)); !written)
        return written;
    return dropOldest(file);
}

const RunRecord *recordOf(const std::vector<RunRecord> &experience, const std::string &demo,
                          const std::string &variant, const std::string &model, Placement placement,
                          std::optional<int> context)
{
    const RunRecord *nearest = nullptr;
    const auto distance = [&](const RunRecord &run) {
        return std::abs(std::int64_t{run.contextTokens.value_or(0)} - context.value_or(0));
    };
    for (const RunRecord &run : experience) {
        const bool same = run.demo == demo && run.variant == variant && run.model == model
                          && run.placement.value_or(placement) == placement;
        if (same && (!nearest || distance(run) < distance(*nearest)))
            nearest = &run;
    }
    return nearest;
}

} // namespace firstlight
