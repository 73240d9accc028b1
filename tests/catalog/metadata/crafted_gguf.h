#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

/// Writes the beginning of a GGUF file, byte by byte as ggml's docs/gguf.md has it, right or wrong as a test
/// asks.
class CraftedGguf {
public:
    std::uint32_t version = 3;

    template <typename Number> static std::string bytesOf(Number value)
    {
        std::string bytes(sizeof value, '\0');
        std::memcpy(bytes.data(), &value, sizeof value);
        return bytes;
    }
    static std::string text(const std::string &value) { return bytesOf<std::uint64_t>(value.size()) + value; }

    CraftedGguf &raw(const std::string &key, std::uint32_t type, const std::string &value)
    {
        m_settings += text(key) + bytesOf(type) + value;
        ++m_settingCount;
        return *this;
    }
    CraftedGguf &number(const std::string &key, std::uint32_t value) { return raw(key, 4, bytesOf(value)); }
    CraftedGguf &string(const std::string &key, const std::string &value) { return raw(key, 8, text(value)); }
    CraftedGguf &numbers(const std::string &key, const std::vector<std::int32_t> &values)
    {
        std::string bytes = bytesOf<std::uint32_t>(5) + bytesOf<std::uint64_t>(values.size());
        for (const std::int32_t value : values)
            bytes += bytesOf(value);
        return raw(key, 9, bytes);
    }
    CraftedGguf &words(const std::string &key, std::size_t count)
    {
        std::string bytes = bytesOf<std::uint32_t>(8) + bytesOf<std::uint64_t>(count);
        for (std::size_t i = 0; i < count; ++i)
            bytes += text("word" + std::to_string(i));
        return raw(key, 9, bytes);
    }
    CraftedGguf &tensor(const std::string &name, const std::vector<std::uint64_t> &shape, std::uint32_t type,
                        std::uint64_t offset)
    {
        m_tensors += text(name) + bytesOf(static_cast<std::uint32_t>(shape.size()));
        for (const std::uint64_t dimension : shape)
            m_tensors += bytesOf(dimension);
        m_tensors += bytesOf(type) + bytesOf(offset);
        ++m_tensorCount;
        return *this;
    }
    CraftedGguf &counts(std::uint64_t tensors, std::uint64_t settings)
    {
        m_tensorCount = tensors;
        m_settingCount = settings;
        return *this;
    }

    std::string bytes() const
    {
        return "GGUF" + bytesOf(version) + bytesOf(m_tensorCount) + bytesOf(m_settingCount) + m_settings
               + m_tensors;
    }

private:
    std::string m_settings;
    std::string m_tensors;
    std::uint64_t m_settingCount = 0;
    std::uint64_t m_tensorCount = 0;
};
