#pragma once

#include "catalog/demo.h"
#include "core/result.h"

#include <filesystem>
#include <string>
#include <vector>

namespace firstlight {

/// A folder that holds demos/ and perhaps images/, or one demo's file.
struct CatalogSource {
    std::filesystem::path path;
    CatalogOrigin origin = CatalogOrigin::BuiltIn;

    bool operator==(const CatalogSource &) const = default;
};

/// All demos that could be read, sorted by id. A damaged file costs its own demo only; `faults` tells of it.
struct Catalog {
    std::vector<CatalogSource> sources;
    std::vector<Demo> demos;
    std::vector<Error>
        faults; ///< kind DamagedCatalog, facts {file, line, column, …}; facts.demo is the file's stem

    bool operator==(const Catalog &) const = default;
};

/// Reads `demos/*.yaml` of each source, or the file that it is. A demo of a later source wins over one of the
/// same id (`Demo::replaces` says so); where its file is damaged, the earlier one stays. A recipe is looked
/// for in the `images/` of the source itself, then of the earlier ones, the nearest first. Only the catalog
/// that came with this program may take files of this computer for models (file:///…).
///
/// What a file's bytes were parsed to is remembered in \a cacheDirectory (empty: nowhere) under their hash,
/// so that an unchanged catalog costs no YAML parsing. Errors: "catalog-missing" {path} for a source of
/// origin BuiltIn or Given that is not there; others need not exist.
Result<Catalog> loadCatalog(const std::vector<CatalogSource> &sources,
                            const std::filesystem::path &cacheDirectory = {});
/// One folder, as the catalog that came with this program.
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
