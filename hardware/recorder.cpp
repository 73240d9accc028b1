#include "hardware/recorder.h"

#include "core/files.h"
#include "hardware/text.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <deque>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sys/stat.h>
#include <unistd.h>

namespace firstlight {

namespace {

namespace fs = std::filesystem;

// What is copied as files. Anything else that the probe reads (package lists, users, settings with host names
// in them) reaches a recording only as an answer.
constexpr std::array copiedFolders{"proc/", "sys/", "etc/cdi", "var/run/cdi", "run/cdi"};
constexpr std::array copiedFiles{"etc/os-release", "usr/lib/os-release"};

bool isCopied(std::string_view path)
{
    return std::ranges::any_of(copiedFolders, [&](const char *folder) { return path.starts_with(folder); })
           || std::ranges::find(copiedFiles, path) != copiedFiles.end();
}

bool isHexDigit(char letter)
{
    return (letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'f')
           || (letter >= 'A' && letter <= 'F');
}

/// Whether \a text begins with what \a pattern shows, where x is any hexadecimal digit.
bool matches(std::string_view text, std::string_view pattern)
{
    if (text.size() < pattern.size())
        return false;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        if (pattern[i] == 'x' ? !isHexDigit(text[i]) : text[i] != pattern[i])
            return false;
    }
    return text.size() == pattern.size() || !isHexDigit(text[pattern.size()]);
}

/// Unique identifiers and network addresses, wherever they stand, with zeros for their digits.
std::string withoutIdentifiers(std::string text)
{
    for (const std::string_view pattern : {"xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx", "xx:xx:xx:xx:xx:xx",
                                           "xx-xx-xx-xx-xx-xx", "xxxx:xxxx:xxxx:xxxx"}) {
        for (std::size_t i = 0; i + pattern.size() <= text.size(); ++i) {
            if ((i > 0 && isHexDigit(text[i - 1])) || !matches(std::string_view(text).substr(i), pattern))
                continue;
            for (std::size_t j = 0; j < pattern.size(); ++j)
                text[i + j] = pattern[j] == 'x' ? '0' : pattern[j];
        }
    }
    return text;
}

bool mountsCgroups(std::string_view line)
{
    return line.find(" - cgroup") != std::string_view::npos;
}

/// Lines of /proc/cpuinfo (boards, s390x) and of a KFD node that hold a serial number.
std::string withoutSerial(std::string_view line)
{
    const std::string_view key = trimmed(line);
    if (key.starts_with("Serial"))
        return std::string(line.substr(0, line.find(':') + 1)) + " 0000000000000000";
    if (key.starts_with("unique_id "))
        return "unique_id 0";
    if (line.starts_with("hive_id ")) // of GPUs that are linked: made of their unique ids
        return "hive_id 0";
    constexpr std::string_view identification = "identification = ";
    std::string text(line);
    if (const std::size_t at = text.find(identification); at != std::string::npos) {
        for (std::size_t i = at + identification.size(); i < text.size() && isHexDigit(text[i]); ++i)
            text[i] = '0';
    }
    return text;
}

/// Lines of s390x's /proc/sysinfo that name this one computer: its partition and guest, its place, its
/// number.
bool namesOneMainframe(std::string_view line)
{
    const std::string_view key = line.substr(0, line.find(':'));
    return key.find("Name") != std::string_view::npos || key.starts_with("Sequence Code")
           || key.starts_with("Plant") || key.find("UUID") != std::string_view::npos;
}

std::string redacted(const std::string &path, const std::string &content)
{
    const bool isMounts = path.ends_with("mountinfo");
    const bool isSysinfo = path == "proc/sysinfo";
    std::string result;
    forEachLine(content, [&](std::string_view line) {
        if (isMounts && !mountsCgroups(line))
            return; // other mounts name servers and people's folders
        if (isSysinfo && namesOneMainframe(line))
            return;
        result += withoutSerial(line);
        result += '\n';
    });
    if (!content.ends_with('\n') && !result.empty())
        result.pop_back();
    return withoutIdentifiers(std::move(result));
}

/// The target of a link in the folder \a parent (resolved, relative to the root) so that it does not leave
/// the root: an absolute one, and one with too many "..", begin at the root.
fs::path insideRoot(const fs::path &target, const fs::path &parent)
{
    const fs::path below = (parent / target).lexically_normal();
    if (target.is_relative() && (below.empty() || *below.begin() != ".."))
        return target;
    return ("/" / parent / target).lexically_normal().lexically_relative("/" / parent);
}

/// Makes the folders and links below \a folder through which \a path leads below \a root. Returns where the
/// path ends, links resolved; nullopt if it ends nowhere.
std::optional<fs::path> reproduce(const std::string &path, const fs::path &root, const fs::path &folder)
{
    constexpr int linksLimit = 40; // as the kernel
    int links = 0;
    fs::path resolved;
    const fs::path asked(path);
    std::deque<fs::path> ahead(asked.begin(), asked.end());
    std::error_code error;
    while (!ahead.empty()) {
        const fs::path name = ahead.front();
        ahead.pop_front();
        if (name == ".." && resolved.has_relative_path())
            resolved = resolved.parent_path();
        if (name.empty() || name == "." || name == "..")
            continue;
        const fs::path next = resolved / name;
        const fs::path original = root / next;
        // "self" is whoever asks: in a recording it is a plain folder.
        if (next != "proc/self" && fs::is_symlink(fs::symlink_status(original, error))) {
            const fs::path target = fs::read_symlink(original, error);
            if (error || ++links > linksLimit)
                return std::nullopt;
            fs::create_directories((folder / next).parent_path(), error);
            fs::create_symlink(insideRoot(target, resolved), folder / next, error); // it may be there already
            if (target.is_absolute())
                resolved.clear();
            const fs::path relative = target.relative_path();
            ahead.insert(ahead.begin(), relative.begin(), relative.end());
            continue;
        }
        if (!fs::exists(fs::symlink_status(original, error)))
            return std::nullopt;
        if (fs::is_directory(fs::symlink_status(original, error)))
            fs::create_directories(folder / next, error);
        resolved = next;
    }
    return folder / resolved;
}

/// Not writeFileAtomically(): thousands of synced files take minutes on a disk, and half a recording is of no
/// use whatever its files hold.
Result<void> writePlainly(const fs::path &path, const std::string &content)
{
    std::error_code error;
    fs::create_directories(path.parent_path(), error);
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    if (file.write(content.data(), static_cast<std::streamsize>(content.size())).flush())
        return {};
    return fail(systemError("write", path, errno));
}

/// Empty files for names that were seen in a folder and not looked into.
void addNames(const fs::path &folder, const std::vector<std::string> &names)
{
    for (const std::string &name : names) {
        struct stat status { };
        if (lstat((folder / name).c_str(), &status) != 0)
            (void)writePlainly(folder / name, {});
    }
}

Result<void> checkEmpty(const fs::path &folder)
{
    std::error_code error;
    if (!fs::exists(folder, error) || (fs::is_directory(folder, error) && fs::is_empty(folder, error)))
        return {};
    return fail({.code = "recording-folder-not-empty",
                 .facts = {{"path", folder.string()}},
                 .kind = ErrorKind::BadInput});
}

} // namespace

