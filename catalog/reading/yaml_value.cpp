#include "catalog/reading/yaml_value.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <yaml.h>

namespace firstlight {

namespace {

std::atomic<int> documentsRead{0};

/// Length in bytes of the character at the front of \a text, 0 if it is not valid UTF-8 or not allowed in
/// YAML.
std::size_t characterLength(std::string_view text)
{
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char first = byte(0);
    if (first < 0x80) {
        const bool control = first < 0x20 && first != '\t' && first != '\n' && first != '\r';
        return control || first == 0x7f ? 0 : 1;
    }
    const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || text.size() < length)
        return 0;
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xc0) != 0x80)
            return 0;
    }
    const bool overlong = (first == 0xe0 && byte(1) < 0xa0) || (first == 0xf0 && byte(1) < 0x90);
    const bool surrogateOrTooHigh = (first == 0xed && byte(1) > 0x9f) || (first == 0xf4 && byte(1) > 0x8f);
    return overlong || surrogateOrTooHigh ? 0 : length;
}

SourcePosition positionOf(const yaml_mark_t &mark)
{
    return {static_cast<int>(mark.line) + 1, static_cast<int>(mark.column) + 1};
}

/// Of the byte at \a offset; lines end as YAML ends them, columns are characters.
SourcePosition positionIn(std::string_view text, std::size_t offset)
{
    SourcePosition position{1, 1};
    for (std::size_t at = 0; at < offset; ++at) {
        const auto byte = static_cast<unsigned char>(text[at]);
        if (byte == '\n') {
            ++position.line;
            position.column = 1;
        } else if ((byte & 0xc0) != 0x80 && byte != '\r') {
            ++position.column;
        }
    }
    return position;
}

Error syntaxError(const std::string &file, SourcePosition where, std::string detail)
{
    return {
        .code = "catalog-syntax",
        .facts
        = {{"file", file}, {"line", std::to_string(where.line)}, {"column", std::to_string(where.column)}},
        .kind = ErrorKind::DamagedCatalog,
        .detail = std::move(detail)};
}

Error tooLarge(const std::string &file, SourcePosition where, std::size_t limit, const std::string &unit)
{
    Error refused = syntaxError(file, where, {});
    refused.code = "catalog-too-large";
    refused.facts["needed"] = std::to_string(limit);
    refused.facts["unit"] = unit;
    return refused;
}

struct EventDeleter {
    void operator()(yaml_event_t *event) const
    {
        yaml_event_delete(event);
        delete event;
    }
};
using Event = std::unique_ptr<yaml_event_t, EventDeleter>;

struct ParserDeleter {
    void operator()(yaml_parser_t *parser) const
    {
        yaml_parser_delete(parser);
        delete parser;
    }
};
using Parser = std::unique_ptr<yaml_parser_t, ParserDeleter>;

std::string textOf(const yaml_char_t *text)
{
    return text ? reinterpret_cast<const char *>(text) : std::string();
}

/// What a plain scalar is that says nothing, by the core schema of YAML 1.2.
bool saysNothing(const yaml_event_t &event)
{
    const auto &scalar = event.data.scalar;
    if (scalar.style != YAML_PLAIN_SCALAR_STYLE || scalar.tag)
        return false;
    const std::string_view text(reinterpret_cast<const char *>(scalar.value), scalar.length);
    return text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL";
}

/// Builds the tree from the parser's events. No function goes on after one that has failed.
class TreeBuilder {
public:
    explicit TreeBuilder(const std::string &file)
        : m_file(file)
    {
    }

    std::optional<YamlValue> takeRoot() { return std::move(m_root); }

    Result<void> take(const yaml_event_t &event)
    {
        const SourcePosition where = positionOf(event.start_mark);
        switch (event.type) {
        case YAML_DOCUMENT_START_EVENT:
            return m_root ? refuse(where, "more than one document") : Result<void>{};
        case YAML_SCALAR_EVENT:
            return takeScalar(event, where);
        case YAML_ALIAS_EVENT:
            return takeAlias(textOf(event.data.alias.anchor), where);
        case YAML_SEQUENCE_START_EVENT:
            return open(YamlValue::Kind::List, where, textOf(event.data.sequence_start.tag),
                        textOf(event.data.sequence_start.anchor));
        case YAML_MAPPING_START_EVENT:
            return open(YamlValue::Kind::Map, where, textOf(event.data.mapping_start.tag),
                        textOf(event.data.mapping_start.anchor));
        case YAML_SEQUENCE_END_EVENT:
        case YAML_MAPPING_END_EVENT:
            close();
            return {};
        default:
            return {};
        }
    }

private:
    struct Frame {
        YamlValue value;
        std::optional<YamlValue> key;
        std::string anchor;
        int valuesBefore; ///< how many were spent when it began
    };
    struct Named {
        YamlValue value;
        int values; ///< in all
    };

    Result<void> refuse(SourcePosition where, std::string detail) const
    {
        return fail(syntaxError(m_file, where, std::move(detail)));
    }

    Result<void> refuseTag(const std::string &tag, SourcePosition where) const
    {
        return tag.empty() || tag == "!" ? Result<void>{} : refuse(where, "tag " + tag);
    }

