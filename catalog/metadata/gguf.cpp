#include "catalog/metadata/formats.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <map>
#include <numeric>
#include <type_traits>
#include <variant>
#include <vector>

namespace firstlight {

namespace {

// Names, numbers and the layout are those of ggml's docs/gguf.md and its Python package `gguf`.
enum class ValueType : std::uint32_t {
    U8,
    I8,
    U16,
    I16,
    U32,
    I32,
    F32,
    Bool,
    String,
    Array,
    U64,
    I64,
    F64,
};

struct TensorType {
    std::uint32_t id;
    std::uint64_t blockElements;
    std::uint64_t blockBytes;
};

constexpr TensorType tensorTypes[] = {
    {0, 1, 4},     {1, 1, 2},      {2, 32, 18},    {3, 32, 20},    {6, 32, 22},    {7, 32, 24},
    {8, 32, 34},   {10, 256, 84},  {11, 256, 110}, {12, 256, 144}, {13, 256, 176}, {14, 256, 210},
    {16, 256, 66}, {17, 256, 74},  {18, 256, 98},  {19, 256, 50},  {20, 32, 18},   {21, 256, 110},
    {22, 256, 82}, {23, 256, 136}, {24, 1, 1},     {25, 1, 2},     {26, 1, 4},     {27, 1, 8},
    {28, 1, 8},    {29, 256, 56},  {30, 1, 2},     {34, 256, 54},  {35, 256, 66},  {39, 32, 17},
    {40, 64, 36},  {41, 128, 18},
};

struct FileType {
    std::uint64_t id;
    const char *name;
};

constexpr FileType fileTypes[] = {
    {0, "F32"},     {1, "F16"},     {2, "Q4_0"},     {3, "Q4_1"},    {7, "Q8_0"},     {8, "Q5_0"},
    {9, "Q5_1"},    {10, "Q2_K"},   {11, "Q3_K_S"},  {12, "Q3_K_M"}, {13, "Q3_K_L"},  {14, "Q4_K_S"},
    {15, "Q4_K_M"}, {16, "Q5_K_S"}, {17, "Q5_K_M"},  {18, "Q6_K"},   {19, "IQ2_XXS"}, {20, "IQ2_XS"},
    {21, "Q2_K_S"}, {22, "IQ3_XS"}, {23, "IQ3_XXS"}, {24, "IQ1_S"},  {25, "IQ4_NL"},  {26, "IQ3_S"},
    {27, "IQ3_M"},  {28, "IQ2_S"},  {29, "IQ2_M"},   {30, "IQ4_XS"}, {31, "IQ1_M"},   {32, "BF16"},
    {36, "TQ1_0"},  {37, "TQ2_0"},  {38, "MXFP4"},   {39, "NVFP4"},  {40, "Q1_0"},
};

constexpr std::uint64_t longestKey = 65535; // by the specification
constexpr std::uint32_t mostDimensions = 4; // ggml's GGML_MAX_DIMS
constexpr int deepestArray = 4;
constexpr std::size_t mostLayers = 1024;     // that a list of one number a layer is kept for
constexpr std::uint64_t mostSettings = 4096; // real files have about fifty

/// The bytes ended, or say what cannot be.
enum class Trouble { None, Ended, Invalid };

/// Reads on; after the first trouble every read is empty, so that only the end need look.
class Cursor {
public:
    explicit Cursor(std::string_view bytes)
        : m_bytes(bytes)
    {
    }

    Trouble trouble() const { return m_trouble; }
    const char *reason() const { return m_reason; }
    bool good() const { return m_trouble == Trouble::None; }
    std::uint64_t position() const { return m_at; }

    void refuse(const char *reason)
    {
        if (good()) {
            m_trouble = Trouble::Invalid;
            m_reason = reason;
        }
    }

    std::string_view take(std::uint64_t count)
    {
        if (good() && count > m_bytes.size() - m_at)
            m_trouble = Trouble::Ended;
        if (!good())
            return {};
        const std::string_view taken = m_bytes.substr(m_at, count);
        m_at += count;
        return taken;
    }

    template <typename Number> Number number()
    {
        static_assert(std::endian::native == std::endian::little, "GGUF is read as it lies there");
        Number value{};
        if (const std::string_view bytes = take(sizeof(Number)); !bytes.empty())
            std::memcpy(&value, bytes.data(), sizeof(Number));
        return value;
    }

