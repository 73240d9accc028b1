#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>

namespace firstlight {

/// Facts that take long to find out (a program's version, whether a runtime works, a measured speed), kept
/// between runs in `hardware.json` of a folder. A missing or damaged file holds nothing. A key says what the
/// fact is and holds everything that it depends on (a file's identity, the kernel's boot id), so that a
/// changed computer asks anew; facts that were not asked for in a run are forgotten when it saves. One
/// thread.
class SlowFacts {
public:
    /// Empty \a folder: keeps nothing.
    explicit SlowFacts(const std::filesystem::path &folder);

    std::optional<std::string> find(const std::string &key);
    void keep(const std::string &key, const std::string &value);

    /// Writes the file if something new was learnt; that it cannot be written is no error, the next run asks
    /// again.
    void save() const;

private:
    struct Fact {
        std::string value;
        bool used = false;
    };

    std::filesystem::path m_file;
    std::map<std::string, Fact> m_facts;
    bool m_changed = false;
};

/// Path, size, time of change and inode of the file at \a path (links followed), as text for a key; "absent"
/// if none.
std::string fileIdentity(const std::string &path);

} // namespace firstlight
