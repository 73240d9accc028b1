#include "core/crypto_door.h"

#include "core/shared_library.h"

#include <cstdio>
#include <unistd.h>

namespace firstlight {

namespace {

Result<CryptoFunctions> bindCrypto()
{
    auto library = SharedLibrary::open({"libcrypto.so.3"}, "libssl3");
    if (!library)
        return fail(library.error());
    CryptoFunctions functions{};
    library->bind(functions.contextNew, "EVP_MD_CTX_new");
    library->bind(functions.contextFree, "EVP_MD_CTX_free");
    library->bind(functions.digestInit, "EVP_DigestInit_ex");
    library->bind(functions.digestUpdate, "EVP_DigestUpdate");
    library->bind(functions.digestFinal, "EVP_DigestFinal_ex");
    library->bind(functions.sha256, "EVP_sha256");
    if (auto bound = library->check(); !bound)
        return fail(bound.error());
    return functions;
}

} // namespace

const CryptoFunctions &cryptoLibrary()
{
    static const Result<CryptoFunctions> library = bindCrypto();
    if (!library) {
        std::fprintf(stderr, "libcrypto.so.3: %s\n", library.error().detail.c_str());
        ::_exit(127);
    }
    return *library;
}

} // namespace firstlight
