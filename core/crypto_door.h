#pragma once

#include <openssl/evp.h>

namespace firstlight {

/// The functions of OpenSSL's libcrypto that Firstlight calls, bound at the first hash: its 400 KiB of
/// relocated tables cost every command that hashes nothing a millisecond.
struct CryptoFunctions {
    decltype(&::EVP_MD_CTX_new) contextNew;
    decltype(&::EVP_MD_CTX_free) contextFree;
    decltype(&::EVP_DigestInit_ex) digestInit;
    decltype(&::EVP_DigestUpdate) digestUpdate;
    decltype(&::EVP_DigestFinal_ex) digestFinal;
    decltype(&::EVP_sha256) sha256;
};

/// Opens libcrypto.so.3 (once per process, thread-safe). A program that was linked with it would not start
/// where it is missing, and no hash can be given instead: the process ends with the loader's own words and
/// exit code, 127.
const CryptoFunctions &cryptoLibrary();

} // namespace firstlight
