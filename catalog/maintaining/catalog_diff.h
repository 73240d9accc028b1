#pragma once

#include "catalog/catalog.h"
#include "catalog/choosing/ranking_keys.h"
#include "catalog/maintaining/recordings.h"
#include "core/result.h"

#include <optional>
#include <string>
#include <vector>

namespace firstlight {

/// One difference between two catalogs. Variants and models are known by their id, wherever they stand.
struct CatalogChange {
    enum class Kind { Added, Removed, Changed };
    Kind kind = Kind::Changed;
    std::string demo;
    std::string field;  ///< "variants.cpu.image"; empty: the demo itself
    std::string before; ///< as written; empty: not there
    std::string after;

    bool operator==(const CatalogChange &) const = default;
};

/// By demo and field. The files are read anew, as they are written. Errors as of the catalog loader.
Result<std::vector<CatalogChange>> changesBetween(const std::vector<Demo> &before,
                                                  const std::vector<Demo> &after);

/// That a computer gets something else, and why.
struct PickChange {
    enum class Reason {
        OnlyBefore, ///< the variant is not there any more
        OnlyAfter,  ///< the variant was not there before
        Obstacle,   ///< `obstacle` is in the way, after; or was, before
        Ranked,     ///< `key` puts the new one before the old
        Model,      ///< the same variant with another model
    };
    std::string machine;
    std::string demo;
    std::string before; ///< variant that ran; empty: none
    std::string after;
    std::string modelBefore;
    std::string modelAfter;
    Reason reason = Reason::Ranked;
    std::optional<Obstacle> obstacle;
    std::optional<RankingKey> key;
};

std::vector<PickChange> pickChanges(const std::vector<Demo> &before, const std::vector<Demo> &after,
                                    const std::vector<RecordedMachine> &machines);

} // namespace firstlight
