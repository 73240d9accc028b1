#include "runners/images/written_paths.h"

#include "runners/images/context_path.h"

#include <algorithm>

namespace firstlight {

const WrittenPaths::Entry *WrittenPaths::find(const std::string &path) const
{
    const auto found = m_entries.find(path);
    return found == m_entries.end() ? nullptr : &found->second;
}

Result<std::vector<std::string>> WrittenPaths::add(const std::string &path, Entry entry)
{
    std::vector<std::string> missing;
    for (std::string parent(parentOf(path)); !parent.empty(); parent = parentOf(parent)) {
        const Entry *above = find(parent);
        if (above && !above->directory)
            return fail({.code = "recipe-path-conflict",
                         .facts = {{"path", path}},
                         .kind = ErrorKind::DamagedCatalog});
        if (above)
            break;
        missing.push_back(parent);
    }
    std::reverse(missing.begin(), missing.end());
    for (const std::string &parent : missing)
        m_entries[parent] = {.directory = true, .origin = entry.origin};
    m_entries[path] = entry;
    return missing;
}

} // namespace firstlight
