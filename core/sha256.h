#pragma once

#include "core/result.h"

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace firstlight {

/// SHA-256 of bytes that arrive in pieces (OpenSSL's EVP). Move-only.
class Sha256 {
public:
    Sha256();
    Sha256(Sha256 &&) noexcept;
    Sha256 &operator=(Sha256 &&) noexcept;
    ~Sha256();

    void add(std::string_view bytes);
    /// 64 lower-case hexadecimal digits; the object is spent afterwards.
    std::string hex();

private:
    struct State;
    std::unique_ptr<State> m_state;
};

std::string sha256Hex(std::string_view bytes);
Result<std::string> sha256OfFile(const std::filesystem::path &path);

} // namespace firstlight
