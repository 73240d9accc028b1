#pragma once

#include "catalog/reading/fault_collection.h"
#include "catalog/reading/yaml_value.h"
#include "core/result.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <regex>
#include <string>
#include <utility>
#include <vector>

namespace firstlight {

/// The kit that the readers of catalog files are made of. A reader is a function from a Place to a Result;
/// the fields of a map are a table of names, readers and where the value goes. The first fault ends the
/// reading, unless a FaultCollection lives.

/// One value of a file, with the words to point at it.
struct Place {
    const YamlValue *value;
    std::string field;       ///< "variants[0].args[2]"; empty: the whole document
    SourcePosition position; ///< of the value, or of its key where there is no value
    const std::string *file;
};

/// An error of kind DamagedCatalog at \a place, with facts {file, line, column, field} and \a facts.
Error damaged(const std::string &code, const Place &place, Facts facts = {});
/// "catalog-type": \a needed is one of the words text, list, map, boolean, integer.
Error wrongType(const Place &place, const std::string &needed);
/// "catalog-value" with what was found and what is \a needed: a pattern, an example, or the allowed words.
Error wrongValue(const Place &place, const std::string &needed, const std::string &nearest = {});
/// "catalog-reference": \a found names something that is not there.
Error dangling(const Place &place, const std::string &found, const std::string &nearest = {});

Result<std::string> readText(const Place &place);   ///< not empty
Result<std::string> readScalar(const Place &place); ///< as written, whatever it looks like
Result<bool> readBoolean(const Place &place);
Result<int> readInteger(const Place &place);
Result<std::uint64_t> readSize(const Place &place);
Result<std::uint64_t> readCount(const Place &place);
Result<std::chrono::seconds> readDuration(const Place &place);
Result<std::string> readId(const Place &place);      ///< [a-z0-9-]
Result<std::string> readSha256(const Place &place);  ///< 64 lower-case hexadecimal digits
Result<std::string> readWebPath(const Place &place); ///< begins with /
Result<std::string>
readRelativePath(const Place &place);              ///< of a file below some folder: no "..", no leading /
Result<std::string> readRegex(const Place &place); ///< ECMAScript, compiles

/// Text that \a pattern (a whole ECMAScript match) describes; \a needed is what the error shows, by default
/// the pattern.
std::function<Result<std::string>(const Place &)> matching(const std::string &pattern,
                                                           const std::string &needed = {});
std::function<Result<std::string>(const Place &)> oneOf(std::vector<std::string> words);
std::function<Result<int>(const Place &)> integerBetween(int lowest, int highest);

/// \a pattern, compiled once a thread. The reference is good until the next call. Throws std::regex_error.
const std::regex &compiled(const std::string &pattern);

/// The items of a list, or the entries of a map with free keys (each key must match \a keyPattern);
/// "catalog-field-twice" {field} for a repeated key.
Result<std::vector<Place>> listItems(const Place &place);
Result<std::vector<std::pair<std::string, Place>>> mapEntries(const Place &place,
                                                              const std::string &keyPattern);
/// The place of \a field in a map, if it is there.
std::optional<Place> entryNamed(const Place &map, const std::string &field);

/// The first of the faults of several things.
struct FirstFault {
    std::optional<Error> error;

    /// Takes \a fault; whether the reading ends with it.
    bool ends(const Error &fault)
    {
        const bool goesOn = FaultCollection::note(fault);
        if (!error)
            error = fault;
        return !goesOn;
    }
};

template <typename Reader> auto listOf(Reader reader)
{
    using Item = typename std::invoke_result_t<Reader, const Place &>::value_type;
    return [reader](const Place &place) -> Result<std::vector<Item>> {
        const Result<std::vector<Place>> items = listItems(place);
        if (!items)
            return fail(items.error());
        std::vector<Item> values;
        FirstFault fault;
        for (const Place &item : *items) {
            auto value = reader(item);
            if (value)
                values.push_back(*std::move(value));
            else if (fault.ends(value.error()))
                break;
        }
        if (fault.error)
            return fail(*std::move(fault.error));
        return values;
    };
}

enum class Presence { Required, Optional };

/// One row of the table that describes a map.
template <typename Struct> struct Field {
    std::string name;
    Presence presence;
    std::function<Result<void>(const Place &, Struct &)> read;
};

/// A field whose value goes where \a member (a pointer to member, or a function that returns a reference)
/// says.
template <typename Struct, typename Member, typename Reader>
Field<Struct> fieldOf(std::string name, Presence presence, Member member, Reader reader)
{
    return {std::move(name), presence, [member, reader](const Place &place, Struct &into) -> Result<void> {
                auto value = reader(place);
                if (!value)
                    return fail(value.error());
                std::invoke(member, into) = *std::move(value);
                return {};
            }};
}

/// Refuses keys that are not in \a known ("catalog-field-unknown" {field, nearest}) or repeated.
Result<void> checkKeys(const Place &map, const std::vector<std::string> &known);
/// "catalog-field-missing" {field} at the beginning of \a map.
Error missingField(const Place &map, const std::string &field);

/// Reads a map by its table, in the order of the table.
template <typename Struct>
Result<void> readFields(const Place &map, const std::vector<Field<Struct>> &fields, Struct &into)
{
    std::vector<std::string> names;
    for (const Field<Struct> &field : fields)
        names.push_back(field.name);
    FirstFault fault;
    Result<void> keys = checkKeys(map, names);
    if (!keys && (fault.ends(keys.error()) || map.value->kind != YamlValue::Kind::Map))
        return keys;
    for (const Field<Struct> &field : fields) {
        const std::optional<Place> place = entryNamed(map, field.name);
        if (!place && field.presence == Presence::Optional)
            continue;
        const Result<void> done
            = place ? field.read(*place, into) : Result<void>(fail(missingField(map, field.name)));
        if (!done && fault.ends(done.error()))
            break;
    }
    if (fault.error)
        return fail(*std::move(fault.error));
    return {};
}

/// A reader of one struct, from its table.
template <typename Struct> auto structOf(const std::vector<Field<Struct>> &(*fields)())
{
    return [fields](const Place &place) -> Result<Struct> {
        Struct value;
        if (Result<void> done = readFields(place, fields(), value); !done)
            return fail(done.error());
        return value;
    };
}

} // namespace firstlight
