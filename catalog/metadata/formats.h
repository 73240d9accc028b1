#pragma once

#include "catalog/metadata/model_metadata.h"

namespace firstlight {

/// The readers of readModelMetadata(), one a format.
Result<ModelMetadata> readGguf(std::string_view bytes);
Result<ModelMetadata> readSafetensors(std::string_view bytes);

inline Error invalidMetadata(const std::string &found)
{
    return {.code = "metadata-invalid", .facts = {{"found", found}}, .kind = ErrorKind::BadInput};
}

inline Error incompleteMetadata()
{
    return {.code = "metadata-incomplete", .facts = {}, .kind = ErrorKind::BadInput};
}

/// nullopt: more than 64 bits hold.
inline std::optional<std::uint64_t> product(std::uint64_t a, std::uint64_t b)
{
    std::uint64_t result = 0;
    return __builtin_mul_overflow(a, b, &result) ? std::nullopt : std::optional(result);
}

inline std::optional<std::uint64_t> sum(std::uint64_t a, std::uint64_t b)
{
    std::uint64_t result = 0;
    return __builtin_add_overflow(a, b, &result) ? std::nullopt : std::optional(result);
}

} // namespace firstlight
