#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>

namespace firstlight {

/// How a trial of an OCI runtime ended.
struct TrialOutcome {
    std::optional<bool> works; ///< nullopt: could not be tried, or no answer in time
    std::string reason;        ///< the runtime's own words when it does not work

    bool operator==(const TrialOutcome &) const = default;
};

/// Slow facts about engines, kept between runs in `engines.json` of a folder. A missing or damaged file is an
/// empty memory. A key holds everything that the fact depends on, so that a changed computer asks anew; facts
/// that were not asked for in a run are forgotten when it saves.
class EngineMemory {
public:
    /// Empty \a folder: remembers nothing.
    explicit EngineMemory(const std::filesystem::path &folder);

    std::optional<std::string> podmanVersion(const std::string &key);
    void setPodmanVersion(const std::string &key, const std::string &version);
    std::optional<TrialOutcome> trial(const std::string &key);
    void setTrial(const std::string &key, const TrialOutcome &outcome);

    /// Writes the file if something new was learnt; that it cannot be written is no error, the next run asks
    /// again.
    void save() const;

private:
    template <typename Fact> struct Entry {
        Fact fact;
        bool used = false;
    };

    std::filesystem::path m_file;
    std::map<std::string, Entry<std::string>> m_versions;
    std::map<std::string, Entry<TrialOutcome>> m_trials;
    bool m_changed = false;
};

/// Path, size, time of change and inode of the file at \a path (links followed), as text for a key; "absent"
/// if none.
std::string fileIdentity(const std::string &path);

} // namespace firstlight
