#include "hardware/storage/storage.h"

#include "core/files.h"

namespace firstlight {

std::vector<Storage> readStorage(const std::vector<std::filesystem::path> &paths)
{
    std::vector<Storage> folders;
    for (const std::filesystem::path &path : paths) {
        Storage storage{.path = path.string(), .freeBytes = std::nullopt};
        if (const auto bytes = freeDiskBytes(path))
            storage.freeBytes = *bytes;
        folders.push_back(std::move(storage));
    }
    return folders;
}

} // namespace firstlight
