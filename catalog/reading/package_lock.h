#pragma once

#include "core/result.h"
#include "transfer/store.h"

#include <string>
#include <vector>

namespace firstlight {

/// One Debian package of a lock file.
struct LockedPackage {
    std::string name;
    std::string version; ///< with its epoch, which the file's name lacks
    WantedFile file;

    bool operator==(const LockedPackage &) const = default;
};

/// Reads a lock file of Debian packages: one a line, `NAME VERSION POOL/PATH.deb SIZE SHA256`; # begins a
/// comment line. Error "catalog-value" {file, line, column, field, needed, found} (kind DamagedCatalog).
Result<std::vector<LockedPackage>> readPackageLock(const std::string &text, const std::string &file);

} // namespace firstlight
