#include "catalog/reading/yaml_tree.h"

#include "catalog/reading/yaml_text.h"

#include <algorithm>

namespace firstlight {

namespace {

/// The name may be as long as the file; a message stays a line.
std::string cut(std::string_view name)
{
    constexpr std::size_t longest = 80;
    if (name.size() <= longest)
        return std::string(name);
    std::size_t end = longest;
    while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xc0) == 0x80)
        --end;
    return std::string(name.substr(0, end)) + "…";
}

} // namespace

Result<void> YamlTree::add(YamlValue::Kind kind, const Properties &properties, std::string_view text,
                           bool quoted)
{
    if (Result<void> tag = refuseTag(properties); !tag)
        return tag;
    const Cost cost{1, text.size(), 0};
    if (Result<void> spent = spend(cost, properties.position); !spent)
        return spent;
    Node &node = append(kind, properties.position);
    node.quoted = quoted;
    node.textBegin = m_text.size();
    node.textSize = text.size();
    node.cost = cost;
    m_text += text;
    name(properties.anchor);
    return {};
}

Result<void> YamlTree::addAlias(std::string_view anchor, SourcePosition where)
{
    const auto named = m_anchors.find(anchor);
    if (named == m_anchors.end())
        return fail(yamlSyntaxError(m_file, where, "alias *" + cut(anchor) + " names nothing before it"));
    const std::size_t target = named->second;
    if (m_nodes[target].open)
        return fail(yamlSyntaxError(m_file, where, "alias *" + cut(anchor) + " names what contains it"));
    const Cost cost = m_nodes[target].cost;
    if (Result<void> spent = spend(cost, where); !spent)
        return spent;
    Node &node = append(m_nodes[target].kind, where);
    node.alias = true;
    node.aliasOf = target;
    node.cost = cost;
    raiseParent(cost.levels);
    return {};
}

Result<void> YamlTree::open(YamlValue::Kind kind, const Properties &properties)
{
    if (Result<void> tag = refuseTag(properties); !tag)
        return tag;
    const Cost before = m_spent;
    if (Result<void> spent = spend({1, 0, 1}, properties.position); !spent)
        return spent;
    append(kind, properties.position).open = true;
    name(properties.anchor);
    m_open.push_back({m_nodes.size() - 1, 0, before, 0});
    return {};
}

void YamlTree::close()
{
    const Open closed = m_open.back();
    m_open.pop_back();
    Node &node = m_nodes[closed.node];
    node.open = false;
    node.cost = {m_spent.values - closed.before.values, m_spent.bytes - closed.before.bytes,
                 closed.levelsBelow + 1};
    raiseParent(node.cost.levels);
}

SourcePosition YamlTree::innermost() const
{
    return m_open.empty() ? SourcePosition{1, 1} : m_nodes[m_open.back().node].position;
}

YamlValue YamlTree::built() const
{
    YamlValue root;
    build(m_nodes.front(), root);
    return root;
}

/// "!" alone says: text, whatever it looks like. Any other tag asks for a type of which there are none here.
Result<void> YamlTree::refuseTag(const Properties &properties) const
{
    if (properties.tag.empty() || properties.tag == "!")
        return {};
    return fail(yamlSyntaxError(m_file, properties.position, "tag " + cut(properties.tag)));
}

Result<void> YamlTree::spend(const Cost &cost, SourcePosition where)
{
    m_spent.values += cost.values;
    m_spent.bytes += cost.bytes;
    if (m_open.size() + static_cast<std::size_t>(cost.levels) > yamlLimitDepth)
        return fail(yamlTooLarge(m_file, where, yamlLimitDepth, "levels"));
    if (m_spent.values > yamlLimitValues)
        return fail(yamlTooLarge(m_file, where, yamlLimitValues, "values"));
    if (m_spent.bytes > yamlLimitBytes)
        return fail(yamlTooLarge(m_file, where, yamlLimitBytes, "bytes"));
    return {};
}

YamlTree::Node &YamlTree::append(YamlValue::Kind kind, SourcePosition where)
{
    const std::size_t index = m_nodes.size();
    if (!m_open.empty()) {
        Open &parent = m_open.back();
        (parent.lastChild ? m_nodes[parent.lastChild].next : m_nodes[parent.node].firstChild) = index;
        parent.lastChild = index;
        ++m_nodes[parent.node].children;
    }
    Node &node = m_nodes.emplace_back();
    node.kind = kind;
    node.position = where;
    return node;
}

void YamlTree::raiseParent(int levels)
{
    if (!m_open.empty())
        m_open.back().levelsBelow = std::max(m_open.back().levelsBelow, levels);
}

/// The latest node is what aliases of \a anchor mean from here on.
void YamlTree::name(std::string_view anchor)
{
    if (!anchor.empty())
        m_anchors.insert_or_assign(std::string(anchor), m_nodes.size() - 1);
}

void YamlTree::build(const Node &node, YamlValue &into) const
{
    if (node.alias) {
        build(m_nodes[node.aliasOf], into);
        into.position = node.position;
        return;
    }
    into.kind = node.kind;
    into.quoted = node.quoted;
    into.position = node.position;
    into.text.assign(m_text, node.textBegin, node.textSize);
    std::size_t child = node.firstChild;
    if (node.kind == YamlValue::Kind::List) {
        into.items.resize(node.children);
        for (YamlValue &item : into.items) {
            build(m_nodes[child], item);
            child = m_nodes[child].next;
        }
    } else if (node.kind == YamlValue::Kind::Map) {
        into.entries.resize(node.children / 2);
        for (YamlEntry &entry : into.entries) {
            const Node &key = m_nodes[child];
            build(key, entry.key);
            build(m_nodes[key.next], entry.value);
            child = m_nodes[key.next].next;
        }
    }
}

} // namespace firstlight
