#pragma once

#include "transfer/store.h"

#include <filesystem>
#include <optional>
#include <string>

namespace firstlight {

/// The names of everything in a store.
struct StoreLayout {
    std::filesystem::path root;

    std::filesystem::path blob(const std::string &sha256) const { return root / "blobs" / "sha256" / sha256; }
    /// Remembers the digest of a file whose digest was not known beforehand.
    std::filesystem::path record(const WantedFile &file) const;
    std::filesystem::path part(const std::string &key) const { return root / "incoming" / (key + ".part"); }
    std::filesystem::path lock(const std::string &key) const { return root / "incoming" / (key + ".lock"); }
    /// A whole package that is kept while members of it are wanted.
    std::filesystem::path package(const std::string &key) const
    {
        return root / "incoming" / (key + ".package");
    }
};

/// Names the file in `incoming/`: its digest, or a hash of its sources.
std::string incomingKey(const WantedFile &file);

/// The remembered digest, if the file it came from is unchanged.
std::optional<std::string> readRecord(const std::filesystem::path &path);
/// \a source is the one that gave the bytes; of a file:// source its time and size are remembered too.
Result<void> writeRecord(const std::filesystem::path &path, const std::string &sha256,
                         const std::string &source);

bool isSha256(const std::string &text);

} // namespace firstlight
