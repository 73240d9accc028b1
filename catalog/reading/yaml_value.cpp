#include "catalog/reading/yaml_value.h"

#include "catalog/reading/yaml_text.h"
#include "catalog/reading/yaml_tree.h"

#include <algorithm>
#include <atomic>
#include <string_view>
#include <yaml.h>

namespace firstlight {

namespace {

std::atomic<int> documentsRead{0};

struct Event : yaml_event_t {
    Event()
        : yaml_event_t{}
    {
    }
    ~Event() { yaml_event_delete(this); }
    Event(const Event &) = delete;
    Event &operator=(const Event &) = delete;
};

struct Parser : yaml_parser_t {
    Parser()
        : yaml_parser_t{}
    {
    }
    ~Parser() { yaml_parser_delete(this); }
    Parser(const Parser &) = delete;
    Parser &operator=(const Parser &) = delete;
};

SourcePosition positionOf(const yaml_mark_t &mark)
{
    return {static_cast<int>(mark.line) + 1, static_cast<int>(mark.column) + 1};
}

std::string_view viewOf(const yaml_char_t *text)
{
    return text ? reinterpret_cast<const char *>(text) : std::string_view();
}

/// Whether a plain scalar is null by the core schema of YAML 1.2.
bool saysNothing(std::string_view text)
{
    return text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL";
}

/// In double quotes an escape can say what may not stand in the file: the end of a C string, or what
/// recolours a terminal.
Result<void> takeScalar(YamlTree &tree, const yaml_event_t &event, SourcePosition where,
                        const std::string &file)
{
    const auto &scalar = event.data.scalar;
    const std::string_view text(reinterpret_cast<const char *>(scalar.value), scalar.length);
    if (const char *why
        = scalar.style == YAML_DOUBLE_QUOTED_SCALAR_STYLE ? forbiddenCharacter(text) : nullptr)
        return fail(yamlSyntaxError(file, where, std::string("escaped ") + why));
    const YamlTree::Properties properties{where, viewOf(scalar.tag), viewOf(scalar.anchor)};
    const bool quoted = scalar.style != YAML_PLAIN_SCALAR_STYLE || scalar.tag;
    if (!quoted && saysNothing(text))
        return tree.add(YamlValue::Kind::Nothing, properties, {}, false);
    return tree.add(YamlValue::Kind::Scalar, properties, text, quoted);
}

Result<void> take(YamlTree &tree, const yaml_event_t &event, const std::string &file)
{
    const SourcePosition where = positionOf(event.start_mark);
    switch (event.type) {
    case YAML_DOCUMENT_START_EVENT:
        if (!tree.isEmpty())
            return fail(yamlSyntaxError(file, where, "more than one document"));
        return {};
    case YAML_SCALAR_EVENT:
        return takeScalar(tree, event, where, file);
    case YAML_ALIAS_EVENT:
        return tree.addAlias(viewOf(event.data.alias.anchor), where);
    case YAML_SEQUENCE_START_EVENT: {
        const auto &list = event.data.sequence_start;
        return tree.open(YamlValue::Kind::List, {where, viewOf(list.tag), viewOf(list.anchor)});
    }
    case YAML_MAPPING_START_EVENT: {
        const auto &map = event.data.mapping_start;
        return tree.open(YamlValue::Kind::Map, {where, viewOf(map.tag), viewOf(map.anchor)});
    }
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        tree.close();
        return {};
    default:
        return {};
    }
}

std::size_t charactersIn(std::string_view text)
{
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char byte) {
        return (static_cast<unsigned char>(byte) & 0xc0) != 0x80;
    }));
}

/// What ends too early is shown where it begins: the end of the file helps nobody.
SourcePosition whereToLook(const Parser &parser, std::string_view text, const YamlTree &tree)
{
    const std::size_t end = charactersIn(text);
    if (!parser.context || parser.problem_mark.index < end)
        return positionOf(parser.problem_mark);
    return parser.context_mark.index < end ? positionOf(parser.context_mark) : tree.innermost();
}

Result<YamlValue> parse(std::string_view text, const std::string &file)
{
    Parser parser;
    if (!yaml_parser_initialize(&parser))
        return fail(yamlSyntaxError(file, {1, 1}, "no memory"));
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, reinterpret_cast<const unsigned char *>(text.data()), text.size());
    ++documentsRead;
    YamlTree tree(file);
    for (bool more = true; more;) {
        Event event;
        if (!yaml_parser_parse(&parser, &event)) {
            std::string words = parser.context ? std::string(parser.context) + ", " : std::string();
            words += parser.problem ? parser.problem : "no memory";
            return fail(yamlSyntaxError(file, whereToLook(parser, text, tree), std::move(words)));
        }
        if (Result<void> taken = take(tree, event, file); !taken)
            return fail(taken.error());
        more = event.type != YAML_STREAM_END_EVENT;
    }
    if (tree.isEmpty())
        return fail(yamlSyntaxError(file, {1, 1}, "empty"));
    return tree.built();
}

} // namespace

Result<YamlValue> readYaml(const std::string &text, const std::string &file)
{
    constexpr std::string_view byteOrderMark = "\xef\xbb\xbf";
    std::string_view content = text;
    if (content.starts_with(byteOrderMark))
        content.remove_prefix(byteOrderMark.size());
    if (content.size() > yamlLimitBytes)
        return fail(yamlTooLarge(file, {1, 1}, yamlLimitBytes, "bytes"));
    if (std::optional<ForbiddenText> forbidden = forbiddenText(content))
        return fail(yamlSyntaxError(file, forbidden->position, std::move(forbidden->detail)));
    return parse(content, file);
}

int yamlDocumentsRead()
{
    return documentsRead;
}

} // namespace firstlight
