#include "core/sha256.h"

#include "core/crypto_door.h"
#include "core/files.h"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace firstlight {

struct Sha256::State {
    const CryptoFunctions &crypto = cryptoLibrary();
    EVP_MD_CTX *context = crypto.contextNew();
    State() { crypto.digestInit(context, crypto.sha256(), nullptr); }
    State(const State &) = delete;
    State &operator=(const State &) = delete;
    ~State() { crypto.contextFree(context); }
};

Sha256::Sha256()
    : m_state(std::make_unique<State>())
{
}
Sha256::Sha256(Sha256 &&) noexcept = default;
Sha256 &Sha256::operator=(Sha256 &&) noexcept = default;
Sha256::~Sha256() = default;

void Sha256::add(std::string_view bytes)
{
    m_state->crypto.digestUpdate(m_state->context, bytes.data(), bytes.size());
}

std::string Sha256::hex()
{
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned length = 0;
    m_state->crypto.digestFinal(m_state->context, digest.data(), &length);
    std::string text;
    for (unsigned index = 0; index < length; ++index) {
        text += "0123456789abcdef"[digest[index] >> 4];
        text += "0123456789abcdef"[digest[index] & 15];
    }
    return text;
}

std::string sha256Hex(std::string_view bytes)
{
    Sha256 hash;
    hash.add(bytes);
    return hash.hex();
}

Result<std::string> sha256OfFile(const std::filesystem::path &path)
{
    const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.isOpen())
        return fail(systemError("open", path, errno));
    Sha256 hash;
    std::string buffer(1 << 20, '\0');
    while (true) {
        const ssize_t count = ::read(file.get(), buffer.data(), buffer.size());
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return fail(systemError("read", path, errno));
        if (count == 0)
            return hash.hex();
        hash.add({buffer.data(), static_cast<std::size_t>(count)});
    }
}

} // namespace firstlight
