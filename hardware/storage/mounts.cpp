#include "hardware/storage/mounts.h"

#include "hardware/text.h"

#include <algorithm>
#include <array>

namespace firstlight {

namespace {

/// Blanks of paths are written as \040 and the like.
std::string unescaped(std::string_view text)
{
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto code
            = text[i] == '\\' && i + 3 < text.size() ? parseUnsigned(text.substr(i + 1, 3), 8) : std::nullopt;
        if (code && *code < 256) {
            result += static_cast<char>(*code);
            i += 3;
        } else {
            result += text[i];
        }
    }
    return result;
}

bool isAtOrBelow(std::string_view path, std::string_view folder)
{
    if (folder == "/")
        return path.starts_with('/');
    return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

} // namespace

std::optional<Mount> mountOf(std::string_view mountInfo, std::string_view path)
{
    std::optional<Mount> deepest;
    std::size_t depth = 0;
    // 36 35 98:0 /root /mount/point options … - type source options
    forEachLine(mountInfo, [&](std::string_view line) {
        const std::size_t separator = line.find(" - ");
        if (separator == std::string_view::npos)
            return;
        const auto before = words(line.substr(0, separator));
        const auto after = words(line.substr(separator + 3));
        if (before.size() < 5 || after.size() < 2)
            return;
        const std::string point = unescaped(before[4]);
        if (!isAtOrBelow(path, point) || point.size() < depth)
            return;
        depth = point.size();
        deepest = Mount{std::string(after[0]), std::string(before[2]), unescaped(after[1])};
    });
    return deepest;
}

bool readsPastCaches(std::string_view fileSystem)
{
    static constexpr std::array direct{"ext2",     "ext3", "ext4",  "xfs",   "btrfs", "f2fs",
                                       "bcachefs", "vfat", "exfat", "ntfs3", "nfs",   "nfs4"};
    return std::ranges::find(direct, fileSystem) != direct.end();
}

} // namespace firstlight
