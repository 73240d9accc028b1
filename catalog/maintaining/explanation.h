#pragma once

#include "catalog/choice.h"
#include "catalog/choosing/ranking_keys.h"
#include "catalog/demo.h"
#include "hardware/machine.h"

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

namespace firstlight {

enum class Truth { Yes, Unknown, No };

/// One requirement of a tree on one computer.
struct ExplainedRequirement {
    std::string what; ///< "all", "any", "not", "device", or "arch", "compute", …
    std::string needed;
    std::string found; ///< empty: it holds, or nobody knows
    Truth truth = Truth::Unknown;
    std::string device; ///< of "device": the address of the one that comes nearest
    int line = 0;
    int column = 0;
    std::vector<ExplainedRequirement> children;
};

struct ExplainedVariant {
    VariantChoice choice;
    RankingKeys keys;
    std::optional<RankingKey> beforeNext; ///< why it stands before the next one; nullopt: it is the last
    ExplainedRequirement requirement;
};

/// Best first, as choose() ranks them. \a variant: only this one; empty: all. Errors as of choose().
Result<std::vector<ExplainedVariant>> explainChoice(const Demo &demo, const Machine &machine,
                                                    const std::string &variant = {});

nlohmann::json toJson(const ExplainedVariant &explained);
std::string nameOf(RankingKey key); ///< "inclusion"

} // namespace firstlight
