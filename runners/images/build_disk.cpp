#include "runners/images/build_disk.h"

#include "core/files.h"

#include <map>
#include <sys/stat.h>

namespace firstlight {

namespace fs = std::filesystem;

namespace {

/// Measured over the packages of the chat recipes: .deb files of Debian 12 unpack to 4.7 times their size,
/// wheels to 2.5 and npm packages to 1.9 times, without what the recipes leave out.
constexpr std::uint64_t debFactor = 5;
constexpr std::uint64_t packageFactor = 3;

/// The file system that \a path is on, or will be on once it is made.
std::optional<dev_t> deviceOf(fs::path path)
{
    struct stat info { };
    while (::stat(path.c_str(), &info) != 0) {
        if (!path.has_relative_path())
            return std::nullopt;
        path = path.parent_path();
    }
    return info.st_dev;
}

} // namespace

std::uint64_t estimateContextBytes(const Recipe &recipe)
{
    std::uint64_t bytes = 0;
    for (const RecipeInput &input : recipe.inputs) {
        for (const WantedFile &deb : input.debs)
            bytes += deb.sizeBytes.value_or(0) * debFactor;
        if (input.rootfsTar.empty())
            bytes += input.file.sizeBytes.value_or(0) * (input.unpackTo.empty() ? 1 : packageFactor);
    }
    return bytes;
}

Result<void> checkDisk(const std::vector<DiskNeed> &needs)
{
    std::map<dev_t, DiskNeed> byDevice;
    for (const DiskNeed &need : needs) {
        const auto device = deviceOf(fs::absolute(need.path));
        if (!device)
            continue;
        DiskNeed &sum = byDevice.try_emplace(*device, DiskNeed{.path = need.path}).first->second;
        sum.bytes += need.bytes;
    }
    for (const auto &[device, need] : byDevice) {
        const auto found = freeDiskBytes(need.path);
        if (found && *found < need.bytes)
            return fail({.code = "disk-too-small",
                         .facts = {{"path", need.path},
                                   {"found", std::to_string(*found)},
                                   {"needed", std::to_string(need.bytes)}}});
    }
    return {};
}

} // namespace firstlight
