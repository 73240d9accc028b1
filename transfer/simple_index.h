#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace firstlight {

/// A file that a Python package index or a page of links offers.
struct IndexedFile {
    std::string name;
    std::string url; ///< as written: often relative to the page
    std::optional<std::string> sha256;

    bool operator==(const IndexedFile &) const = default;
};

/// A simple-API page in JSON (PEP 691); nullopt if it is not one.
std::optional<std::vector<IndexedFile>> parseSimpleJson(const std::string &text);
/// All links of a simple-API page in HTML (PEP 503), or of any page.
std::vector<IndexedFile> parseSimpleHtml(std::string_view text);

/// The project name as indexes spell it: lower case, runs of "-", "_" and "." become "-".
std::string normalizedProject(std::string_view name);
/// True if \a file is a wheel or source distribution of that version of the project.
bool isDistribution(const std::string &file, const std::string &project, const std::string &version);
/// The only one of \a names that fits this computer: a pure wheel before one for this machine before a source
/// distribution. nullopt if there is none or more than one.
std::optional<std::string> onlyFittingFile(const std::vector<std::string> &names, const std::string &machine);

} // namespace firstlight
