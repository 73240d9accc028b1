#pragma once

#include "catalog/maintaining/linting/lint_input.h"

#include <chrono>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace firstlight {

struct LinkOptions {
    std::chrono::seconds timeout{20}; ///< of one request
    int parallel = 8;
};

/// Asks whether project pages, hub pages, model files and image manifests are there: "link-dead" {url, found:
/// the status} (an error), "link-unreachable" {url, found: the error's code} (a warning: that may be this
/// network). Each address is asked once. Registries on loopback are asked over http. Package sources are
/// looked up as a download would.
std::vector<LintFinding> lintLinks(const LintInput &input, const LinkOptions &options, std::stop_token stop);

} // namespace firstlight
