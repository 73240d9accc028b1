#pragma once

#include "core/result.h"

#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace firstlight {

/// Takes down what a probe of the running computer saw, and writes it as a root that `--root` replays to the
/// same Machine; also of a recording, which it cuts down to what the probe uses. Serial numbers, unique ids
/// and everything that the probe does not use are left out. One thread; must outlive the Root that reports to
/// it.
class Recorder {
public:
    /// Called by Root; \a path is below the root, without a leading slash.
    void noteRoot(const std::filesystem::path &root);
    void noteFile(const std::string &path, const std::string &content);
    void noteFolder(const std::string &path, const std::vector<std::string> &names);
    void notePresent(const std::string &path);
    void noteAnswer(const std::string &question, const std::optional<std::string> &answer);

    /// All files, folders and links that were heard of and may be copied.
    std::set<std::string> places() const;

    /// \a folder must not exist or be empty (error "recording-folder-not-empty").
    Result<void> write(const std::filesystem::path &folder) const;

private:
    std::filesystem::path m_root = "/";
    std::map<std::string, std::string> m_files;
    std::map<std::string, std::vector<std::string>> m_folders;
    std::set<std::string> m_present; ///< also links that were read
    std::map<std::string, std::string> m_answers;
};

/// The file of a recording that holds what no file of a computer tells, below its root.
inline constexpr const char *answersFile = "firstlight.json";

} // namespace firstlight
