#pragma once

#include "cli/session.h"

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace firstlight {

/// What was said to one of `firstlight catalog …`.
struct CatalogOptions {
    std::vector<std::string> paths;
    std::vector<std::string> demos;
    std::string machines; ///< a folder of recorded computers
    std::string format;
    std::string output; ///< a file instead of standard output
    std::string schema = "demo";
    std::string reference; ///< of `new`
    bool online = false;   ///< of `lint`
};

int lintCatalog(const Session &session, const CatalogOptions &options);
int showCoverage(const Session &session, const CatalogOptions &options);
int diffCatalogs(const Session &session, const CatalogOptions &options);
int explainDemo(const Session &session, const CatalogOptions &options);
int draftDemo(const Session &session, const CatalogOptions &options);
int showSchema(const Session &session, const CatalogOptions &options);

/// Adds `catalog` with its verbs to \a app; what is asked for goes into \a verb and \a options.
void describeCatalogVerbs(CLI::App &app, std::function<int(const Session &)> &verb, Options &options);

/// Writes \a text to standard output, or to the file of --output. The exit code.
int writeOutput(const Session &session, const CatalogOptions &options, const std::string &text);

} // namespace firstlight
