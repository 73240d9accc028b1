#include "hardware/memory/read_kernel.h"

#include <cstdint>

#if defined(__x86_64__)
#include <emmintrin.h>
#endif

namespace firstlight {

namespace {

using Words16 = std::uint64_t __attribute__((vector_size(16), may_alias));
using Words32 = std::uint64_t __attribute__((vector_size(32), may_alias));

// Vector types and not a loop for the compiler to vectorise: -O1 leaves loops as they are. Eight independent
// sums, so that no load waits for the one before.
template <typename Words>
[[gnu::always_inline]] inline std::uint64_t foldAll(const void *data, std::size_t bytes)
{
    const auto *at = static_cast<const Words *>(data);
    const Words *const end = at + bytes / sizeof(Words);
    Words a{}, b{}, c{}, d{}, e{}, f{}, g{}, h{};
    for (; at != end; at += 8) {
        a ^= at[0];
        b ^= at[1];
        c ^= at[2];
        d ^= at[3];
        e ^= at[4];
        f ^= at[5];
        g ^= at[6];
        h ^= at[7];
    }
    a ^= b ^ c ^ d ^ e ^ f ^ g ^ h;
    return a[0] ^ a[1];
}

#if defined(__x86_64__)
[[gnu::target("avx2")]] std::uint64_t foldWide(const void *data, std::size_t bytes)
{
    return foldAll<Words32>(data, bytes);
}
#endif

std::uint64_t fold(const void *data, std::size_t bytes)
{
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2"))
        return foldWide(data, bytes);
#endif
    return foldAll<Words16>(data, bytes);
}

#if defined(__aarch64__)
/// Bytes of the smallest data cache line: CTR_EL0.DminLine, the binary logarithm of its 4-byte words.
std::size_t smallestLineBytes()
{
    std::uint64_t type = 0;
    asm("mrs %0, ctr_el0" : "=r"(type));
    return std::size_t(4) << ((type >> 16) & 15);
}
#endif

} // namespace

void loadAll(const void *data, std::size_t bytes)
{
    const std::uint64_t folded = fold(data, bytes);
    asm volatile("" : : "r"(folded)); // or the compiler drops loads that nobody uses
}

bool canDropFromCaches()
{
#if defined(__x86_64__) || defined(__aarch64__)
    return true; // x86-64 has clflush; Linux lets Arm64 programs use DC CIVAC
#else
    return false;
#endif
}

void dropFromCaches([[maybe_unused]] const void *data, [[maybe_unused]] std::size_t bytes)
{
#if defined(__x86_64__)
    constexpr std::size_t lineBytes = 64; // of every x86-64 processor so far
    const auto *bytesOfData = static_cast<const char *>(data);
    for (std::size_t at = 0; at < bytes; at += lineBytes)
        _mm_clflush(bytesOfData + at);
    _mm_mfence();
#elif defined(__aarch64__)
    const std::size_t lineBytes = smallestLineBytes();
    const auto *bytesOfData = static_cast<const char *>(data);
    for (std::size_t at = 0; at < bytes; at += lineBytes)
        asm volatile("dc civac, %0" : : "r"(bytesOfData + at) : "memory");
    asm volatile("dsb ish" : : : "memory");
#endif
}

} // namespace firstlight
