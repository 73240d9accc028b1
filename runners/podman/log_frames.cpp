#include "runners/podman/log_frames.h"

#include <cstdint>

namespace firstlight {

namespace {

constexpr std::size_t headerBytes = 8;
/// A demo that writes without newlines must not fill our memory.
constexpr std::size_t longestLine = 1u << 20;

std::uint32_t bigEndian(std::string_view bytes)
{
    std::uint32_t number = 0;
    for (const char byte : bytes)
        number = number << 8 | static_cast<unsigned char>(byte);
    return number;
}

} // namespace

void LogFrames::add(std::string_view bytes)
{
    m_bytes += bytes;
    std::size_t start = 0;
    while (m_bytes.size() - start >= headerBytes) {
        const std::string_view rest = std::string_view(m_bytes).substr(start);
        const std::size_t length = bigEndian(rest.substr(4, 4));
        if (rest.size() - headerBytes < length)
            break;
        give(rest[0], rest.substr(headerBytes, length));
        start += headerBytes + length;
    }
    m_bytes.erase(0, start);
}

void LogFrames::give(int stream, std::string_view payload)
{
    std::string &line = m_unfinished[stream];
    std::size_t start = 0;
    for (auto end = payload.find('\n'); end != std::string_view::npos; end = payload.find('\n', start)) {
        line += payload.substr(start, end - start);
        if (!line.empty() && line.back() == '\r')
            line.pop_back();
        m_onLine(line);
        line.clear();
        start = end + 1;
    }
    line += payload.substr(start);
    if (line.size() > longestLine) {
        m_onLine(line);
        line.clear();
    }
}

void LogFrames::finish()
{
    for (auto &[stream, line] : m_unfinished) {
        if (!line.empty())
            m_onLine(line);
        line.clear();
    }
}

} // namespace firstlight
