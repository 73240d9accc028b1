#pragma once

#include "catalog/reading/demo_reader.h"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace firstlight {

/// What files of the catalog were read to, by the hash of their bytes, in one file that may be deleted or
/// damaged at any time: whatever is wrong with it, it is as if nothing were remembered.
class CatalogMemory {
public:
    /// Reads what is remembered in \a cacheDirectory; empty: nothing is, nor will be.
    explicit CatalogMemory(const std::filesystem::path &cacheDirectory);

    /// What `demos/<stem>.yaml` with these bytes was read to.
    const ReadDemo *demo(const std::string &stem, const std::string &sha256) const;
    void rememberDemo(const std::string &stem, const std::string &sha256, const ReadDemo &demo);

    /// The architectures that `images/<id>/recipe.yaml` with these bytes names.
    const std::vector<std::string> *architectures(const std::string &recipe, const std::string &sha256) const;
    void rememberArchitectures(const std::string &recipe, const std::string &sha256,
                               const std::vector<std::string> &architectures);

    /// Writes the file anew if anything was added. A failure is no error: the next start parses again.
    void save() const;

    struct DemoEntry {
        std::string sha256;
        ReadDemo read;
    };
    struct RecipeEntry {
        std::string sha256;
        std::vector<std::string> architectures;
    };
    struct Content {
        std::map<std::string, DemoEntry> demos;
        std::map<std::string, RecipeEntry> recipes;
    };

private:
    std::filesystem::path m_file;
    Content m_content;
    bool m_changed = false;
};

} // namespace firstlight
