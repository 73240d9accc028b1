#include "transfer/base64.h"

#include <cstdint>

namespace firstlight {

namespace {
constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
}

std::string base64Encode(std::string_view bytes)
{
    std::string text;
    for (std::size_t index = 0; index < bytes.size(); index += 3) {
        std::uint32_t group = 0;
        for (std::size_t offset = 0; offset < 3; ++offset)
            group
                = group << 8
                  | (index + offset < bytes.size() ? static_cast<unsigned char>(bytes[index + offset]) : 0u);
        for (std::size_t digit = 0; digit < 4; ++digit)
            text += index + digit > bytes.size() ? '=' : alphabet[group >> (18 - 6 * digit) & 63];
    }
    return text;
}

std::string base64Decode(std::string_view text)
{
    std::string bytes;
    std::uint32_t group = 0;
    int bits = 0;
    for (const char letter : text) {
        const auto value = alphabet.find(letter);
        if (value == std::string_view::npos)
            break;
        group = group << 6 | static_cast<std::uint32_t>(value);
        bits += 6;
        if (bits < 8)
            continue;
        bits -= 8;
        bytes += static_cast<char>(group >> bits & 255);
    }
    return bytes;
}

} // namespace firstlight
