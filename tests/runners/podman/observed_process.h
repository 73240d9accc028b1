#pragma once

#include "core/files.h"
#include "runners/images/process_tree.h"

#include <QString>
#include <QStringList>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <sys/types.h>
#include <unistd.h>

/// What the kernel says of processes: the oracle for what podman says.
namespace firstlight {

namespace fs = std::filesystem;

inline QString sentence(const Error &error)
{
    return QString::fromStdString(error.code + ": " + error.detail);
}

template <typename T> QString sentence(const Result<T> &result)
{
    return result ? QString() : sentence(result.error());
}

/// Processes whose command line holds \a text.
inline std::set<pid_t> processesNaming(const std::string &text)
{
    std::set<pid_t> found;
    for (const auto &entry : fs::directory_iterator("/proc")) {
        const pid_t process = std::atoi(entry.path().filename().c_str());
        if (process <= 0 || process == ::getpid())
            continue;
        const std::string commandLine = readFile(entry.path() / "cmdline").value_or("");
        if (commandLine.find(text) != std::string::npos)
            found.insert(process);
    }
    return found;
}

inline bool runs(pid_t process)
{
    return processStartTime(process).has_value();
}

inline std::string inProc(std::int64_t process, const std::string &file)
{
    return readFile("/proc/" + std::to_string(process) + "/" + file).value_or("");
}

/// The value behind "Name:" in /proc/PID/status.
inline std::string statusOf(std::int64_t process, const std::string &name)
{
    std::istringstream lines(inProc(process, "status"));
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with(name + ":"))
            return QString::fromStdString(line.substr(name.size() + 1)).simplified().toStdString();
    }
    return {};
}

/// What a container's process sees mounted: point → (options of the mount, type, options of the file system).
inline std::map<std::string, QStringList> mountsOf(std::int64_t process)
{
    std::map<std::string, QStringList> mounts;
    std::istringstream lines(inProc(process, "mountinfo"));
    for (std::string line; std::getline(lines, line);) {
        const QStringList halves = QString::fromStdString(line).split(" - ");
        const QStringList left = halves[0].split(' ');
        const QStringList right = halves[1].split(' ');
        mounts[left[4].toStdString()] = {left[5], right[0], right[2]};
    }
    return mounts;
}

/// The file of a cgroup controller that holds \a process to a limit; empty if there is none.
inline std::string cgroupLimit(std::int64_t process, const std::string &controller,
                               const std::string &fileOfV1, const std::string &fileOfV2)
{
    std::istringstream lines(inProc(process, "cgroup"));
    for (std::string line; std::getline(lines, line);) {
        const QStringList parts = QString::fromStdString(line).split(':');
        if (parts.size() != 3)
            continue;
        const bool v1 = parts[1].split(',').contains(QString::fromStdString(controller));
        if (!v1 && !parts[1].isEmpty())
            continue;
        const fs::path folder = fs::path("/sys/fs/cgroup") / (v1 ? controller : "");
        const auto text
            = readFile(folder.string() + parts[2].toStdString() + "/" + (v1 ? fileOfV1 : fileOfV2));
        if (text)
            return QString::fromStdString(*text).trimmed().toStdString();
    }
    return {};
}

inline bool has(const QString &options, const char *option)
{
    return options.split(',').contains(option);
}

/// What podman left of the folder \a path: processes that name it, mounts, files. Empty if nothing.
inline QString leftoversOf(const std::string &path)
{
    QStringList left;
    for (const pid_t process : processesNaming(path))
        left << QString::fromStdString(inProc(process, "cmdline")).replace(QChar(0), ' ');
    if (readFile("/proc/self/mountinfo").value().find(path) != std::string::npos)
        left << "a mount";
    if (fs::exists(path))
        left << "files";
    return left.join('\n');
}

} // namespace firstlight
