#include "hardware/storage/storage.h"

#include "core/files.h"
#include "hardware/storage/mounts.h"
#include "hardware/storage/read_sample.h"
#include "hardware/text.h"

#include <map>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

namespace firstlight {

namespace {

namespace fs = std::filesystem;

constexpr std::chrono::milliseconds budget{40};

/// A folder or its nearest parent that exists, without links.
struct Place {
    fs::path folder;
    bool isParent = false;
};

Place placeOf(const fs::path &path)
{
    std::error_code error;
    Place place{fs::absolute(path, error)};
    while (::access(place.folder.c_str(), F_OK) != 0 && place.folder.has_relative_path()) {
        place.folder = place.folder.parent_path();
        place.isParent = true;
    }
    const fs::path resolved = fs::canonical(place.folder, error);
    if (!error)
        place.folder = resolved;
    return place;
}

std::string deviceText(dev_t device)
{
    return std::to_string(major(device)) + ':' + std::to_string(minor(device));
}

/// "ext4 254:0", the disk only where one is known.
std::optional<std::string> askFileSystem(const Root &root, const fs::path &folder)
{
    const auto mounts = root.read("proc/self/mountinfo", 4u << 20);
    const auto mount = mounts ? mountOf(*mounts, folder.string()) : std::nullopt;
    if (!mount)
        return std::nullopt;
    if (!mount->device.starts_with("0:"))
        return mount->fileSystem + ' ' + mount->device;
    struct stat status { };
    // btrfs has a number of its own and names its disk as source.
    if (mount->source.starts_with("/dev/") && ::stat(mount->source.c_str(), &status) == 0
        && S_ISBLK(status.st_mode))
        return mount->fileSystem + ' ' + deviceText(status.st_rdev);
    return mount->fileSystem;
}

/// The folder of the whole disk in sysfs, with a slash at its end; \a folder may be that of a partition,
/// which has no queue of its own.
std::optional<std::string> diskFolder(const Root &root, const std::string &folder)
{
    for (const std::string &each : {folder, folder + "../"}) {
        if (root.exists(each + "queue/rotational"))
            return each;
    }
    return std::nullopt;
}

std::optional<bool> isRotational(const Root &root, const std::string &disk, int depth = 0)
{
    constexpr int depthLimit = 4; // encryption on a volume on a RAID
    const auto number = root.readNumber(disk + "queue/rotational");
    if (!number || *number > 1)
        return std::nullopt;
    if (*number == 0)
        return false;
    // Drivers of virtual disks say 1 whatever the host's disk is, and volumes say what is below them.
    const auto driver = root.linkName(disk + "device/driver");
    if (driver == "virtio_blk" || driver == "vbd")
        return std::nullopt;
    const auto below
        = driver || depth == depthLimit ? std::vector<std::string>() : root.entries(disk + "slaves");
    for (const std::string &name : below) {
        const auto lower = diskFolder(root, disk + "slaves/" + name + '/');
        const auto answer = lower ? isRotational(root, *lower, depth + 1) : std::nullopt;
        if (answer != false)
            return answer;
    }
    return true;
}

bool sleeps(const Root &root, const std::string &disk)
{
    const auto status = root.readTrimmed(disk + "device/power/runtime_status");
    return status && *status != "active" && *status != "unsupported";
}

/// Measures each disk once.
class Meter {
public:
    Meter(const Root &root, bool mayMeasure, SlowFacts &facts, std::stop_token stop)
        : m_mayMeasure(mayMeasure)
        , m_facts(facts)
        , m_stop(std::move(stop))
        , m_bootId(root.readTrimmed("proc/sys/kernel/random/boot_id"))
        , m_end(std::chrono::steady_clock::now() + budget)
    {
    }

    std::optional<std::string> speed(const Place &place, const std::optional<bool> &rotational, bool asleep)
    {
        struct stat status { };
        if (!m_bootId || ::stat(place.folder.c_str(), &status) != 0)
            return std::nullopt;
        const std::string key = "disk speed, boot " + *m_bootId + ", device " + deviceText(status.st_dev);
        if (auto known = m_facts.find(key))
            return known;
        const auto left
            = std::chrono::duration_cast<std::chrono::milliseconds>(m_end - std::chrono::steady_clock::now());
        if (!m_mayMeasure || asleep || left.count() <= 0)
            return std::nullopt;
        const auto speed = measureReading(
            place.folder, {.existingFile = !place.isParent, .writtenFile = rotational != true}, left, m_stop);
        if (!speed)
            return std::nullopt;
        m_facts.keep(key, std::to_string(*speed));
        return std::to_string(*speed);
    }

private:
    bool m_mayMeasure;
    SlowFacts &m_facts;
    std::stop_token m_stop;
    std::optional<std::string> m_bootId;
    std::chrono::steady_clock::time_point m_end;
};

Storage readFolder(const Root &root, const std::string &path, Meter *meter)
{
    const Place place = root.isLive() ? placeOf(path) : Place();
    Storage storage{.path = path};
    const auto free = root.answer("free bytes of " + path, [&]() -> std::optional<std::string> {
        const auto bytes = freeDiskBytes(place.folder);
        return bytes ? std::optional(std::to_string(*bytes)) : std::nullopt;
    });
    storage.freeBytes = free ? parseUnsigned(*free) : std::nullopt;

    const auto answer
        = root.answer("file system of " + path, [&] { return askFileSystem(root, place.folder); });
    const auto fields = answer ? words(*answer) : std::vector<std::string_view>();
    if (fields.empty())
        return storage;
    storage.fileSystem = fields[0];
    const auto disk = fields.size() > 1 ? diskFolder(root, "sys/dev/block/" + std::string(fields[1]) + '/')
                                        : std::nullopt;
    if (disk)
        storage.rotational = isRotational(root, *disk);
    const auto speed = root.answer("read speed of " + path, [&]() -> std::optional<std::string> {
        if (!meter || !readsPastCaches(*storage.fileSystem))
            return std::nullopt;
        return meter->speed(place, storage.rotational, disk && sleeps(root, *disk));
    });
    storage.readBytesPerSecond = speed ? parseUnsigned(*speed) : std::nullopt;
    return storage;
}

std::string lines(const std::vector<fs::path> &paths)
{
    std::string text;
    for (const fs::path &path : paths)
        text += path.string() + '\n';
    return text;
}

} // namespace

std::vector<Storage> readStorage(const Root &root, const std::vector<fs::path> &paths, bool mayMeasure,
                                 SlowFacts &facts, std::stop_token stop)
{
    const auto names = root.answer("folders", [&] { return std::optional(lines(paths)); });
    std::vector<Storage> folders;
    if (!names || names->empty())
        return folders;
    std::optional<Meter> meter;
    if (root.isLive())
        meter.emplace(root, mayMeasure, facts, std::move(stop));
    forEachLine(*names, [&](std::string_view name) {
        folders.push_back(readFolder(root, std::string(name), meter ? &*meter : nullptr));
    });
    return folders;
}

} // namespace firstlight
