#include "hardware/machine_schema.h"

#include "hardware/machine_fields.h"
#include "hardware/machine_words.h"

#include <concepts>
#include <limits>
#include <nlohmann/json.hpp>

namespace firstlight {

namespace {

using nlohmann::json;

// As parseCpuList() takes it and formatCpuList() writes it: "0-3,8", or nothing.
constexpr const char *cpuListPattern = "^([0-9]+(-[0-9]+)?(,[0-9]+(-[0-9]+)?)*)?$";

template <typename Type> struct ListOf : std::false_type {
};
template <typename Item> struct ListOf<std::vector<Item>> : std::true_type {
    using Value = Item;
};

template <typename Type> struct MaybeOf : std::false_type {
};
template <typename Known> struct MaybeOf<std::optional<Known>> : std::true_type {
    using Value = Known;
};

/// Collects the schema of each field of a struct.
class SchemaOfFields {
public:
    template <typename Value> void operator()(const char *name, Value &) { m_properties[name] = of<Value>(); }

    template <typename Value> static json of()
    {
        if constexpr (MaybeOf<Value>::value)
            return orNull(of<typename MaybeOf<Value>::Value>());
        else if constexpr (std::same_as<Value, bool>)
            return {{"type", "boolean"}};
        else if constexpr (std::same_as<Value, double>)
            return {{"type", "number"}};
        else if constexpr (std::same_as<Value, std::string>)
            return {{"type", "string"}};
        else if constexpr (std::integral<Value>)
            return {{"type", "integer"}, {"minimum", 0}, {"maximum", std::numeric_limits<Value>::max()}};
        else if constexpr (std::same_as<Value, std::set<std::string>>)
            return {{"type", "array"}, {"items", of<std::string>()}, {"uniqueItems", true}};
        else if constexpr (std::is_enum_v<Value>)
            return ofWords<Value>();
        else
            return ofClass<Value>();
    }

private:
    template <typename Value> static json ofClass()
    {
        if constexpr (std::same_as<Value, CpuList>) {
            return {{"type", "string"}, {"pattern", cpuListPattern}};
        } else if constexpr (ListOf<Value>::value) {
            return {{"type", "array"}, {"items", of<typename ListOf<Value>::Value>()}};
        } else {
            SchemaOfFields fields;
            Value value;
            describeFields(fields, value);
            return {{"type", "object"}, {"properties", std::move(fields.m_properties)}};
        }
    }

    template <typename Enum> static json ofWords()
    {
        json words = json::array();
        for (const auto &[value, name] : namesOf(Enum()))
            words.push_back(name);
        return {{"enum", std::move(words)}};
    }

    static json orNull(json schema)
    {
        if (schema.contains("enum"))
            schema["enum"].push_back(nullptr);
        else
            schema["type"] = {schema["type"], "null"};
        return schema;
    }

    json m_properties = json::object();
};

} // namespace

json machineSchema()
{
    json schema = SchemaOfFields::of<Machine>();
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema";
    schema["$id"] = "firstlight-machine-1.schema.json";
    schema["title"] = "A computer as Firstlight sees it";
    schema["properties"]["schema"] = {{"const", Machine().schema}};
    schema["required"] = {"schema"};
    return schema;
}

} // namespace firstlight
