#pragma once

#include "catalog/choosing/obstacles.h"
#include "catalog/demo.h"

#include <string>
#include <vector>

namespace firstlight {

enum class Answer { Yes, Unknown, No };

/// One node of a requirement with how it stands on a computer.
struct ExplainedRequirement {
    Requirement::Kind kind = Requirement::Kind::All;
    std::string words; ///< of a term: "isa ≥ x86-64-v3"
    Answer answer = Answer::Yes;
    SourcePosition position;
    Obstacles obstacles; ///< of a term or device that does not hold
    std::vector<ExplainedRequirement> children;
};

/// The tree of \a variant, each node judged by itself.
ExplainedRequirement explainRequirement(const Variant &variant, const Machine &machine);

/// By what a variant stands where it stands, in the order of the comparison.
struct ExplainedRank {
    std::string variant;
    Verdict verdict = Verdict::Cannot;
    Placement placement = Placement::Cpu;
    std::optional<int> pace; ///< steps of 10 %, of what is fast enough; nullopt: not known
    int weight = 0;
    bool unlocked = false;
    std::optional<std::uint64_t> memoryBytes;
};
std::vector<ExplainedRank> explainRanking(const Demo &demo, const Choice &choice);

} // namespace firstlight
