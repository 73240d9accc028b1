#pragma once

#include <filesystem>
#include <optional>
#include <vector>

namespace firstlight {

/// Where Firstlight keeps what, by the XDG Base Directory rules.
///
/// `FIRSTLIGHT_HOME` puts all of it below one folder, container storage included: tests and portable installs
/// leave nothing elsewhere. `runtime` is short enough for unix sockets in either case.
struct Directories {
    std::filesystem::path config;              ///< what the person chose
    std::filesystem::path data;                ///< models, fetched inputs: expensive to get again
    std::filesystem::path cache;               ///< may be deleted at any time
    std::filesystem::path state;               ///< logs, remembered measurements
    std::filesystem::path runtime;             ///< sockets and locks; gone after a restart of the computer
    std::optional<std::filesystem::path> home; ///< FIRSTLIGHT_HOME, if set

    bool operator==(const Directories &) const = default;
};

/// Read from the environment of this process; nothing is created.
Directories directoriesFromEnvironment();

/// Where who looks after this computer keeps settings for everybody, `<each of XDG_CONFIG_DIRS>/firstlight`
/// (by default /etc/xdg), the most important first. Folders that need not exist; relative ones are left out,
/// as the rules say.
std::vector<std::filesystem::path> configFoldersOfSystem();

} // namespace firstlight