void Recorder::noteRoot(const fs::path &root)
{
    m_root = root;
}

void Recorder::noteFile(const std::string &path, const std::string &content)
{
    if (isCopied(path))
        m_files.try_emplace(path, content);
}

void Recorder::noteFolder(const std::string &path, const std::vector<std::string> &names)
{
    if (isCopied(path))
        m_folders.try_emplace(path, names);
}

void Recorder::notePresent(const std::string &path)
{
    if (isCopied(path))
        m_present.insert(path);
}

void Recorder::noteAnswer(const std::string &question, const std::optional<std::string> &answer)
{
    if (answer)
        m_answers.try_emplace(question, *answer);
}

std::set<std::string> Recorder::places() const
{
    std::set<std::string> places = m_present;
    for (const auto &[path, content] : m_files)
        places.insert(path);
    for (const auto &[path, names] : m_folders)
        places.insert(path);
    return places;
}

Result<void> Recorder::write(const fs::path &folder) const
{
    if (auto empty = checkEmpty(folder); !empty)
        return empty;
    nlohmann::json answers = nlohmann::json::object();
    for (const auto &[question, answer] : m_answers)
        answers[question] = withoutIdentifiers(answer);
    const nlohmann::json document{{"schema", "firstlight-recording/1"}, {"answers", answers}};
    // A folder without proc/ and sys/ is no recording.
    for (const char *name : {"proc", "sys"}) {
        if (auto made = makeDirectories(folder / name); !made)
            return made;
    }
    const std::string text = document.dump(1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
    if (auto written = writePlainly(folder / answersFile, text); !written)
        return written;
    for (const auto &[path, content] : m_files) {
        const auto place = reproduce(path, m_root, folder);
        if (!place)
            continue; // it is gone since
        if (auto written = writePlainly(*place, redacted(path, content)); !written)
            return written;
    }
    for (const std::string &path : m_present) {
        const auto place = reproduce(path, m_root, folder);
        if (place && !fs::exists(*place))
            (void)writePlainly(*place, {});
    }
    for (const auto &[path, names] : m_folders) {
        if (const auto place = reproduce(path, m_root, folder))
            addNames(*place, names);
    }
    return {};
}

} // namespace firstlight
