#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace firstlight {

/// A compact encoding of plain structs for files that only this program reads back: numbers of 8 bytes, texts
/// with their length before them, in the order of the members. A struct takes part by a function `auto
/// fieldsOf(T &)` that returns std::tie() of its members.

class ArchiveWriter {
public:
    std::string take() { return std::move(m_bytes); }

    void number(std::uint64_t value) { m_bytes.append(reinterpret_cast<const char *>(&value), sizeof value); }
    void text(std::string_view value)
    {
        number(value.size());
        m_bytes.append(value);
    }

private:
    std::string m_bytes;
};

/// Never reads past the end: after the first wrong length everything is empty and failed() is true.
class ArchiveReader {
public:
    explicit ArchiveReader(std::string_view bytes)
        : m_bytes(bytes)
    {
    }

    bool failed() const { return m_failed; }
    bool atEnd() const { return m_bytes.empty(); }

    std::uint64_t number()
    {
        std::uint64_t value = 0;
        const std::string_view bytes = take(sizeof value);
        if (!bytes.empty())
            std::memcpy(&value, bytes.data(), sizeof value);
        return value;
    }
    std::string_view text() { return take(number()); }
    /// A number of things of which each takes at least one byte.
    std::size_t count()
    {
        const std::uint64_t value = number();
        if (value <= m_bytes.size())
            return static_cast<std::size_t>(value);
        m_failed = true;
        return 0;
    }

private:
    std::string_view take(std::uint64_t length)
    {
        if (m_failed || length > m_bytes.size()) {
            m_failed = true;
            m_bytes = {};
            return {};
        }
        const std::string_view bytes = m_bytes.substr(0, static_cast<std::size_t>(length));
        m_bytes.remove_prefix(bytes.size());
        return bytes;
    }

    std::string_view m_bytes;
    bool m_failed = false;
};

template <typename T>
concept ArchivedNumber = std::integral<T> || std::is_enum_v<T>;

template <ArchivedNumber T> void archive(ArchiveWriter &writer, const T &value)
{
    writer.number(static_cast<std::uint64_t>(value));
}
template <ArchivedNumber T> void archive(ArchiveReader &reader, T &value)
{
    value = static_cast<T>(reader.number());
}

inline void archive(ArchiveWriter &writer, const std::string &value)
{
    writer.text(value);
}
inline void archive(ArchiveReader &reader, std::string &value)
{
    value = reader.text();
}

inline void archive(ArchiveWriter &writer, const std::chrono::seconds &value)
{
    writer.number(static_cast<std::uint64_t>(value.count()));
}
inline void archive(ArchiveReader &reader, std::chrono::seconds &value)
{
    value = std::chrono::seconds(static_cast<std::int64_t>(reader.number()));
}

// Declared before they are used in each other.
template <typename T> void archive(ArchiveWriter &writer, const std::optional<T> &value);
template <typename T> void archive(ArchiveReader &reader, std::optional<T> &value);
template <typename T> void archive(ArchiveWriter &writer, const std::vector<T> &values);
template <typename T> void archive(ArchiveReader &reader, std::vector<T> &values);
template <typename T> void archive(ArchiveWriter &writer, const std::map<std::string, T> &values);
template <typename T> void archive(ArchiveReader &reader, std::map<std::string, T> &values);

template <typename T>
requires requires(T &value)
{
    fieldsOf(value);
}
void archive(ArchiveWriter &writer, const T &value)
{
    std::apply([&](const auto &...fields) { (archive(writer, fields), ...); }, fieldsOf(value));
}
template <typename T>
requires requires(T &value)
{
    fieldsOf(value);
}
void archive(ArchiveReader &reader, T &value)
{
    std::apply([&](auto &...fields) { (archive(reader, fields), ...); }, fieldsOf(value));
}

template <typename T> void archive(ArchiveWriter &writer, const std::optional<T> &value)
{
    archive(writer, value.has_value());
    if (value)
        archive(writer, *value);
}
template <typename T> void archive(ArchiveReader &reader, std::optional<T> &value)
{
    bool present = false;
    archive(reader, present);
    if (present)
        archive(reader, value.emplace());
}

template <typename T> void archive(ArchiveWriter &writer, const std::vector<T> &values)
{
    archive(writer, values.size());
    for (const T &value : values)
        archive(writer, value);
}
template <typename T> void archive(ArchiveReader &reader, std::vector<T> &values)
{
    const std::size_t count = reader.count();
    values.clear();
    for (std::size_t i = 0; i < count && !reader.failed(); ++i)
        archive(reader, values.emplace_back());
}

template <typename T> void archive(ArchiveWriter &writer, const std::map<std::string, T> &values)
{
    archive(writer, values.size());
    for (const auto &[key, value] : values) {
        archive(writer, key);
        archive(writer, value);
    }
}
template <typename T> void archive(ArchiveReader &reader, std::map<std::string, T> &values)
{
    const std::size_t count = reader.count();
    values.clear();
    for (std::size_t i = 0; i < count && !reader.failed(); ++i) {
        std::string key;
        archive(reader, key);
        archive(reader, values.try_emplace(values.end(), std::move(key))->second);
    }
}

} // namespace firstlight
