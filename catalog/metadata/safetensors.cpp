#include "catalog/metadata/formats.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

namespace firstlight {

namespace {

using nlohmann::json;

// The header's form and these names: huggingface/safetensors, README and safetensors/src/tensor.rs.
struct NumberType {
    std::string_view name;
    const char *quantisation; ///< empty: several weights may lie packed in one such number
};

constexpr NumberType numberTypes[] = {
    {"F64", "F64"},     {"F32", "F32"}, {"F16", "F16"}, {"BF16", "BF16"}, {"F8_E4M3", "FP8"},
    {"F8_E5M2", "FP8"}, {"I8", "INT8"}, {"U8", ""},     {"I16", ""},      {"U16", ""},
    {"I32", ""},        {"U32", ""},    {"I64", ""},    {"U64", ""},      {"BOOL", ""},
};

constexpr std::uint64_t longestHeader = 100'000'000; // by the specification

std::optional<std::uint64_t> elementsOf(const json &shape)
{
    if (!shape.is_array())
        return std::nullopt;
    std::optional<std::uint64_t> elements = 1;
    for (const json &dimension : shape) {
        if (!dimension.is_number_unsigned() || !elements)
            return std::nullopt;
        elements = product(*elements, dimension.get<std::uint64_t>());
    }
    return elements;
}

/// 17 of "model.layers.17.self_attn.k_proj.weight": the first number between dots.
std::optional<int> layerOf(std::string_view name)
{
    for (std::size_t begin = 0; begin < name.size();) {
        const std::size_t end = std::min(name.find('.', begin), name.size());
        const std::string_view part = name.substr(begin, end - begin);
        constexpr std::size_t longest = 4;
        if (!part.empty() && part.size() <= longest
            && part.find_first_not_of("0123456789") == std::string_view::npos)
            return std::stoi(std::string(part));
        begin = end + 1;
    }
    return std::nullopt;
}

/// Rows of a layer's projection to keys or values: KV heads × their length.
bool isKeyOrValue(std::string_view name)
{
    return name.ends_with(".k_proj.weight") || name.ends_with(".v_proj.weight");
}

struct Counted {
    std::optional<std::uint64_t> parameters = 0; ///< nullopt: some are packed
    std::map<std::string, std::uint64_t> bytesByType;
    std::uint64_t end = 0;
    std::set<int> layers;
    std::optional<std::uint64_t> keysAndValues = 0; ///< numbers a token
};

/// What is wrong with the tensor; empty: nothing.
const char *count(const std::string &name, const json &tensor, Counted &counted)
{
    if (!tensor.is_object() || !tensor.contains("dtype") || !tensor["dtype"].is_string())
        return "type of a tensor";
    const auto elements = tensor.contains("shape") ? elementsOf(tensor["shape"]) : std::nullopt;
    if (!elements)
        return "shape of a tensor";
    const json offsets = tensor.value("data_offsets", json());
    if (!offsets.is_array() || offsets.size() != 2 || !offsets[0].is_number_unsigned()
        || !offsets[1].is_number_unsigned() || offsets[0] > offsets[1])
        return "place of a tensor";
    const auto end = offsets[1].get<std::uint64_t>();
    counted.end = std::max(counted.end, end);
    const auto &type = tensor["dtype"].get_ref<const std::string &>();
    counted.bytesByType[type] += end - offsets[0].get<std::uint64_t>();
    const auto *known = std::find_if(std::begin(numberTypes), std::end(numberTypes),
                                     [&](const NumberType &each) { return each.name == type; });
    const bool packed = known == std::end(numberTypes) || *known->quantisation == '\0';
    counted.parameters = counted.parameters && !packed ? sum(*counted.parameters, *elements) : std::nullopt;
    if (const auto layer = layerOf(name))
        counted.layers.insert(*layer);
    if (isKeyOrValue(name) && tensor["shape"].size() == 2 && counted.keysAndValues)
        counted.keysAndValues = sum(*counted.keysAndValues, tensor["shape"][0].get<std::uint64_t>());
    return "";
}

std::string quantisationOf(const Counted &counted)
{
    const auto most = std::max_element(counted.bytesByType.begin(), counted.bytesByType.end(),
                                       [](const auto &a, const auto &b) { return a.second < b.second; });
    for (const NumberType &known : numberTypes) {
        if (most != counted.bytesByType.end() && known.name == most->first)
            return known.quantisation;
    }
    return {};
}

} // namespace

Result<ModelMetadata> readSafetensors(std::string_view bytes)
{
    std::uint64_t length = 0;
    constexpr std::size_t lengthBytes = sizeof length;
    if (bytes.size() < lengthBytes)
        return fail(incompleteMetadata());
    std::memcpy(&length, bytes.data(), lengthBytes); // little-endian, as all that this is built for
    if (length > longestHeader)
        return fail(invalidMetadata("length of the header"));
    if (length > bytes.size() - lengthBytes)
        return fail(incompleteMetadata());
    const json header = json::parse(bytes.substr(lengthBytes, length), nullptr, false);
    if (!header.is_object())
        return fail(invalidMetadata("header"));
    Counted counted;
    for (const auto &[name, tensor] : header.items()) {
        if (name == "__metadata__")
            continue;
        if (const char *wrong = count(name, tensor, counted); *wrong)
            return fail(invalidMetadata(wrong));
    }
    ModelMetadata metadata{.format = "safetensors"};
    metadata.quantisation = quantisationOf(counted);
    if (counted.parameters && *counted.parameters > 0)
        metadata.parameters = counted.parameters;
    if (!counted.layers.empty())
        metadata.layers = static_cast<int>(counted.layers.size());
    if (counted.keysAndValues && *counted.keysAndValues > 0)
        metadata.kvBytesPerToken = product(*counted.keysAndValues, 2);
    metadata.sizeBytes = sum(lengthBytes + length, counted.end);
    return metadata;
}

} // namespace firstlight
