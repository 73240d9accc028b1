#pragma once

#include "catalog/demo.h"
#include "core/result.h"

#include <string>
#include <vector>

namespace firstlight {

struct YamlEntry;

/// A YAML document as a plain tree in which everything knows where it stands. Aliases are already replaced by
/// what they name.
struct YamlValue {
    enum class Kind { Nothing, Scalar, List, Map };

    Kind kind = Kind::Nothing;
    std::string text;    ///< of a scalar
    bool quoted = false; ///< written in quotes or as a block: text, whatever it looks like
    std::vector<YamlValue> items;
    std::vector<YamlEntry> entries; ///< in the order of the file; a repeated key is here twice
    SourcePosition position;
};

struct YamlEntry {
    YamlValue key;
    YamlValue value;
};

/// What a file may cost to read; more is refused as an attack or an accident.
constexpr std::size_t yamlLimitBytes = 1u << 20; ///< of the file, and of its text after aliases
constexpr int yamlLimitDepth = 32;               ///< after aliases
constexpr int yamlLimitValues = 20'000;          ///< after aliases

/// Reads \a text, which must be exactly one document in UTF-8. Columns count characters, not bytes. The only
/// function that knows libyaml. Aliases are added up before they are copied, so that no file costs more than
/// the limits allow. Errors (kind DamagedCatalog, facts {file, line, column}): "catalog-syntax" (detail: the
/// parser's words; what ends too early is shown where it begins), "catalog-too-large" {needed: the limit,
/// unit: bytes, levels or values}.
Result<YamlValue> readYaml(const std::string &text, const std::string &file);

/// How many documents this process has handed to the parser: lets a test see that a remembered catalog is not
/// parsed.
int yamlDocumentsRead();

} // namespace firstlight