    Result<void> spend(int values, SourcePosition where)
    {
        m_values += values;
        if (m_values > yamlLimitValues)
            return fail(tooLarge(m_file, where, yamlLimitValues, "values"));
        return {};
    }

    static YamlValue leaf(YamlValue::Kind kind, SourcePosition where)
    {
        YamlValue value;
        value.kind = kind;
        value.position = where;
        return value;
    }

    Result<void> takeScalar(const yaml_event_t &event, SourcePosition where)
    {
        const auto &scalar = event.data.scalar;
        if (Result<void> tag = refuseTag(textOf(scalar.tag), where); !tag)
            return tag;
        if (Result<void> spent = spend(1, where); !spent)
            return spent;
        YamlValue value
            = leaf(saysNothing(event) ? YamlValue::Kind::Nothing : YamlValue::Kind::Scalar, where);
        if (value.kind == YamlValue::Kind::Scalar)
            value.text.assign(reinterpret_cast<const char *>(scalar.value), scalar.length);
        value.quoted = scalar.style != YAML_PLAIN_SCALAR_STYLE || scalar.tag;
        add(std::move(value), textOf(scalar.anchor), 1);
        return {};
    }

    /// What it stands for is counted before it is copied: a file of a few lines must not become millions.
    Result<void> takeAlias(const std::string &name, SourcePosition where)
    {
        const auto named = m_anchors.find(name);
        if (named == m_anchors.end()) // not there, or it contains the alias itself
            return refuse(where, "alias *" + name + " names nothing before it");
        if (Result<void> spent = spend(named->second.values, where); !spent)
            return spent;
        YamlValue copy = named->second.value;
        copy.position = where;
        add(std::move(copy), {}, 0);
        return {};
    }

    Result<void> open(YamlValue::Kind kind, SourcePosition where, const std::string &tag,
                      const std::string &anchor)
    {
        if (Result<void> known = refuseTag(tag, where); !known)
            return known;
        if (m_open.size() >= yamlLimitDepth)
            return fail(tooLarge(m_file, where, yamlLimitDepth, "levels"));
        const int before = m_values;
        if (Result<void> spent = spend(1, where); !spent)
            return spent;
        m_anchors.erase(anchor); // the new one is not whole before its end
        m_open.push_back({leaf(kind, where), std::nullopt, anchor, before});
        return {};
    }

    void close()
    {
        Frame frame = std::move(m_open.back());
        m_open.pop_back();
        add(std::move(frame.value), frame.anchor, m_values - frame.valuesBefore);
    }

    void add(YamlValue value, const std::string &anchor, int values)
    {
        if (!anchor.empty())
            m_anchors[anchor] = {value, values};
        if (m_open.empty()) {
            m_root = std::move(value);
            return;
        }
        Frame &frame = m_open.back();
        if (frame.value.kind == YamlValue::Kind::List) {
            frame.value.items.push_back(std::move(value));
        } else if (!frame.key) {
            frame.key = std::move(value);
        } else {
            frame.value.entries.push_back({std::move(*frame.key), std::move(value)});
            frame.key.reset();
        }
    }

    const std::string &m_file;
    std::vector<Frame> m_open;
    std::map<std::string, Named> m_anchors;
    std::optional<YamlValue> m_root;
    int m_values = 0;
};

Result<YamlValue> parse(std::string_view text, const std::string &file)
{
    Parser parser(new yaml_parser_t{});
    if (!yaml_parser_initialize(parser.get()))
        return fail(syntaxError(file, {1, 1}, "no memory"));
    yaml_parser_set_encoding(parser.get(), YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(parser.get(), reinterpret_cast<const unsigned char *>(text.data()),
                                 text.size());
    ++documentsRead;
    TreeBuilder builder(file);
    for (bool more = true; more;) {
        Event event(new yaml_event_t{});
        if (!yaml_parser_parse(parser.get(), event.get())) {
            const bool marked = parser->problem_mark.line + parser->problem_mark.column > 0;
            const yaml_mark_t &mark = marked ? parser->problem_mark : parser->context_mark;
            return fail(syntaxError(file, positionOf(mark), parser->problem ? parser->problem : "not YAML"));
        }
        more = event->type != YAML_STREAM_END_EVENT;
        if (Result<void> taken = builder.take(*event); !taken)
            return fail(taken.error());
    }
    if (std::optional<YamlValue> root = builder.takeRoot())
        return *std::move(root);
    return fail(syntaxError(file, {1, 1}, "empty"));
}

} // namespace

Result<YamlValue> readYaml(const std::string &text, const std::string &file)
{
    constexpr std::string_view byteOrderMark = "\xef\xbb\xbf";
    std::string_view content = text;
    if (content.starts_with(byteOrderMark))
        content.remove_prefix(byteOrderMark.size());
    if (content.size() > yamlLimitBytes)
        return fail(tooLarge(file, {1, 1}, yamlLimitBytes, "bytes"));

    for (std::size_t at = 0; at < content.size();) {
        const std::size_t length = characterLength(content.substr(at));
        if (length == 0)
            return fail(syntaxError(file, positionIn(content, at), "not UTF-8 text"));
        at += length;
    }
    return parse(content, file);
}

int yamlDocumentsRead()
{
    return documentsRead;
}

} // namespace firstlight
