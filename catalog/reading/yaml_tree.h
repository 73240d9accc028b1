#pragma once

#include "catalog/reading/yaml_value.h"
#include "core/result.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace firstlight {

/// A document while it is read: its values in one row, and aliases as aliases, which are added up and not
/// copied. So a few lines that stand for millions of values, or for gigabytes of text, are refused before
/// they cost anything. Call the functions in the order of the document; none after one that has failed.
class YamlTree {
public:
    /// Where a value stands and what is written before it.
    struct Properties {
        SourcePosition position;
        std::string_view tag;
        std::string_view anchor;
    };

    /// \a file is only named in errors, and must outlive this.
    explicit YamlTree(const std::string &file)
        : m_file(file)
    {
    }

    /// A scalar, or Kind::Nothing with no text. Errors of this and the following: "catalog-syntax",
    /// "catalog-too-large".
    Result<void> add(YamlValue::Kind kind, const Properties &properties, std::string_view text, bool quoted);
    Result<void> addAlias(std::string_view name, SourcePosition where);
    /// A list or a map, whose children follow until close().
    Result<void> open(YamlValue::Kind kind, const Properties &properties);
    void close();

    bool isEmpty() const { return m_nodes.empty(); }
    /// Of the list or map that has not been closed yet.
    SourcePosition innermost() const;
    /// The whole, each alias replaced by a copy; only if every open() had its close() and it is not empty.
    YamlValue built() const;

private:
    /// What a value comes to with everything below it, aliases replaced.
    struct Cost {
        int values = 0;
        std::size_t bytes = 0; ///< of text
        int levels = 0;        ///< of lists and maps
    };
    struct Node {
        YamlValue::Kind kind = YamlValue::Kind::Nothing;
        bool quoted = false;
        bool open = false;
        SourcePosition position;
        std::size_t textBegin = 0; ///< in m_text
        std::size_t textSize = 0;
        std::size_t firstChild = 0; ///< 0, the root, is nobody's child: none
        std::size_t next = 0;       ///< the parent's next child
        std::size_t children = 0;
        std::size_t aliasOf = 0;
        bool alias = false;
        Cost cost;
    };
    struct Open {
        std::size_t node;
        std::size_t lastChild;
        Cost before; ///< what the document had come to
        int levelsBelow;
    };

    Result<void> refuseTag(const Properties &properties) const;
    Result<void> spend(const Cost &cost, SourcePosition where);
    Node &append(YamlValue::Kind kind, SourcePosition where);
    void raiseParent(int levels);
    void name(std::string_view anchor);
    void build(const Node &node, YamlValue &into) const;

    const std::string &m_file;
    std::vector<Node> m_nodes;
    std::string m_text;
    std::vector<Open> m_open;
    std::map<std::string, std::size_t, std::less<>> m_anchors;
    Cost m_spent;
};

} // namespace firstlight
