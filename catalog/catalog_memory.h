#pragma once

#include "catalog/reading/demo_reader.h"

#include <filesystem>
#include <map>
#include <optional>
#include <set>
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
    const ReadDemo *demo(const std::string &stem, const std::string &sha256);
    void rememberDemo(const std::string &stem, const std::string &sha256, const ReadDemo &demo);

    /// The architectures that `images/<id>/recipe.yaml` with these bytes names.
    const std::vector<std::string> *architectures(const std::string &recipe, const std::string &sha256);
    void rememberArchitectures(const std::string &recipe, const std::string &sha256,
                               const std::vector<std::string> &architectures);

    /// Writes the file anew, without what nobody asked for this time, if anything was added. A failure is no
    /// error: the next start parses again.
    void save() const;

    /// By name and hash: the same name may stand in several catalogs.
    struct Content {
        std::map<std::string, ReadDemo> demos;
        std::map<std::string, std::vector<std::string>> recipes;
    };

private:
    std::filesystem::path m_file;
    Content m_content;
    std::set<std::string> m_used; ///< keys that were asked for or added: the rest is not written again
    bool m_changed = false;
};

} // namespace firstlight
