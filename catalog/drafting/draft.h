#pragma once

#include "catalog/drafting/hub_repository.h"
#include "core/result.h"

#include <string>

namespace firstlight {

/// A catalog entry for the GGUF files of a repository: models with sizes and digests as the hub tells them,
/// the variants of llama.cpp's images. It loads as it is; what the hub does not tell is left out, and the
/// comment at the top names it for the maintainer. Error "draft-nothing" {found}: no GGUF file that is whole
/// in itself (kind BadInput).
Result<std::string> draftEntryFor(const HubRepository &repository);

} // namespace firstlight
