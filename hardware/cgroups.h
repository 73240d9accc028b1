#pragma once

#include "hardware/machine.h"
#include "hardware/root.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace firstlight {

/// Where the limits on this process stand: /proc/self/cgroup matched with the cgroup mounts of
/// /proc/self/mountinfo.
class Cgroups {
public:
    /// The folders of one controller below the root, from this process's own group up to the highest visible
    /// one. Some may not exist: inside a container the group's path is often outside of what is mounted.
    struct Lineage {
        bool unified = false; ///< cgroup v2 file names
        std::vector<std::string> folders;
    };

    static Cgroups read(const Root &root);

    /// nullopt if no cgroup file system is mounted (or a recording does not tell).
    std::optional<CgroupLayout> layout() const;
    /// nullopt if no mounted hierarchy has \a controller.
    std::optional<Lineage> lineage(std::string_view controller) const;
    /// Names of the v1 controllers that have a mounted hierarchy, sorted.
    std::vector<std::string> versionOneControllers() const;
    /// Mount point of the unified hierarchy, relative to the root.
    std::optional<std::string> unifiedMountPoint() const;

private:
    struct Mount {
        std::string point;     ///< relative to the root, without a leading slash
        std::string groupRoot; ///< which group is mounted there
    };
    static Lineage lineageBelow(const Mount &mount, std::string_view group, bool unified);

    std::map<std::string, Mount, std::less<>> m_versionOne; // by controller
    std::map<std::string, std::string, std::less<>>
        m_group; // own group by controller; "" is the unified hierarchy
    std::optional<Mount> m_unified;
};

} // namespace firstlight
