#include "hardware/machine_json.h"

#include "hardware/machine_fields.h"
#include "hardware/machine_words.h"

#include <nlohmann/json.hpp>

namespace firstlight {

namespace {

using nlohmann::json;

/// Makes the JSON of a value.
class Writer {
public:
    template <typename Value> void operator()(const char *name, Value &value) { m_json[name] = write(value); }

    json take() { return std::move(m_json); }

    template <typename Value> static json write(const Value &value)
    {
        if constexpr (std::is_enum_v<Value>) {
            for (const auto &[each, name] : namesOf(value)) {
                if (each == value)
                    return name;
            }
            return nullptr;
        } else if constexpr (std::is_same_v<Value, CpuList>) {
            return formatCpuList(value);
        } else if constexpr (requires { json(value); }) {
            return value;
        } else {
            Writer writer;
            describeFields(writer, const_cast<Value &>(value)); // it only reads
            return writer.take();
        }
    }

    template <typename Value> static json write(const std::optional<Value> &value)
    {
        return value ? write(*value) : json(nullptr);
    }

    template <typename Value>
    static json write(const std::vector<Value> &values) requires(!std::is_same_v<Value, int>)
    {
        json array = json::array();
        for (const Value &value : values)
            array.push_back(write(value));
        return array;
    }

private:
    json m_json = json::object();
};

/// Fills a value from JSON and stops at the first wrong type.
class Reader {
public:
    Reader(const json &object, std::string pointer, std::optional<Error> &error)
        : m_json(object)
        , m_pointer(std::move(pointer))
        , m_error(error)
    {
    }

    template <typename Value> void operator()(const char *name, Value &value)
    {
        const auto found = m_json.find(name);
        if (found != m_json.end() && !m_error)
            read(*found, m_pointer + '/' + name, value);
    }

private:
    void damaged(const json &found, const std::string &pointer, const char *needed)
    {
        m_error = Error{.code = "machine-profile-damaged",
                        .facts = {{"pointer", pointer}, {"needed", needed}, {"found", found.type_name()}},
                        .kind = ErrorKind::BadInput};
    }

    void read(const json &from, const std::string &pointer, std::string &value)
    {
        if (!from.is_string())
            return damaged(from, pointer, "string");
        value = from.get<std::string>();
    }

    void read(const json &from, const std::string &pointer, bool &value)
    {
        if (!from.is_boolean())
            return damaged(from, pointer, "boolean");
        value = from.get<bool>();
    }

    void read(const json &from, const std::string &pointer, int &value)
    {
        if (!from.is_number_integer() || from < 0 || from > std::numeric_limits<int>::max())
            return damaged(from, pointer, "number");
        value = from.get<int>();
    }

    void read(const json &from, const std::string &pointer, std::uint64_t &value)
    {
        if (!from.is_number_unsigned())
            return damaged(from, pointer, "number");
        value = from.get<std::uint64_t>();
    }

    void read(const json &from, const std::string &pointer, double &value)
    {
        if (!from.is_number())
            return damaged(from, pointer, "number");
        value = from.get<double>();
    }

    void read(const json &from, const std::string &pointer, CpuList &value)
    {
        auto cpus = from.is_string() ? parseCpuList(from.get_ref<const std::string &>()) : std::nullopt;
        if (!cpus)
            return damaged(from, pointer, "cpu list");
        value = std::move(*cpus);
    }

    void read(const json &from, const std::string &pointer, std::set<std::string> &value)
    {
        std::vector<std::string> items;
        read(from, pointer, items);
        value = {items.begin(), items.end()};
    }

    template <typename Value>
    void read(const json &from, const std::string &pointer, std::optional<Value> &value)
    {
        value.reset();
        if (!from.is_null())
            read(from, pointer, value.emplace());
    }

    template <typename Value>
    void read(const json &from, const std::string &pointer,
              std::vector<Value> &value) requires(!std::is_same_v<Value, int>)
    {
        if (!from.is_array())
            return damaged(from, pointer, "array");
        value.clear();
        for (std::size_t i = 0; i < from.size() && !m_error; ++i)
            read(from[i], pointer + '/' + std::to_string(i), value.emplace_back());
    }

    template <typename Value>
    void read(const json &from, const std::string &pointer, Value &value) requires std::is_enum_v<Value>
    {
        const std::string name = from.is_string() ? from.get<std::string>() : std::string();
        for (const auto &[each, spelling] : namesOf(value)) {
            if (spelling == name) {
                value = each;
                return;
            }
        }
        damaged(from, pointer, "known word");
    }

    template <typename Value>
    void read(const json &from, const std::string &pointer, Value &value) requires std::is_class_v<Value>
    {
        if (!from.is_object())
            return damaged(from, pointer, "object");
        Reader reader(from, pointer, m_error);
        describeFields(reader, value);
    }

    const json &m_json;
    std::string m_pointer;
    std::optional<Error> &m_error;
};

bool isSupported(const json &profile)
{
    return profile.is_object() && profile.contains("schema") && profile["schema"] == Machine().schema;
}

} // namespace

json toJson(const Machine &machine)
{
    return Writer::write(machine);
}

Result<Machine> machineFromJson(const json &profile)
{
    if (!isSupported(profile)) {
        const bool named = profile.is_object() && profile.contains("schema") && profile["schema"].is_string();
        return fail({.code = "machine-profile-damaged",
                     .facts = {{"pointer", "/schema"},
                               {"needed", Machine().schema},
                               {"found", named ? profile["schema"].get<std::string>()
                                               : std::string(profile.type_name())}},
                     .kind = ErrorKind::BadInput});
    }
    std::optional<Error> error;
    Machine machine;
    Reader reader(profile, "", error);
    describeFields(reader, machine);
    if (error)
        return fail(std::move(*error));
    return machine;
}

} // namespace firstlight
