#include "hardware/root.h"

#include "hardware/recorder.h"
#include "hardware/shallow_json.h"
#include "hardware/text.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace firstlight {

namespace {

constexpr std::size_t entriesLimit = 65536;

/// A recording may hold anything: pipes, and files that are larger than they should be.
bool isRegularFile(int fd, std::size_t limitBytes)
{
    struct stat status { };
    return fstat(fd, &status) == 0 && S_ISREG(status.st_mode)
           && static_cast<std::uint64_t>(status.st_size) <= limitBytes;
}

std::map<std::string, std::string> answersIn(const std::string &text)
{
    std::map<std::string, std::string> answers;
    const nlohmann::json json = parseShallowJson(text);
    if (!json.is_object() || !json.contains("answers") || !json["answers"].is_object())
        return answers;
    for (const auto &[question, answer] : json["answers"].items()) {
        if (answer.is_string())
            answers[question] = answer.get<std::string>();
    }
    return answers;
}

std::optional<std::string> readAll(int fd, std::size_t limitBytes)
{
    std::string content;
    std::array<char, 65536> buffer;
    while (true) {
        const ssize_t count = ::read(fd, buffer.data(), buffer.size());
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return std::nullopt;
        if (count == 0)
            return content;
        if (content.size() + static_cast<std::size_t>(count) > limitBytes)
            return std::nullopt;
        // A package database is some hundred kilobytes; /proc and /sys never get here.
        struct stat status { };
        if (content.empty() && static_cast<std::size_t>(count) == buffer.size() && fstat(fd, &status) == 0
            && status.st_size > 0)
            content.reserve(std::min(static_cast<std::size_t>(status.st_size), limitBytes));
        content.append(buffer.data(), static_cast<std::size_t>(count));
    }
}

} // namespace

Result<Root> Root::open(const std::filesystem::path &path, Recorder *recorder)
{
    FileDescriptor folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!folder.isOpen()) {
        return fail({.code = "machine-root-unreadable",
                     .facts = {{"path", path.string()}},
                     .kind = ErrorKind::BadInput,
                     .detail = std::strerror(errno)});
    }
    if (recorder)
        recorder->noteRoot(path);
    Root root(std::move(folder), path.lexically_normal() == "/", recorder);
    if (!root.m_live)
        root.m_answers = answersIn(root.read(answersFile, 1u << 20).value_or(""));
    return root;
}

FileDescriptor Root::openBelow(const std::string &path, int flags) const
{
    // O_NONBLOCK: a named pipe in a damaged recording must not hold us. openat2 refuses it beside O_PATH.
    const int allFlags = flags | O_CLOEXEC | ((flags & O_PATH) != 0 ? 0 : O_NONBLOCK | O_NOCTTY);
    if (m_live)
        return FileDescriptor(::openat(m_folder.get(), path.c_str(), allFlags));
    open_how how{};
    how.flags = static_cast<std::uint64_t>(allFlags);
    how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
    // The kernel gives up on a ".." in the path when anything anywhere is renamed meanwhile: openat2(2), EAGAIN.
    constexpr int mostTries = 1000;
    long file = -1;
    for (int attempt = 0; attempt < mostTries; ++attempt) {
        file = syscall(SYS_openat2, m_folder.get(), path.c_str(), &how, sizeof how);
        if (file >= 0 || errno != EAGAIN)
            break;
    }
    return FileDescriptor(static_cast<int>(file));
}

std::optional<std::string> Root::read(const std::string &path, std::size_t limitBytes) const
{
    const FileDescriptor file = openBelow(path, O_RDONLY);
    if (!file.isOpen() || (!m_live && !isRegularFile(file.get(), limitBytes)))
        return std::nullopt;
    auto content = readAll(file.get(), limitBytes);
    if (content && m_recorder)
        m_recorder->noteFile(path, *content);
    return content;
}

std::optional<std::string> Root::readTrimmed(const std::string &path) const
{
    const auto content = read(path);
    if (!content)
        return std::nullopt;
    const std::string_view text = trimmed(*content);
    return text.empty() ? std::nullopt : std::optional<std::string>(text);
}

std::optional<std::uint64_t> Root::readNumber(const std::string &path, int base) const
{
    const auto content = read(path);
    return content ? parseUnsigned(trimmed(*content), base) : std::nullopt;
}

std::vector<std::string> Root::entries(const std::string &path) const
{
    FileDescriptor folder = openBelow(path, O_RDONLY | O_DIRECTORY);
    if (!folder.isOpen())
        return {};
    DIR *stream = fdopendir(folder.get());
    if (!stream)
        return {};
    folder.release();
    std::vector<std::string> names;
    while (const dirent *entry = readdir(stream)) {
        const std::string_view name = entry->d_name;
        if (name != "." && name != ".." && names.size() < entriesLimit)
            names.emplace_back(name);
    }
    closedir(stream);
    std::ranges::sort(names);
    if (m_recorder)
        m_recorder->noteFolder(path, names);
    return names;
}

bool Root::exists(const std::string &path) const
{
    const bool present = openBelow(path, O_PATH).isOpen();
    if (present && m_recorder)
        m_recorder->notePresent(path);
    return present;
}

std::optional<std::string> Root::linkName(const std::string &path) const
{
    const std::size_t slash = path.rfind('/');
    const std::string parent = slash == std::string::npos ? "." : path.substr(0, slash);
    const std::string name = slash == std::string::npos ? path : path.substr(slash + 1);
    const FileDescriptor folder = m_live ? FileDescriptor() : openBelow(parent, O_PATH | O_DIRECTORY);
    if (!m_live && !folder.isOpen())
        return std::nullopt;

    std::array<char, PATH_MAX> target;
    const ssize_t length = m_live ? readlinkat(m_folder.get(), path.c_str(), target.data(), target.size())
                                  : readlinkat(folder.get(), name.c_str(), target.data(), target.size());
    if (length <= 0)
        return std::nullopt;
    if (m_recorder)
        m_recorder->notePresent(path);
    const std::string_view text(target.data(), static_cast<std::size_t>(length));
    return std::string(text.substr(text.rfind('/') + 1));
}

std::optional<std::string> Root::recordedAnswer(const std::string &question) const
{
    const auto found = m_answers.find(question);
    return found == m_answers.end() ? std::nullopt : std::optional(found->second);
}

void Root::noteAnswer(const std::string &question, const std::optional<std::string> &answer) const
{
    if (m_recorder)
        m_recorder->noteAnswer(question, answer);
}

} // namespace firstlight
