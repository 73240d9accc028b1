#include "hardware/slow_facts.h"

#include "core/files.h"

#include <nlohmann/json.hpp>
#include <sys/stat.h>

namespace firstlight {

namespace {

constexpr std::size_t limitBytes = 1u << 20;

}

SlowFacts::SlowFacts(const std::filesystem::path &folder)
{
    if (folder.empty())
        return;
    m_file = folder / "hardware.json";
    const auto text = readFile(m_file, limitBytes);
    if (!text)
        return;
    const nlohmann::json json = nlohmann::json::parse(*text, nullptr, false);
    if (!json.is_object())
        return;
    for (const auto &[key, value] : json.items()) {
        if (value.is_string())
            m_facts[key] = {value.get<std::string>()};
    }
}

std::optional<std::string> SlowFacts::find(const std::string &key)
{
    const auto found = m_facts.find(key);
    if (found == m_facts.end())
        return std::nullopt;
    found->second.used = true;
    return found->second.value;
}

void SlowFacts::keep(const std::string &key, const std::string &value)
{
    m_facts[key] = {value, true};
    m_changed = true;
}

void SlowFacts::save() const
{
    if (!m_changed || m_file.empty())
        return;
    nlohmann::json json = nlohmann::json::object();
    for (const auto &[key, fact] : m_facts) {
        if (fact.used)
            json[key] = fact.value;
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
