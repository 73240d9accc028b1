#pragma once

#include <cstddef>

namespace firstlight {

/// The innermost steps of a bandwidth sample. Any thread.

/// Loads every byte of \a data once, as fast as this processor can stream: 32-byte loads where it has AVX2,
/// 16-byte ones elsewhere. \a data is aligned to 64 bytes, \a bytes a multiple of 256. The same speed at -O1
/// as at -O3.
void loadAll(const void *data, std::size_t bytes);

/// Whether dropFromCaches() does anything on this processor.
bool canDropFromCaches();

/// Writes back and forgets every cache line of \a data in all caches of the computer, so that the next load
/// comes from memory, however large the caches are.
void dropFromCaches(const void *data, std::size_t bytes);

} // namespace firstlight
