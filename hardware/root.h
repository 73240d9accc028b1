#pragma once

#include "core/files.h"
#include "core/result.h"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace firstlight {

class Recorder;

/// The folder below which a computer is read: "/" for this one, any other folder for a recorded one. All
/// paths are relative to it, without a leading slash ("proc/cpuinfo"). In a recording no link leads out of
/// the folder: an absolute link starts again at the folder, and ".." stops there (openat2 of Linux 5.6
/// resolves it that way). Anything that cannot be read is nullopt or empty; only open() fails. Move-only;
/// const members may be called from several threads unless a Recorder listens.
class Root {
public:
    /// The error "machine-root-unreadable" if \a path is no readable folder.
    /// \a recorder hears of all that is read here, and must outlive this.
    static Result<Root> open(const std::filesystem::path &path, Recorder *recorder = nullptr);

    /// Whether this is the running computer. Prefer answer().
    bool isLive() const { return m_live; }

    /// What no file tells (a system call, a trial, a measurement): the running computer is asked by \a ask,
    /// which returns std::optional<std::string>; a recording gives the answer of its own computer to \a
    /// question, or nullopt.
    template <typename Ask> std::optional<std::string> answer(const std::string &question, Ask ask) const
    {
        std::optional<std::string> answer = m_live ? ask() : recordedAnswer(question);
        noteAnswer(question, answer);
        return answer;
    }

    /// The whole regular file; nullopt if it is missing, not readable or longer than \a limitBytes.
    std::optional<std::string> read(const std::string &path, std::size_t limitBytes = 64u << 10) const;
    /// read() without white space (and NUL bytes) at both ends; an empty file is nullopt.
    std::optional<std::string> readTrimmed(const std::string &path) const;
    /// A whole file that is one number; \a base 16 also takes a leading 0x.
    std::optional<std::uint64_t> readNumber(const std::string &path, int base = 10) const;

    /// Names in a folder, sorted, without "." and "..".
    std::vector<std::string> entries(const std::string &path) const;
    bool exists(const std::string &path) const;
    /// The last component of a symbolic link's target: "amdgpu" for a device's `driver` link. The target is
    /// not opened.
    std::optional<std::string> linkName(const std::string &path) const;

private:
    Root(FileDescriptor folder, bool live, Recorder *recorder)
        : m_folder(std::move(folder))
        , m_live(live)
        , m_recorder(recorder)
    {
    }
    FileDescriptor openBelow(const std::string &path, int flags) const;
    std::optional<std::string> recordedAnswer(const std::string &question) const;
    void noteAnswer(const std::string &question, const std::optional<std::string> &answer) const;

    FileDescriptor m_folder;
    bool m_live;
    Recorder *m_recorder;
    std::map<std::string, std::string> m_answers; ///< of a recording
};

} // namespace firstlight
