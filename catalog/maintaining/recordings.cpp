#include "catalog/maintaining/recordings.h"

#include "hardware/probe.h"

#include <algorithm>

namespace firstlight {

namespace fs = std::filesystem;

namespace {

class Searching {
public:
    explicit Searching(const fs::path &folder)
        : m_folder(folder)
    {
    }

    void search(const fs::path &path, int depth)
    {
        constexpr int deepest = 8;
        std::error_code ignored;
        if (!fs::is_directory(path, ignored) || isRoot(path)) {
            load(path);
            return;
        }
        std::vector<fs::path> entries;
        for (fs::directory_iterator entry(path, ignored), end; !ignored && entry != end;
             entry.increment(ignored)) {
            if (!entry->path().filename().string().starts_with('.') && !entry->is_symlink())
                entries.push_back(entry->path());
        }
        std::sort(entries.begin(), entries.end());
        for (const fs::path &entry : entries) {
            if (depth < deepest)
                search(entry, depth + 1);
        }
    }

    Recordings found;

private:
    static bool isRoot(const fs::path &path)
    {
        std::error_code ignored;
        return fs::is_directory(path / "proc", ignored) || fs::is_directory(path / "sys", ignored)
               || fs::is_directory(path / "machine-root", ignored);
    }

    void load(const fs::path &path)
    {
        auto machine = loadMachine(path);
        const std::string below = path.lexically_relative(m_folder).generic_string();
        if (machine)
            found.machines.push_back({below == "." ? path.filename().string() : below, *std::move(machine)});
        else
            found.unread.push_back({path.string(), machine.error()});
    }

    fs::path m_folder;
};

} // namespace

Result<Recordings> findRecordings(const std::vector<fs::path> &folders)
{
    Recordings all;
    for (const fs::path &folder : folders) {
        std::error_code ignored;
        const fs::path path = fs::absolute(folder).lexically_normal();
        if (!fs::exists(path, ignored))
            return fail({.code = "machine-recording-unreadable",
                         .facts = {{"path", folder.string()}},
                         .kind = ErrorKind::BadInput});
        Searching searching(path);
        searching.search(path, 0);
        std::move(searching.found.machines.begin(), searching.found.machines.end(),
                  std::back_inserter(all.machines));
        std::move(searching.found.unread.begin(), searching.found.unread.end(),
                  std::back_inserter(all.unread));
    }
    return all;
}

} // namespace firstlight
