#pragma once

#include "core/error.h"

#include <string>
#include <vector>

namespace firstlight {

/// What a finding means for who looks after the catalog.
enum class Severity {
    Error,   ///< the catalog must not be published so
    Warning, ///< a promise to people is not kept, or not as well as it could be
    Info,    ///< worth knowing
};

/// One thing that was found in a file of the catalog. The sentence of each rule is in text/lint_text.cpp; a
/// fault of the reader has its error's code as the rule.
struct LintFinding {
    Severity severity = Severity::Error;
    std::string rule; ///< stable, kebab-case: "licence-unknown"
    std::string file;
    int line = 1;
    int column = 1;
    std::string subject; ///< what it is about: "chat", "chat/llamacpp-cuda", "chat/qwen3-0.6b"
    Facts facts;

    bool operator==(const LintFinding &) const = default;
};

/// All that was found, by file, line, column and rule.
struct LintReport {
    std::vector<LintFinding> findings;
    int demos = 0; ///< files that were looked at, damaged ones too
    int variants = 0;
    int recipes = 0;

    int count(Severity severity) const;
};

} // namespace firstlight
