#pragma once

#include "catalog/drafting/hub_repository.h"
#include "catalog/metadata/model_metadata.h"
#include "core/result.h"

#include <map>
#include <string>
#include <vector>

namespace firstlight {

/// What the beginnings of its files say, by path in the repository.
using MetadataByPath = std::map<std::string, ModelMetadata>;

/// The GGUF files that are a model whole in itself, the largest first.
std::vector<HubFile> wholeModelsOf(const HubRepository &repository);

/// As a catalog writes where a file is: "hf://OWNER/REPO@REVISION/FILE".
std::string sourceOf(const HubRepository &repository, const HubFile &file);

/// A catalog entry for the GGUF files of a repository: models with sizes and digests as the hub tells them
/// and what the files say of themselves, the variants of llama.cpp's images. It loads as it is; what nobody
/// tells is left out, and the comment at the top names it for the maintainer. Error "draft-nothing" {found}:
/// no GGUF file that is whole in itself (kind BadInput).
Result<std::string> draftEntryFor(const HubRepository &repository, const MetadataByPath &metadata = {});

} // namespace firstlight
