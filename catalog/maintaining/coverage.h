#pragma once

#include "catalog/catalog.h"
#include "catalog/choice.h"

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace firstlight {

struct NamedMachine {
    std::string name;
    Machine machine;
};

/// What one demo comes to on one computer.
struct CoverageCell {
    std::string demo;
    Verdict verdict = Verdict::Cannot; ///< of the best variant
    std::string variant;               ///< the best one, whether it runs or not
    std::string model;
    std::optional<Obstacle> nearest; ///< the first thing in its way; nullopt: it runs

    bool operator==(const CoverageCell &) const = default;
};

struct CoverageRow {
    std::string machine;
    std::string processor;           ///< marketing name or architecture
    std::vector<CoverageCell> cells; ///< one for each demo, in the catalog's order

    std::size_t running() const;
};

/// Pure: every demo on every machine.
std::vector<CoverageRow> coverageOf(const Catalog &catalog, const std::vector<NamedMachine> &machines);

nlohmann::json toJson(const CoverageRow &row);

/// A heat map: a row a machine, a column a demo; stands alone, follows light and dark.
std::string toSvg(const std::vector<CoverageRow> &rows);

/// Where the choice of a demo differs between two catalogs on one machine.
struct PickChange {
    std::string machine;
    std::string demo;
    CoverageCell before;
    CoverageCell after;

    bool operator==(const PickChange &) const = default;
};

/// What differs between two catalogs.
struct CatalogDiff {
    std::vector<std::string> added; ///< ids of demos
    std::vector<std::string> removed;
    std::vector<std::string> changed; ///< "chat", "chat/llamacpp-cuda": demos' own fields, and variants
    std::vector<std::string> addedVariants;
    std::vector<std::string> removedVariants;
    std::vector<PickChange> picks;

    bool operator==(const CatalogDiff &) const = default;
};
CatalogDiff diffOf(const Catalog &before, const Catalog &after, const std::vector<NamedMachine> &machines);

} // namespace firstlight
