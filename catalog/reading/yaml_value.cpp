#include "catalog/reading/yaml_value.h"

#include <atomic>
#include <istream>
#include <map>
#include <optional>
#include <sstream>
#include <string_view>
#include <utility>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

namespace firstlight {

namespace {

std::atomic<int> documentsRead{0};

struct Refused {
    Error error;
};

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

/// The lines of a text, to turn the parser's byte columns into columns of characters.
class Lines {
public:
    Lines(std::string_view text, const std::string &file)
        : m_text(text)
        , m_file(file)
    {
        m_starts.push_back(0);
        for (std::size_t i = 0; i < text.size(); ++i) {
            if (text[i] == '\n')
                m_starts.push_back(i + 1);
        }
    }

    SourcePosition position(std::size_t offset) const
    {
        std::size_t line = 0;
        while (line + 1 < m_starts.size() && m_starts[line + 1] <= offset)
            ++line;
        return position(static_cast<int>(line), static_cast<int>(offset - m_starts[line]));
    }

    /// Both from 0, the column in bytes; from 1 and in characters come out.
    SourcePosition position(int line, int byteColumn) const
    {
        const auto index = static_cast<std::size_t>(std::max(line, 0));
        if (index >= m_starts.size())
            return {static_cast<int>(m_starts.size()), 1};
        const std::string_view rest = m_text.substr(m_starts[index]);
        const std::string_view before = rest.substr(0, static_cast<std::size_t>(std::max(byteColumn, 0)));
        int characters = 0;
        for (const char letter : before)
            characters += (static_cast<unsigned char>(letter) & 0xc0) == 0x80 ? 0 : 1;
        return {static_cast<int>(index) + 1, characters + 1};
    }

    SourcePosition position(const YAML::Mark &mark) const { return position(mark.line, mark.column); }

    Error error(const std::string &code, SourcePosition where, std::string detail) const
    {
        return {.code = code,
                .facts = {{"file", m_file},
                          {"line", std::to_string(where.line)},
                          {"column", std::to_string(where.column)}},
                .kind = ErrorKind::DamagedCatalog,
                .detail = std::move(detail)};
    }

    Error tooLarge(SourcePosition where, std::size_t limit, const std::string &unit) const
    {
        Error refused = error("catalog-too-large", where, {});
        refused.facts["needed"] = std::to_string(limit);
        refused.facts["unit"] = unit;
        return refused;
    }

private:
    std::string_view m_text;
    const std::string &m_file;
    std::vector<std::size_t> m_starts;
};

int countValues(const YamlValue &value)
{
    int count = 1;
    for (const YamlValue &item : value.items)
        count += countValues(item);
    for (const YamlEntry &entry : value.entries)
        count += countValues(entry.key) + countValues(entry.value);
    return count;
}

/// Builds the tree from the parser's events.
class TreeBuilder final : public YAML::EventHandler {
public:
    explicit TreeBuilder(const Lines &lines)
        : m_lines(lines)
    {
    }

    std::optional<YamlValue> takeRoot() { return std::move(m_root); }

    void OnDocumentStart(const YAML::Mark &mark) override
    {
        if (m_root)
            throw Refused{m_lines.error("catalog-syntax", m_lines.position(mark), "more than one document")};
    }
    void OnDocumentEnd() override { }

    void OnNull(const YAML::Mark &mark, YAML::anchor_t anchor) override
    {
        add(leaf(YamlValue::Kind::Nothing, mark), anchor);
    }

    void OnScalar(const YAML::Mark &mark, const std::string &tag, YAML::anchor_t anchor,
                  const std::string &value) override
    {
        refuseTag(tag, mark);
        YamlValue scalar = leaf(YamlValue::Kind::Scalar, mark);
        scalar.text = value;
        scalar.quoted = tag == "!";
        add(std::move(scalar), anchor);
    }

    void OnAlias(const YAML::Mark &mark, YAML::anchor_t anchor) override
    {
        const auto named = m_anchors.find(anchor);
        if (named == m_anchors.end()) // it names something that contains it
            throw Refused{m_lines.error("catalog-syntax", m_lines.position(mark), "recursive alias")};
        spend(countValues(named->second), mark);
        YamlValue copy = named->second;
        copy.position = m_lines.position(mark);
        add(std::move(copy), YAML::NullAnchor);
    }

