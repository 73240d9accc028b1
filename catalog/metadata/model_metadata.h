#pragma once

#include "core/result.h"

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

namespace firstlight {

/// What a file of weights says about itself at its beginning. An unknown is nullopt or empty.
struct ModelMetadata {
    std::string format;                      ///< gguf, safetensors
    std::string architecture;                ///< of GGUF: llama, qwen3, …
    std::optional<std::uint64_t> parameters; ///< in this file: of a model in several files, a part of them
    std::string quantisation;                ///< Q4_K_M, BF16, …
    std::optional<int> layers;
    /// K and V of all layers at 16 bits, for one token; where layers look back only so far, of the first
    /// tokens.
    std::optional<std::uint64_t> kvBytesPerToken;
    std::optional<int> maxContext;
    std::optional<std::uint64_t> sizeBytes; ///< of the whole file
    bool complete = true;                   ///< false: the bytes ended before the list of tensors did

    bool operator==(const ModelMetadata &) const = default;
};

/// Reads the beginning of a GGUF file (version 2 or 3, little-endian) or of a safetensors file. Pure; nothing
/// that the bytes claim is believed beyond their own length. Of a GGUF file that is cut off behind the
/// settings of its architecture, what is known by then comes back, not `complete`.
///
/// Errors, of kind BadInput: "metadata-unknown" (another format), "metadata-invalid" {found: what is wrong},
/// "metadata-incomplete" (more bytes are needed to say anything).
Result<ModelMetadata> readModelMetadata(std::string_view bytes);

/// The first \a count bytes, or all if there are fewer, of a file of this computer or of an address
/// (https://, http://, hf:// or modelscope://), which is asked for no more than them. Errors of the file
/// system, of HttpClient and of parseSource(), and "hub-refused" {status, host}.
Result<std::string> readHead(const std::string &fileOrAddress, std::size_t count, std::stop_token stop = {});

/// The metadata of a file or address, of which as little is read as does, and never more than 64 MiB.
/// Errors of readHead() and readModelMetadata().
Result<ModelMetadata> modelMetadataAt(const std::string &fileOrAddress, std::stop_token stop = {});

} // namespace firstlight
