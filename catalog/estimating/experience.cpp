#include "catalog/estimating/experience.h"

#include "core/files.h"
#include "core/sha256.h"

#include <algorithm>
#include <array>
#include <map>
#include <nlohmann/json.hpp>
#include <tuple>

namespace firstlight {

namespace {

using nlohmann::json;

constexpr std::size_t mostLines = 1000;
constexpr std::size_t mostBytes = 4u << 20;
constexpr std::size_t mostForMedian = 5;
constexpr std::array unitNames = {"token", "audio-second", "picture", "video-second"};

std::optional<WorkUnit> unitNamed(const std::string &name)
{
    const auto found = std::find(unitNames.begin(), unitNames.end(), name);
    if (found == unitNames.end())
        return std::nullopt;
    return static_cast<WorkUnit>(found - unitNames.begin());
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

} // namespace

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
    std::map<std::tuple<std::string, std::string, std::string>, std::vector<RunRecord>> groups;
    for (const std::string &line : linesOf(file)) {
        if (std::optional<RunRecord> run = parsed(line, key))
            groups[{run->demo, run->variant, run->model}].push_back(std::move(*run));
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
    json line = {{"machine", key}, {"demo", run.demo}, {"variant", run.variant}, {"model", run.model}};
    if (run.memoryBytes)
        line["memoryBytes"] = *run.memoryBytes;
    if (run.unit && run.unitsPerSecond) {
        line["unit"] = nameOf(*run.unit);
        line["unitsPerSecond"] = *run.unitsPerSecond;
    }
    std::vector<std::string> lines = linesOf(file);
    lines.push_back(line.dump());
    std::string text;
    for (std::size_t at = lines.size() > mostLines ? lines.size() - mostLines : 0; at < lines.size(); ++at)
        text += lines[at] + "\n";
    return writeFileAtomically(file, text);
}

const RunRecord *recordOf(const std::vector<RunRecord> &experience, const std::string &demo,
                          const std::string &variant, const std::string &model)
{
    for (const RunRecord &run : experience) {
        if (run.demo == demo && run.variant == variant && run.model == model)
            return &run;
    }
    return nullptr;
}

} // namespace firstlight
