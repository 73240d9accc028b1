#include "runners/podman/device_groups.h"

#include <filesystem>
#include <set>
#include <sys/stat.h>

namespace firstlight {

namespace fs = std::filesystem;

namespace {

void addGroup(const fs::path &path, std::set<unsigned> &groups)
{
    struct stat info { };
    if (::stat(path.c_str(), &info) == 0 && S_ISCHR(info.st_mode) && info.st_gid != 0)
        groups.insert(info.st_gid);
}

} // namespace

std::vector<unsigned> deviceGroups(const std::vector<std::string> &devices)
{
    std::set<unsigned> groups;
    for (const std::string &device : devices) {
        if (!device.starts_with('/'))
            continue;
        const fs::path path = device.substr(0, device.find(':'));
        addGroup(path, groups);
        std::error_code error;
        for (const auto &entry : fs::directory_iterator(path, error))
            addGroup(entry.path(), groups);
    }
    return {groups.begin(), groups.end()};
}

} // namespace firstlight
