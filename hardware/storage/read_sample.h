#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <stop_token>

namespace firstlight {

/// What a disk may be measured by.
struct ReadSources {
    /// A large file that is there already, on the folder's own disk and at most four folders below it.
    bool existingFile = true;
    /// Without one, up to 32 MiB that are written to a file without a name: the kernel frees it when the
    /// measurement or the process ends. A spinning disk answers what was just written from its own memory,
    /// so it is not for one.
    bool writtenFile = true;
};

/// Reading speed of the disk below \a folder, which exists, past the page cache, in bytes a second. Takes
/// about \a budget, and at most one request of some 4 ms more. nullopt: none of \a sources is there, less
/// than 1 GiB is free for a written one, the file system has no O_DIRECT, the disk is too slow to tell, or \a
/// stop was requested.
std::optional<std::uint64_t> measureReading(const std::filesystem::path &folder, ReadSources sources,
                                            std::chrono::milliseconds budget, std::stop_token stop = {});

} // namespace firstlight
