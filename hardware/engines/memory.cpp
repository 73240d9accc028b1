#include "hardware/engines/memory.h"

#include "core/files.h"

#include <nlohmann/json.hpp>
#include <sys/stat.h>

namespace firstlight {

namespace {

constexpr std::size_t limitBytes = 1u << 20;

const nlohmann::json *objectAt(const nlohmann::json &json, const char *name)
{
    const auto found = json.is_object() ? json.find(name) : json.end();
    return found != json.end() && found->is_object() ? &*found : nullptr;
}

std::optional<TrialOutcome> outcomeFrom(const nlohmann::json &json)
{
    if (!json.is_object() || !json.contains("works") || !json["works"].is_boolean())
        return std::nullopt;
    TrialOutcome outcome{.works = json["works"].get<bool>(), .reason = {}};
    if (json.contains("reason") && json["reason"].is_string())
        outcome.reason = json["reason"].get<std::string>();
    return outcome;
}

} // namespace

EngineMemory::EngineMemory(const std::filesystem::path &folder)
{
    if (folder.empty())
        return;
    m_file = folder / "engines.json";
    const auto text = readFile(m_file, limitBytes);
    if (!text)
        return;
    const nlohmann::json json = nlohmann::json::parse(*text, nullptr, false);
    if (const auto *versions = objectAt(json, "podmanVersions")) {
        for (const auto &[key, value] : versions->items()) {
            if (value.is_string())
                m_versions[key] = {value.get<std::string>()};
        }
    }
    if (const auto *trials = objectAt(json, "trials")) {
        for (const auto &[key, value] : trials->items()) {
            if (auto outcome = outcomeFrom(value))
                m_trials[key] = {std::move(*outcome)};
        }
    }
}

std::optional<std::string> EngineMemory::podmanVersion(const std::string &key)
{
    const auto found = m_versions.find(key);
    if (found == m_versions.end())
        return std::nullopt;
    found->second.used = true;
    return found->second.fact;
}

void EngineMemory::setPodmanVersion(const std::string &key, const std::string &version)
{
    m_versions[key] = {version, true};
    m_changed = true;
}

std::optional<TrialOutcome> EngineMemory::trial(const std::string &key)
{
    const auto found = m_trials.find(key);
    if (found == m_trials.end())
        return std::nullopt;
    found->second.used = true;
    return found->second.fact;
}

void EngineMemory::setTrial(const std::string &key, const TrialOutcome &outcome)
{
    if (!outcome.works)
        return; // an answer that did not come may come the next time
    m_trials[key] = {outcome, true};
    m_changed = true;
}

void EngineMemory::save() const
{
    if (!m_changed || m_file.empty())
        return;
    nlohmann::json json{{"podmanVersions", nlohmann::json::object()}, {"trials", nlohmann::json::object()}};
    for (const auto &[key, entry] : m_versions) {
        if (entry.used)
            json["podmanVersions"][key] = entry.fact;
    }
    for (const auto &[key, entry] : m_trials) {
        if (entry.used)
            json["trials"][key] = {{"works", *entry.fact.works}, {"reason", entry.fact.reason}};
    }
    // Another program's words and a folder's name need not be UTF-8.
    (void)writeFileAtomically(
        m_file, json.dump(1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n", 0600);
}

std::string fileIdentity(const std::string &path)
{
    struct stat status { };
    if (stat(path.c_str(), &status) != 0)
        return path + " absent";
    return path + ' ' + std::to_string(status.st_size) + ' ' + std::to_string(status.st_mtim.tv_sec) + '.'
           + std::to_string(status.st_mtim.tv_nsec) + ' ' + std::to_string(status.st_ino);
}

} // namespace firstlight
