#pragma once

#include "core/result.h"

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace firstlight {

/// Remembers what was written into a tree, so that nothing is written twice and nothing is written through a
/// link: an archive that holds the link `a -> /etc` and the file `a/passwd` is refused.
class WrittenPaths {
public:
    struct Entry {
        bool directory = false;
        std::size_t origin = 0; ///< which input it came from

        bool operator==(const Entry &) const = default;
    };

    /// Null if nothing was written there.
    const Entry *find(const std::string &path) const;

    /// Notes \a path, at which nothing was written yet. Returns the folders above it that are missing,
    /// outermost first, and notes them too. Error "recipe-path-conflict" {path} if something above it is not
    /// a folder.
    Result<std::vector<std::string>> add(const std::string &path, Entry entry);

    /// \a path, noted before, is a folder.
    void setDirectory(const std::string &path) { m_entries[path].directory = true; }

private:
    std::map<std::string, Entry> m_entries;
};

} // namespace firstlight
