#pragma once

#include "core/files.h"

#include <array>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

/// Damage to a recorded computer, as disks, archives and people do it.
enum class Damage {
    Missing,
    Empty,
    HighNoise,
    Sparse,
    LoopOfLinks,
    LinkOut,
    AbsoluteLinkOut,
    MagicLinkOut,
    Pipe,
    FolderInPlace,
    FileInPlace,
    Denied,
    // From here on a text keeps something of what it said.
    Truncated,
    Noise,
    Number,
    List,
    LongLine,
    Nul,
    InvalidUtf8,
    Repeated,
};

/// Whether a damage leaves nothing of what was said: then a value may become unknown, but nothing else.
inline bool losesAll(Damage damage)
{
    return damage < Damage::Truncated;
}

/// Damages the texts of files; the same for the same seed.
class TextMutator {
public:
    explicit TextMutator(unsigned seed)
        : m_random(seed)
    {
    }

    std::size_t below(std::size_t limit) { return limit == 0 ? 0 : m_random() % limit; }
    template <typename Values> const auto &oneOf(const Values &values)
    {
        return values[below(std::size(values))];
    }

    std::string damaged(std::string text, Damage damage)
    {
        switch (damage) {
        case Damage::HighNoise:
            return noise(64 + below(4096), 0x80);
        case Damage::Truncated:
            return text.substr(0, below(text.size()));
        case Damage::Noise:
            return noise(below(2) == 0 ? text.size() : below(20'000), 0);
        case Damage::Number:
            return withNumber(std::move(text));
        case Damage::List:
            return std::string(oneOf(lists)) + '\n';
        case Damage::LongLine:
            return withLongLine(std::move(text));
        case Damage::Nul:
            return text.insert(below(text.size() + 1), 1 + below(5), '\0');
        case Damage::InvalidUtf8:
            return text.insert(below(text.size() + 1), oneOf(invalidUtf8));
        case Damage::Repeated:
            return repeated(text);
        default:
            return {};
        }
    }

private:
    static constexpr std::array numbers{"9223372036854775807",
                                        "9223372036854775808",
                                        "-9223372036854775808",
                                        "-9223372036854775809",
                                        "18446744073709551615",
                                        "18446744073709551616",
                                        "4294967295",
                                        "4294967296",
                                        "2147483648",
                                        "-1",
                                        "0",
                                        "1e400",
                                        "99999999999999999999999999",
                                        "",
                                        "0x",
                                        "1.5",
                                        "١٢"};
    static constexpr std::array lists{"0-4294967295",
                                      "0-65535",
                                      "65535-0",
                                      "0-16383",
                                      "0-",
                                      "-",
                                      ",",
                                      "0,,1",
                                      "0-1-2",
                                      "1-65535:1/2",
                                      "0-18446744073709551615",
                                      "65536",
                                      "7"};
    static constexpr std::array invalidUtf8{"\xff",     "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80",
                                            "\xe2\x82", "\x1b[31m"};
    static constexpr std::string_view digits = "0123456789";

    std::string noise(std::size_t length, unsigned lowest)
    {
        std::string text(length, '\0');
        for (char &letter : text)
            letter = static_cast<char>(lowest + below(256 - lowest));
        return text;
    }

    std::string withNumber(std::string text)
    {
        const std::size_t first = text.find_first_of(digits, below(text.size()));
        if (first == std::string::npos)
            return text + oneOf(numbers);
        const std::size_t end = text.find_first_not_of(digits, first);
        return text.replace(first, end == std::string::npos ? end : end - first, oneOf(numbers));
    }

    // In a place where words, a value or a new key may stand.
    std::string withLongLine(std::string text)
    {
        constexpr std::size_t length = 10u << 20;
        std::string line;
        const auto piece = std::to_string(m_random());
        const std::string_view separator
            = oneOf(std::array<std::string_view, 6>{"", " ", ",", ":", "_", "/"});
        while (line.size() < length)
            line.append(piece, 0, 1 + line.size() % piece.size()).append(separator);
        const std::size_t at = text.find_first_of(": \n", below(text.size()));
        return text.insert(at == std::string::npos ? text.size() : at + 1, line);
    }

    // The whole text, or one line of it, several times: stanzas with the same number, or very many.
    std::string repeated(const std::string &text)
    {
        constexpr std::size_t limit = 12u << 20;
        const std::size_t first = text.rfind('\n', below(text.size()));
        const std::size_t begin = below(2) == 0 || first == std::string::npos ? 0 : first;
        const std::string piece
            = text.substr(begin, begin == 0 ? text.size() : text.find('\n', begin + 1) - begin);
        std::string result = text;
        for (std::size_t left = oneOf(std::array<std::size_t, 4>{1, 3, 500, 1'000'000});
             left > 0 && !piece.empty() && result.size() + piece.size() < limit; --left)
            result += piece;
        return result;
    }

    std::mt19937 m_random;
};

/// Damages a root in place, and puts all back. Nothing but what really lies below \a root is touched.
class RootMutator {
public:
    /// \a stash must be on the same file system, outside of \a root; links out lead to \a outside.
    RootMutator(std::filesystem::path root, std::filesystem::path stash, std::filesystem::path outside)
        : m_root(std::filesystem::canonical(root))
        , m_stash(std::move(stash))
        , m_outside(std::move(outside))
    {
    }
    RootMutator(const RootMutator &) = delete;
    RootMutator &operator=(const RootMutator &) = delete;
    ~RootMutator() { restore(); }

    /// Whether there was something to damage in that way at \a path, which is below the root.
    bool damage(const std::string &path, Damage damage, TextMutator &mutator)
    {
        namespace fs = std::filesystem;
        std::error_code error;
        const fs::path parent = fs::canonical((m_root / path).parent_path(), error);
        if (error || !(parent.string() + '/').starts_with(m_root.string() + '/'))
            return false;
        const fs::path place = parent / fs::path(path).filename();
        const auto kind = fs::symlink_status(place, error).type();
        if (kind == fs::file_type::not_found || kind == fs::file_type::none)
            return false;
        const bool isFile = kind == fs::file_type::regular;
        const bool needsText = !losesAll(damage) || damage == Damage::HighNoise;
        if ((needsText && !isFile) || (damage == Damage::FileInPlace && isFile))
            return false;
        const auto text = needsText ? firstlight::readFile(place) : std::string();
        if (!text)
            return false;
        const fs::path kept = m_stash / std::to_string(m_moved.size());
        if (rename(place.c_str(), kept.c_str()) != 0)
            return false;
        m_moved.push_back({place, kept});
        put(place, kept, damage, needsText ? mutator.damaged(*text, damage) : std::string());
        return true;
    }

    void restore()
    {
        std::error_code error;
        for (; !m_moved.empty(); m_moved.pop_back()) {
            std::filesystem::remove_all(m_moved.back().place, error);
            if (rename(m_moved.back().kept.c_str(), m_moved.back().place.c_str()) != 0)
                qFatal("cannot restore a mutated root");
        }
    }

private:
    struct Moved {
        std::filesystem::path place;
        std::filesystem::path kept;
    };

    void put(const std::filesystem::path &place, const std::filesystem::path &kept, Damage damage,
             const std::string &text)
    {
        namespace fs = std::filesystem;
        switch (damage) {
        case Damage::Missing:
            return;
        case Damage::Sparse:
            std::ofstream(place).close();
            fs::resize_file(place, 1u << 30);
            return;
        case Damage::LoopOfLinks:
            return fs::create_symlink(place.filename(), place);
        case Damage::LinkOut:
            return fs::create_symlink(
                fs::path("../../../../../../../../../../../..") / m_outside.relative_path(), place);
        case Damage::AbsoluteLinkOut:
            return fs::create_symlink(m_outside, place);
        case Damage::MagicLinkOut:
            return fs::create_symlink("/proc/self/root" + m_outside.string(), place);
        case Damage::Pipe:
            if (mkfifo(place.c_str(), 0666) != 0)
                qFatal("cannot make a pipe");
            return;
        case Damage::FolderInPlace:
            fs::create_directories(place / "0");
            return;
        case Damage::Denied:
            fs::copy(kept, place, fs::copy_options::recursive | fs::copy_options::copy_symlinks);
            if (!fs::is_symlink(place))
                chmod(place.c_str(), 0);
            return;
        default:
            std::ofstream(place, std::ios::binary)
                .write(text.data(), static_cast<std::streamsize>(text.size()));
        }
    }

    std::filesystem::path m_root;
    std::filesystem::path m_stash;
    std::filesystem::path m_outside;
    std::vector<Moved> m_moved;
};
