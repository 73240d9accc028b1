#pragma once

#include "core/progress.h"
#include "transfer/part_file.h"

#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>

namespace firstlight {

/// Writes one file of a package into an empty \a part. \a member is its path as stored; of a tar also without
/// the first folder, which npm packages and source distributions all have. Errors: "member-missing" {package,
/// member}, those of readArchive() and of the part; "cancelled".
Result<void> extractMember(const std::filesystem::path &package, const std::string &packageName,
                           const std::string &member, PartFile &part, const std::string &subject,
                           Progress &progress, std::stop_token stop);

} // namespace firstlight
