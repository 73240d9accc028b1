#include "catalog/reading/placeholders.h"

#include "core/nearest.h"

#include <algorithm>

namespace firstlight {

namespace {

const std::vector<std::string> plainNames
    = {"model", "threads", "context", "gpu_layers", "listen", "port", "secret"};
constexpr std::string_view modelPrefix = "model.";

bool isLetter(char letter)
{
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || letter == '_';
}

bool isInName(char letter)
{
    return isLetter(letter) || (letter >= '0' && letter <= '9') || letter == '.' || letter == '-';
}

/// Whether \a model has what {model.PART} stands for.
bool hasPart(const Model &model, const std::string &part)
{
    if (part == "huggingface")
        return !model.hub.huggingface.empty();
    if (part == "modelscope")
        return !model.hub.modelscope.empty();
    return model.furtherFiles.contains(part);
}

template <typename Has> bool everyModel(const Variant &variant, const Demo &demo, Has has)
{
    return !variant.models.empty()
           && std::all_of(variant.models.begin(), variant.models.end(),
                          [&](const std::string &id) { return has(demo.models.at(id)); });
}

/// Whether the variant says what \a name stands for.
bool isGiven(const std::string &name, const Variant &variant, const Demo &demo)
{
    if (name == "model")
        return everyModel(variant, demo, [](const Model &model) { return !model.file.sources.empty(); });
    if (name.starts_with(modelPrefix)) {
        const std::string part = name.substr(modelPrefix.size());
        return everyModel(variant, demo, [&](const Model &model) { return hasPart(model, part); });
    }
    if (name == "threads")
        return variant.tuning.threads;
    if (name == "gpu_layers")
        return variant.tuning.gpuLayers;
    return name != "context" || !variant.tuning.contextTokens.empty();
}

Result<void> checkText(const Place &place, const Variant &variant, const Demo &demo)
{
    constexpr std::size_t longest = 2000;
    const std::string &text = place.value->text;
    if (text.size() > longest)
        return fail(wrongValue(place, "2000"));
    for (const std::string &name : placeholdersIn(text)) {
        const bool known = name.starts_with(modelPrefix)
                           || std::find(plainNames.begin(), plainNames.end(), name) != plainNames.end();
        if (!known)
            return fail(dangling(place, "{" + name + "}", "{" + nearest(name, plainNames) + "}"));
        if (!isGiven(name, variant, demo))
            return fail(dangling(place, "{" + name + "}"));
    }
    return {};
}

} // namespace

std::vector<std::string> placeholdersIn(std::string_view text)
{
    std::vector<std::string> names;
    for (std::size_t open = text.find('{'); open != std::string_view::npos; open = text.find('{', open + 1)) {
        std::size_t end = open + 1;
        while (end < text.size() && isInName(text[end]))
            ++end;
        if (end < text.size() && text[end] == '}' && end > open + 1 && isLetter(text[open + 1]))
            names.emplace_back(text.substr(open + 1, end - open - 1));
    }
    return names;
}

Result<void> checkPlaceholders(const Place &variantPlace, const Variant &variant, const Demo &demo)
{
    std::vector<Place> texts;
    for (const char *list : {"entrypoint", "args"}) {
        if (const std::optional<Place> place = entryNamed(variantPlace, list)) {
            const Result<std::vector<Place>> items = listItems(*place);
            texts.insert(texts.end(), items->begin(), items->end());
        }
    }
    if (const std::optional<Place> environment = entryNamed(variantPlace, "env")) {
        for (const YamlEntry &entry : environment->value->entries)
            texts.push_back(*entryNamed(*environment, entry.key.text));
    }
    for (const Place &text : texts) {
        if (Result<void> checked = checkText(text, variant, demo); !checked)
            return checked;
    }
    return {};
}

} // namespace firstlight