    void OnSequenceStart(const YAML::Mark &mark, const std::string &tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value) override
    {
        open(YamlValue::Kind::List, mark, tag, anchor);
    }
    void OnSequenceEnd() override { close(); }
    void OnMapStart(const YAML::Mark &mark, const std::string &tag, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value) override
    {
        open(YamlValue::Kind::Map, mark, tag, anchor);
    }
    void OnMapEnd() override { close(); }

private:
    struct Frame {
        YamlValue value;
        std::optional<YamlValue> key;
        YAML::anchor_t anchor;
    };

    void refuseTag(const std::string &tag, const YAML::Mark &mark) const
    {
        if (!tag.empty() && tag != "?" && tag != "!")
            throw Refused{m_lines.error("catalog-syntax", m_lines.position(mark), "tag " + tag)};
    }

    void spend(int values, const YAML::Mark &mark)
    {
        m_values += values;
        if (m_values > yamlLimitValues)
            throw Refused{m_lines.tooLarge(m_lines.position(mark), yamlLimitValues, "values")};
    }

    YamlValue leaf(YamlValue::Kind kind, const YAML::Mark &mark)
    {
        spend(1, mark);
        YamlValue value;
        value.kind = kind;
        value.position = m_lines.position(mark);
        return value;
    }

    void open(YamlValue::Kind kind, const YAML::Mark &mark, const std::string &tag, YAML::anchor_t anchor)
    {
        refuseTag(tag, mark);
        if (m_open.size() >= yamlLimitDepth)
            throw Refused{m_lines.tooLarge(m_lines.position(mark), yamlLimitDepth, "levels")};
        m_open.push_back({leaf(kind, mark), std::nullopt, anchor});
    }

    void close()
    {
        Frame frame = std::move(m_open.back());
        m_open.pop_back();
        add(std::move(frame.value), frame.anchor);
    }

    void add(YamlValue value, YAML::anchor_t anchor)
    {
        if (anchor != YAML::NullAnchor)
            m_anchors[anchor] = value;
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

    const Lines &m_lines;
    std::vector<Frame> m_open;
    std::map<YAML::anchor_t, YamlValue> m_anchors;
    std::optional<YamlValue> m_root;
    int m_values = 0;
};

Result<YamlValue> parse(std::string_view text, const Lines &lines)
{
    try {
        std::istringstream stream{std::string(text)};
        YAML::Parser parser(stream);
        TreeBuilder builder(lines);
        ++documentsRead;
        while (parser.HandleNextDocument(builder)) { }
        if (std::optional<YamlValue> root = builder.takeRoot())
            return *std::move(root);
        return fail(lines.error("catalog-syntax", {1, 1}, "empty"));
    } catch (const Refused &refused) {
        return fail(refused.error);
    } catch (const YAML::Exception &error) {
        return fail(lines.error("catalog-syntax", lines.position(error.mark), error.msg));
    } catch (const std::exception &error) {
        return fail(lines.error("catalog-syntax", {1, 1}, error.what()));
    }
}

} // namespace

Result<YamlValue> readYaml(const std::string &text, const std::string &file)
{
    constexpr std::string_view byteOrderMark = "\xef\xbb\xbf";
    std::string_view content = text;
    if (content.starts_with(byteOrderMark))
        content.remove_prefix(byteOrderMark.size());
    if (content.size() > yamlLimitBytes)
        return fail(Lines({}, file).tooLarge({1, 1}, yamlLimitBytes, "bytes"));

    const Lines lines(content, file);
    for (std::size_t at = 0; at < content.size();) {
        const std::size_t length = characterLength(content.substr(at));
        if (length == 0)
            return fail(lines.error("catalog-syntax", lines.position(at), "not UTF-8 text"));
        at += length;
    }
    return parse(content, lines);
}

int yamlDocumentsRead()
{
    return documentsRead;
}

} // namespace firstlight
