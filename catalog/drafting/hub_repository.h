#pragma once

#include "core/result.h"

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace firstlight {

enum class ModelHub { HuggingFace, ModelScope };

struct HubFile {
    std::string path;
    std::optional<std::uint64_t> sizeBytes;
    std::string sha256; ///< empty: the hub does not tell (small files on Hugging Face)

    bool operator==(const HubFile &) const = default;
};

/// What a hub tells about one repository.
struct HubRepository {
    ModelHub hub = ModelHub::HuggingFace;
    std::string owner;
    std::string name;
    std::string revision; ///< a commit where the hub names one, else main or master
    std::string licence;  ///< as the hub spells it: "apache-2.0"; empty: not told
    std::vector<HubFile> files;

    bool operator==(const HubRepository &) const = default;
};

/// "hf:Qwen/Qwen3-4B-GGUF", "modelscope:…" or the address of the page; files and revision stay empty. Error
/// "hub-id-invalid" {found} (kind BadInput).
Result<HubRepository> parseHubId(const std::string &text);

/// Asks the hub (HF_ENDPOINT and MODELSCOPE_DOMAIN name mirrors). Errors of HttpClient, and "hub-refused"
/// {status, host}, "hub-answer-strange" {host}.
Result<HubRepository> askHub(const HubRepository &repository, std::stop_token stop);

/// What askHub() makes of the hubs' replies. Pure. nullopt: not what a hub says.
std::optional<HubRepository> readHuggingFace(HubRepository repository, const std::string &model,
                                             const std::string &tree);
std::optional<HubRepository> readModelScope(HubRepository repository, const std::string &files);

} // namespace firstlight
