#pragma once

#include "catalog/catalog.h"
#include "catalog/choice.h"
#include "catalog/maintaining/recordings.h"

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

namespace firstlight {

/// What one computer gets of one demo: the variant that is best, and what is in its way.
struct CoverageCell {
    std::string variant;
    std::string model;
    Verdict verdict = Verdict::Cannot;
    std::optional<Obstacle> nearest; ///< that decides the verdict; nullopt: it runs
};

struct CoverageRow {
    std::string machine;
    std::string architecture;
    std::vector<CoverageCell> cells; ///< in the order of Coverage::demos

    int running() const; ///< demos that run at once
};

struct Coverage {
    std::vector<std::string> demos;
    std::vector<CoverageRow> rows;
};

/// Judges each demo on each computer by choose().
Coverage coverageOf(const std::vector<Demo> &demos, const std::vector<RecordedMachine> &machines);

nlohmann::json toJson(const Coverage &coverage);

/// The words of the picture, in the person's language.
struct HeatMapWords {
    std::string title;
    std::string runs;
    std::string afterFix;
    std::string unknown;
    std::string cannot;
};

/// A picture of computers (rows) × demos (columns) as SVG: colour and sign say the verdict, in light and
/// dark; each field's title names the variant.
std::string heatMap(const Coverage &coverage, const HeatMapWords &words);

} // namespace firstlight
