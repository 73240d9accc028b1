#pragma once

#include "catalog/demo.h"
#include "core/result.h"

#include <filesystem>
#include <string>
#include <vector>

namespace firstlight {

/// All demos that could be read, sorted by id. A damaged file costs its own demo only; `faults` tells of it.
struct Catalog {
    std::filesystem::path folder; ///< holds demos/ and images/
    std::vector<Demo> demos;
    std::vector<Error>
        faults; ///< kind DamagedCatalog, facts {file, line, column, …}; facts.demo is the file's stem

    bool operator==(const Catalog &) const = default;
};

/// Reads `<folder>/demos/*.yaml`. What a file's bytes were parsed to is remembered in \a cacheDirectory
/// (empty: nowhere) under their hash, so that an unchanged catalog costs no YAML parsing. Errors:
/// "catalog-missing" {path}.
Result<Catalog> loadCatalog(const std::filesystem::path &folder,
                            const std::filesystem::path &cacheDirectory = {});

/// One file's text. Errors of kind DamagedCatalog, all with {file, line, column}: "catalog-syntax" (detail:
/// the parser's words), "catalog-field-unknown" {field, nearest}, "catalog-field-missing" {field},
/// "catalog-type" {field, needed, found}, "catalog-value" {field, found, needed}, "catalog-reference" {field,
/// found, nearest}.
Result<Demo> parseDemo(const std::string &text, const std::string &file);

/// The demo, or "demo-unknown" {demo, nearest} (kind BadInput), or the fault of its damaged file.
Result<Demo> findDemo(const Catalog &catalog, const std::string &id);

} // namespace firstlight
