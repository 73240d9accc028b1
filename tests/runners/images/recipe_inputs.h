#pragma once

#include "catalog/recipe.h"
#include "core/files.h"
#include "core/progress.h"
#include "core/sha256.h"
#include "transfer/archive.h"
#include "transfer/store.h"

#include <filesystem>
#include <string>
#include <vector>

namespace firstlight {

/// A file of this computer as a wanted file that the store can fetch.
inline WantedFile wantedFile(const std::filesystem::path &path)
{
    return {.name = path.filename(),
            .sources = {"file://" + path.string()},
            .sha256 = sha256OfFile(path).value_or(""),
            .sizeBytes = std::filesystem::file_size(path)};
}

/// Adds every file of \a folder to the context of \a recipe and makes its digest anew.
inline void addFolder(Recipe &recipe, const std::filesystem::path &folder)
{
    for (const auto &entry : std::filesystem::recursive_directory_iterator(folder)) {
        if (entry.is_regular_file())
            recipe.contextFiles[entry.path().lexically_relative(folder)] = entry.path();
    }
    std::string all = recipe.id;
    for (const auto &[place, file] : recipe.contextFiles)
        all += "\n" + place + " " + sha256OfFile(file).value_or("");
    for (const RecipeInput &input : recipe.inputs)
        all += "\n" + input.file.sha256.value_or("") + input.unpackTo + input.placeAt + input.rootfsTar;
    recipe.digest = sha256Hex(all);
}

/// One entry of a written tar.
struct SeenEntry {
    ArchiveEntry entry;
    std::string content;
};

inline std::vector<SeenEntry> readTar(const std::filesystem::path &tar)
{
    std::vector<SeenEntry> seen;
    const auto read
        = readArchive(tar, [&](const ArchiveEntry &entry, const ContentReader &content) -> Result<void> {
              seen.push_back({entry, {}});
              if (entry.type != ArchiveEntry::Type::File)
                  return {};
              for (auto piece = content(); piece && !piece->empty(); piece = content())
                  seen.back().content += *piece;
              return {};
          });
    return read ? seen : std::vector<SeenEntry>{};
}

/// Every path of \a folder with type, mode, time and content or target, one a line.
inline std::string describeTree(const std::filesystem::path &folder)
{
    namespace fs = std::filesystem;
    std::vector<std::string> lines;
    for (const auto &entry : fs::recursive_directory_iterator(folder)) {
        const auto status = entry.symlink_status();
        std::string line = entry.path().lexically_relative(folder).string() + " "
                           + std::to_string(static_cast<int>(status.type())) + " ";
        if (status.type() == fs::file_type::symlink)
            line += fs::read_symlink(entry.path()).string();
        else
            line += std::to_string(static_cast<unsigned>(status.permissions())) + " "
                    + std::to_string(fs::last_write_time(entry.path()).time_since_epoch().count());
        if (status.type() == fs::file_type::regular)
            line += " " + sha256OfFile(entry.path()).value_or("?");
        lines.push_back(line + "\n");
    }
    std::sort(lines.begin(), lines.end());
    std::string all;
    for (const std::string &line : lines)
        all += line;
    return all;
}

} // namespace firstlight