    std::string_view text() { return take(number<std::uint64_t>()); }

private:
    std::string_view m_bytes;
    std::size_t m_at = 0;
    Trouble m_trouble = Trouble::None;
    const char *m_reason = "";
};

std::uint64_t widthOf(ValueType type)
{
    switch (type) {
    case ValueType::U8:
    case ValueType::I8:
    case ValueType::Bool:
        return 1;
    case ValueType::U16:
    case ValueType::I16:
        return 2;
    case ValueType::U32:
    case ValueType::I32:
    case ValueType::F32:
        return 4;
    case ValueType::U64:
    case ValueType::I64:
    case ValueType::F64:
        return 8;
    case ValueType::String:
    case ValueType::Array:
        break;
    }
    return 0;
}

/// What is kept of a value: whole numbers that are not negative, short lists of them, and texts.
using Value = std::variant<std::monostate, std::uint64_t, std::vector<std::uint64_t>, std::string_view>;

Value wholeNumber(Cursor &cursor, ValueType type)
{
    const auto kept = [](auto value) -> Value {
        if constexpr (std::is_signed_v<decltype(value)>) {
            if (value < 0)
                return {};
        }
        return static_cast<std::uint64_t>(value);
    };
    switch (type) {
    case ValueType::U8:
        return kept(cursor.number<std::uint8_t>());
    case ValueType::I8:
        return kept(cursor.number<std::int8_t>());
    case ValueType::U16:
        return kept(cursor.number<std::uint16_t>());
    case ValueType::I16:
        return kept(cursor.number<std::int16_t>());
    case ValueType::U32:
        return kept(cursor.number<std::uint32_t>());
    case ValueType::I32:
        return kept(cursor.number<std::int32_t>());
    case ValueType::U64:
        return kept(cursor.number<std::uint64_t>());
    case ValueType::I64:
        return kept(cursor.number<std::int64_t>());
    default:
        break;
    }
    cursor.take(widthOf(type));
    return {};
}

Value readValue(Cursor &cursor, ValueType type, int depth = 0);

Value readArray(Cursor &cursor, int depth)
{
    const auto type = static_cast<ValueType>(cursor.number<std::uint32_t>());
    const auto count = cursor.number<std::uint64_t>();
    if (depth >= deepestArray)
        cursor.refuse("arrays within arrays");
    const std::uint64_t width = widthOf(type);
    if (width > 0 && count > mostLayers) { // a vocabulary's numbers
        const auto bytes = product(count, width);
        cursor.take(bytes.value_or(std::numeric_limits<std::uint64_t>::max()));
        return {};
    }
    std::vector<std::uint64_t> numbers;
    for (std::uint64_t index = 0; index < count && cursor.good(); ++index) {
        const Value value = readValue(cursor, type, depth + 1);
        if (const auto *number = std::get_if<std::uint64_t>(&value))
            numbers.push_back(*number);
    }
    return numbers.size() == count ? Value(std::move(numbers)) : Value();
}

Value readValue(Cursor &cursor, ValueType type, int depth)
{
    if (!cursor.good())
        return {};
    if (type == ValueType::String)
        return cursor.text();
    if (type == ValueType::Array)
        return readArray(cursor, depth);
    if (widthOf(type) == 0) {
        cursor.refuse("type of a value");
        return {};
    }
    return wholeNumber(cursor, type);
}

using Settings = std::map<std::string, Value, std::less<>>;

std::optional<std::uint64_t> numberOf(const Settings &settings, std::string_view key)
{
    const auto found = settings.find(key);
    if (found == settings.end())
        return std::nullopt;
    const auto *number = std::get_if<std::uint64_t>(&found->second);
    return number ? std::optional(*number) : std::nullopt;
}

std::string_view textOf(const Settings &settings, std::string_view key)
{
    const auto found = settings.find(key);
    const auto *text = found == settings.end() ? nullptr : std::get_if<std::string_view>(&found->second);
    return text ? *text : std::string_view();
}

/// As an int where it is a sensible one.
std::optional<int> smallNumberOf(const Settings &settings, const std::string &key, std::uint64_t most)
{
    const auto number = numberOf(settings, key);
    return number && *number > 0 && *number <= most ? std::optional(static_cast<int>(*number)) : std::nullopt;
}

/// One for each layer: a list says it of each, a number of all.
std::optional<std::uint64_t> overLayers(const Settings &settings, const std::string &key,
                                        std::uint64_t layers)
{
    const auto found = settings.find(key);
    if (found == settings.end())
        return std::nullopt;
    if (const auto *each = std::get_if<std::uint64_t>(&found->second))
        return product(*each, layers);
    const auto *list = std::get_if<std::vector<std::uint64_t>>(&found->second);
    if (!list || list->size() != layers)
        return std::nullopt;
    std::optional<std::uint64_t> total = 0;
    for (const std::uint64_t number : *list)
        total = total ? sum(*total, number) : total;
    return total;
}

/// KV heads of all layers × (length of a key + length of a value) × 2 bytes.
std::optional<std::uint64_t> kvBytesPerToken(const Settings &settings, const std::string &architecture,
                                             std::uint64_t layers)
{
    const std::string attention = architecture + ".attention.";
    const bool grouped = settings.contains(attention + "head_count_kv");
    const auto heads = overLayers(settings, attention + (grouped ? "head_count_kv" : "head_count"), layers);
    const auto width = numberOf(settings, architecture + ".embedding_length");
    const auto queries = numberOf(settings, attention + "head_count");
    std::optional<std::uint64_t> usual;
    if (width && queries && *queries > 0)
        usual = *width / *queries;
    const auto key = numberOf(settings, attention + "key_length");
    const auto value = numberOf(settings, attention + "value_length");
    const auto keyLength = key ? key : usual;
    const auto valueLength = value ? value : usual;
    if (!heads || *heads == 0 || !keyLength || !valueLength)
        return std::nullopt;
    const auto both = sum(*keyLength, *valueLength);
    const auto numbers = both ? product(*heads, *both) : std::nullopt;
    return numbers ? product(*numbers, 2) : std::nullopt;
}

std::optional<std::uint64_t> bytesOf(std::uint32_t type, std::uint64_t elements)
{
    for (const TensorType &known : tensorTypes) {
        if (known.id == type)
            return product((elements + known.blockElements - 1) / known.blockElements, known.blockBytes);
    }
    return std::nullopt;
}

/// What the list of tensors adds up to.
struct Tensors {
    std::optional<std::uint64_t> elements = 0;
    std::optional<std::uint64_t> end = 0; ///< of the last one, from where the tensors begin
};

Tensors readTensors(Cursor &cursor, std::uint64_t count)
{
    Tensors tensors;
    for (std::uint64_t index = 0; index < count && cursor.good(); ++index) {
        if (cursor.text().size() > longestKey)
            cursor.refuse("name of a tensor");
        const auto dimensions = cursor.number<std::uint32_t>();
        if (dimensions > mostDimensions)
            cursor.refuse("dimensions of a tensor");
        std::optional<std::uint64_t> elements = 1;
        for (std::uint32_t each = 0; each < dimensions && cursor.good(); ++each)
            elements = product(*elements, cursor.number<std::uint64_t>()).value_or(0);
        const auto type = cursor.number<std::uint32_t>();
        const auto offset = cursor.number<std::uint64_t>();
        if (!cursor.good())
            break;
        if (*elements == 0 || *elements > std::numeric_limits<std::int64_t>::max()) {
            cursor.refuse("size of a tensor");
            break;
        }
        const auto bytes = bytesOf(type, *elements);
        const auto end = bytes ? sum(offset, *bytes) : std::nullopt;
        tensors.elements = tensors.elements ? sum(*tensors.elements, *elements) : std::nullopt;
        tensors.end = tensors.end && end ? std::optional(std::max(*tensors.end, *end)) : std::nullopt;
    }
    return tensors;
}

void fillFrom(const Settings &settings, ModelMetadata &metadata)
{
    metadata.architecture = textOf(settings, "general.architecture").substr(0, 64);
    constexpr std::uint64_t mostTokens = 1u << 30;
    metadata.layers = smallNumberOf(settings, metadata.architecture + ".block_count", mostLayers);
    metadata.maxContext = smallNumberOf(settings, metadata.architecture + ".context_length", mostTokens);
    if (metadata.layers)
        metadata.kvBytesPerToken
            = kvBytesPerToken(settings, metadata.architecture, static_cast<std::uint64_t>(*metadata.layers));
    const auto type = numberOf(settings, "general.file_type");
    for (const FileType &known : fileTypes) {
        if (type == known.id)
            metadata.quantisation = known.name;
    }
}

} // namespace

Result<ModelMetadata> readGguf(std::string_view bytes)
{
    Cursor cursor(bytes);
    cursor.take(4); // "GGUF"
    const auto version = cursor.number<std::uint32_t>();
    if (cursor.good() && version != 2 && version != 3)
        return fail(invalidMetadata("version")); // 1 had shorter numbers; big-endian files look like millions
    const auto tensorCount = cursor.number<std::uint64_t>();
    const auto settingCount = cursor.number<std::uint64_t>();
    if (settingCount > mostSettings)
        cursor.refuse("number of settings");
    Settings settings;
    for (std::uint64_t index = 0; index < settingCount && cursor.good(); ++index) {
        const std::string_view key = cursor.text();
        if (key.size() > longestKey)
            cursor.refuse("name of a setting");
        Value value = readValue(cursor, static_cast<ValueType>(cursor.number<std::uint32_t>()));
        if (cursor.good())
            settings.insert_or_assign(std::string(key), std::move(value));
    }
    ModelMetadata metadata{.format = "gguf"};
    fillFrom(settings, metadata);
    const bool told = cursor.good();
    Tensors tensors;
    if (told)
        tensors = readTensors(cursor, tensorCount);
    if (cursor.trouble() == Trouble::Invalid)
        return fail(invalidMetadata(cursor.reason()));
    if (cursor.trouble() == Trouble::Ended) {
        if (!metadata.layers)
            return fail(incompleteMetadata());
        metadata.complete = false;
        if (!told) // the heads of keys and values may have been about to come
            metadata.kvBytesPerToken.reset();
        return metadata;
    }
    if (tensors.elements && *tensors.elements > 0)
        metadata.parameters = tensors.elements;
    const std::uint64_t alignment = numberOf(settings, "general.alignment").value_or(32);
    if (!std::has_single_bit(alignment) || alignment > bytes.max_size() / 2)
        return fail(invalidMetadata("alignment"));
    const std::uint64_t begin = (cursor.position() + alignment - 1) / alignment * alignment;
    if (tensors.end)
        metadata.sizeBytes = sum(begin, *tensors.end);
    return metadata;
}

} // namespace firstlight
