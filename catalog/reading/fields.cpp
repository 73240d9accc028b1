#include "catalog/reading/fields.h"

#include "catalog/quantities.h"
#include "core/nearest.h"

#include <algorithm>
#include <charconv>
#include <initializer_list>
#include <map>
#include <regex>
#include <set>
#include <string_view>

namespace firstlight {

namespace {

using Kind = YamlValue::Kind;

bool isAmong(std::string_view text, std::initializer_list<std::string_view> words)
{
    return std::find(words.begin(), words.end(), text) != words.end();
}

bool isBoolean(std::string_view text)
{
    return isAmong(text, {"true", "True", "TRUE", "false", "False", "FALSE"});
}

bool areAll(std::string_view text, std::string_view digits)
{
    return !text.empty() && text.find_first_not_of(digits) == std::string_view::npos;
}

constexpr std::string_view decimalDigits = "0123456789";

std::string_view withoutSign(std::string_view text)
{
    return text.starts_with('-') || text.starts_with('+') ? text.substr(1) : text;
}

/// Not 048: YAML 1.1 reads it as octal or as text, 1.2 as decimal.
bool isInteger(std::string_view text)
{
    if (text.starts_with("0o"))
        return areAll(text.substr(2), "01234567");
    if (text.starts_with("0x"))
        return areAll(text.substr(2), "0123456789abcdefABCDEF");
    const std::string_view digits = withoutSign(text);
    return areAll(digits, decimalDigits) && (digits.size() == 1 || digits.front() != '0');
}

/// [-+]? ( . digits | digits ( . digits? )? ) ( [eE] [-+]? digits )?, and the names of infinity and no
/// number.
bool isNumber(std::string_view text)
{
    if (isAmong(text, {".nan", ".NaN", ".NAN"}))
        return true;
    text = withoutSign(text);
    if (isAmong(text, {".inf", ".Inf", ".INF"}))
        return true;
    if (const std::size_t exponent = text.find_first_of("eE"); exponent != std::string_view::npos) {
        if (!areAll(withoutSign(text.substr(exponent + 1)), decimalDigits))
            return false;
        text = text.substr(0, exponent);
    }
    const std::size_t point = text.find('.');
    if (point == std::string_view::npos)
        return areAll(text, decimalDigits);
    const std::string_view before = text.substr(0, point);
    const std::string_view after = text.substr(point + 1);
    return (before.empty() || areAll(before, decimalDigits))
           && (after.empty() || areAll(after, decimalDigits)) && !(before.empty() && after.empty());
}

/// What a plain scalar is by the core schema of YAML 1.2, and any other value by its shape.
std::string typeOf(const YamlValue &value)
{
    switch (value.kind) {
    case Kind::Nothing:
        return "nothing";
    case Kind::List:
        return "list";
    case Kind::Map:
        return "map";
    case Kind::Scalar:
        break;
    }
    constexpr std::size_t longestPlain = 64; // nothing longer is a number that anyone wrote
    if (value.quoted || value.text.empty() || value.text.size() > longestPlain)
        return "text";
    return isBoolean(value.text)   ? "boolean"
           : isInteger(value.text) ? "integer"
           : isNumber(value.text)  ? "number"
                                   : "text";
}

/// Long or many-lined values are cut, so that a message stays a line.
std::string shown(const YamlValue &value)
{
    if (value.kind != Kind::Scalar)
        return typeOf(value);
    constexpr std::size_t longest = 80;
    if (value.text.size() <= longest)
        return value.text;
    std::size_t end = longest;
    while (end > 0 && (static_cast<unsigned char>(value.text[end]) & 0xc0) == 0x80)
        --end;
    return value.text.substr(0, end) + "…";
}

std::string joined(const std::vector<std::string> &words)
{
    std::string line;
    for (const std::string &word : words)
        line += (line.empty() ? "" : ", ") + word;
    return line;
}

std::string childField(const Place &map, const std::string &key)
{
    return map.field.empty() ? key : map.field + "." + key;
}

Place entryPlace(const Place &map, const YamlEntry &entry)
{
    const bool nothing = entry.value.kind == Kind::Nothing; // the parser puts it after what comes before
    return {&entry.value, childField(map, entry.key.text),
            nothing ? entry.key.position : entry.value.position, map.file};
}

Place keyPlace(const Place &map, const YamlEntry &entry)
{
    return {&entry.key, childField(map, shown(entry.key)), entry.key.position, map.file};
}

/// A map whose keys are scalars, each once.
Result<void> checkMap(const Place &map)
{
    if (map.value->kind != Kind::Map)
        return fail(wrongType(map, "map"));
    std::set<std::string_view> seen;
    for (const YamlEntry &entry : map.value->entries) {
        if (entry.key.kind != Kind::Scalar)
            return fail(wrongType(keyPlace(map, entry), "text"));
        if (!seen.insert(entry.key.text).second)
            return fail(damaged("catalog-field-twice", keyPlace(map, entry)));
    }
    return {};
}

template <typename Value>
Result<Value> readQuantity(const Place &place, std::optional<Value> (*parse)(std::string_view),
                           const char *example)
{
    const Result<std::string> text = readScalar(place);
    if (!text)
        return fail(text.error());
    if (std::optional<Value> value = parse(*text))
        return *value;
    return fail(wrongValue(place, example));
}

} // namespace

const std::regex &compiled(const std::string &pattern)
{
    // Compiling costs a hundred times what matching does, and a catalog says the same few again and again.
    constexpr std::size_t most = 200;
    thread_local std::map<std::string, std::regex> known;
    const auto found = known.find(pattern);
    if (found != known.end())
        return found->second;
    if (known.size() >= most)
        known.clear();
    return known.emplace(pattern, std::regex(pattern)).first->second;
}

Error damaged(const std::string &code, const Place &place, Facts facts)
{
    facts["file"] = *place.file;
    facts["line"] = std::to_string(place.position.line);
    facts["column"] = std::to_string(place.position.column);
    facts["field"] = place.field;
    return {.code = code, .facts = std::move(facts), .kind = ErrorKind::DamagedCatalog};
}

Error wrongType(const Place &place, const std::string &needed)
{
    return damaged("catalog-type", place, {{"needed", needed}, {"found", typeOf(*place.value)}});
}

Error wrongValue(const Place &place, const std::string &needed, const std::string &nearest)
{
    return damaged("catalog-value", place,
                   {{"needed", needed}, {"found", shown(*place.value)}, {"nearest", nearest}});
}

Error dangling(const Place &place, const std::string &found, const std::string &nearest)
{
    return damaged("catalog-reference", place, {{"found", found}, {"nearest", nearest}});
}

Error missingField(const Place &map, const std::string &field)
{
    Place place = map;
    place.field = childField(map, field);
    return damaged("catalog-field-missing", place);
}

Result<std::string> readScalar(const Place &place)
{
    if (place.value->kind != Kind::Scalar)
        return fail(wrongType(place, "text"));
    return place.value->text;
}

Result<std::string> readText(const Place &place)
{
    if (typeOf(*place.value) != "text")
        return fail(wrongType(place, "text"));
    if (place.value->text.find_first_not_of(" \t\r\n") == std::string::npos)
        return fail(wrongValue(place, "text"));
    return place.value->text;
}

Result<bool> readBoolean(const Place &place)
{
    if (typeOf(*place.value) != "boolean")
        return fail(wrongType(place, "boolean"));
    return place.value->text[0] == 't' || place.value->text[0] == 'T';
}

Result<int> readInteger(const Place &place)
{
    if (typeOf(*place.value) != "integer")
        return fail(wrongType(place, "integer"));
    int number = 0;
    const std::string &text = place.value->text;
    const char *end = text.data() + text.size();
    const auto [read, error] = std::from_chars(text.data() + (text[0] == '+' ? 1 : 0), end, number);
    if (error != std::errc{} || read != end)
        return fail(wrongValue(place, "-2147483648 … 2147483647"));
    return number;
}

std::function<Result<int>(const Place &)> integerBetween(int lowest, int highest)
{
    return [lowest, highest](const Place &place) -> Result<int> {
        const Result<int> number = readInteger(place);
        if (number && (*number < lowest || *number > highest))
            return fail(wrongValue(place, std::to_string(lowest) + " … " + std::to_string(highest)));
        return number;
    };
}

Result<std::uint64_t> readSize(const Place &place)
{
    return readQuantity(place, parseSize, "94 MiB");
}

Result<std::uint64_t> readCount(const Place &place)
{
    return readQuantity(place, parseCount, "135 M");
}

Result<std::chrono::seconds> readDuration(const Place &place)
{
    return readQuantity(place, parseDuration, "60 s");
}

std::function<Result<std::string>(const Place &)> matching(const std::string &pattern,
                                                           const std::string &needed)
{
    return [regex = std::regex(pattern),
            needed = needed.empty() ? pattern : needed](const Place &place) -> Result<std::string> {
        Result<std::string> text = readText(place);
        constexpr std::size_t longest = 2000; // std::regex recurses once a character
        if (text && (text->size() > longest || !std::regex_match(*text, regex)))
            return fail(wrongValue(place, needed));
        return text;
    };
}

std::function<Result<std::string>(const Place &)> oneOf(std::vector<std::string> words)
{
    return [words = std::move(words)](const Place &place) -> Result<std::string> {
        Result<std::string> text = readText(place);
        if (text && std::find(words.begin(), words.end(), *text) == words.end())
            return fail(wrongValue(place, joined(words), nearest(*text, words)));
        return text;
    };
}

Result<std::string> readId(const Place &place)
{
    Result<std::string> text = readText(place);
    constexpr std::size_t longest = 63; // of a label in a host's name
    constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz0123456789-";
    if (text && (text->size() > longest || text->front() == '-' || !areAll(*text, letters)))
        return fail(wrongValue(place, "[a-z0-9-]"));
    return text;
}

Result<std::string> readSha256(const Place &place)
{
    // A digest of decimal digits only looks like a number to YAML, so it is read as written.
    const Result<std::string> text = readScalar(place);
    if (!text)
        return text;
    const bool hex = text->find_first_not_of("0123456789abcdef") == std::string::npos;
    if (!hex || text->size() != 64)
        return fail(wrongValue(place, "[0-9a-f]{64}"));
    return text;
}

Result<std::string> readWebPath(const Place &place)
{
    Result<std::string> text = readText(place);
    const auto graphic = [](char letter) { return letter >= '!' && letter <= '~'; };
    constexpr std::size_t longest = 2000;
    if (text
        && (text->size() > longest || text->front() != '/'
            || !std::all_of(text->begin(), text->end(), graphic)))
        return fail(wrongValue(place, "/path"));
    return text;
}

Result<std::string> readRelativePath(const Place &place)
{
    Result<std::string> text = readText(place);
    if (!text)
        return text;
    const std::string path = "/" + *text + "/";
    if (text->front() == '/' || path.find("/../") != std::string::npos || path.find("//") != std::string::npos
        || path.find("/./") != std::string::npos || path.find('\\') != std::string::npos)
        return fail(wrongValue(place, "folder/file"));
    return text;
}

Result<std::string> readRegex(const Place &place)
{
    Result<std::string> text = readText(place);
    if (!text)
        return text;
    constexpr std::size_t longest = 500;
    if (text->size() > longest)
        return fail(wrongValue(place, "regex, 500"));
    try {
        static_cast<void>(compiled(*text));
    } catch (const std::regex_error &error) {
        Error wrong = wrongValue(place, "regex");
        wrong.detail = error.what();
        return fail(std::move(wrong));
    }
    return text;
}

Result<std::vector<Place>> listItems(const Place &place)
{
    if (place.value->kind != Kind::List)
        return fail(wrongType(place, "list"));
    std::vector<Place> items;
    for (std::size_t i = 0; i < place.value->items.size(); ++i) {
        const YamlValue &item = place.value->items[i];
        items.push_back({&item, place.field + "[" + std::to_string(i) + "]", item.position, place.file});
    }
    return items;
}

Result<std::vector<std::pair<std::string, Place>>> mapEntries(const Place &place,
                                                              const std::string &keyPattern)
{
    if (Result<void> map = checkMap(place); !map)
        return fail(map.error());
    const std::regex &pattern = compiled(keyPattern);
    std::vector<std::pair<std::string, Place>> entries;
    for (const YamlEntry &entry : place.value->entries) {
        const std::string &key = entry.key.text;
        if (key.size() > 200 || !std::regex_match(key, pattern))
            return fail(wrongValue(keyPlace(place, entry), keyPattern));
        entries.emplace_back(key, entryPlace(place, entry));
    }
    return entries;
}

std::optional<Place> entryNamed(const Place &map, const std::string &field)
{
    for (const YamlEntry &entry : map.value->entries) {
        if (entry.key.text == field)
            return entryPlace(map, entry);
    }
    return std::nullopt;
}

Result<void> checkKeys(const Place &map, const std::vector<std::string> &known)
{
    if (Result<void> shape = checkMap(map); !shape)
        return shape;
    FirstFault fault;
    for (const YamlEntry &entry : map.value->entries) {
        if (std::find(known.begin(), known.end(), entry.key.text) == known.end()
            && fault.ends(damaged("catalog-field-unknown", keyPlace(map, entry),
                                  {{"nearest", nearest(entry.key.text, known)}})))
            break;
    }
    if (fault.error)
        return fail(*std::move(fault.error));
    return {};
}

} // namespace firstlight
