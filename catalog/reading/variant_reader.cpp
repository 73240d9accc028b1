#include "catalog/reading/variant_reader.h"

#include "catalog/reading/requirement_reader.h"
#include "core/nearest.h"

#include <regex>
#include <set>

namespace firstlight {

namespace {

const std::vector<Field<Resources>> &resourceFields()
{
    static const std::vector<Field<Resources>> fields = {
        fieldOf<Resources>("overhead", Presence::Optional, &Resources::overheadBytes, readSize),
        fieldOf<Resources>("image", Presence::Optional, &Resources::imageBytes, readSize),
        fieldOf<Resources>("build", Presence::Optional, &Resources::buildBytes, readSize),
    };
    return fields;
}

Result<std::vector<int>> readContexts(const Place &place)
{
    constexpr int longest = 16 << 20;
    Result<std::vector<int>> contexts = listOf(integerBetween(1, longest))(place);
    if (contexts
        && (contexts->empty() || !std::is_sorted(contexts->begin(), contexts->end(), std::less_equal<>())))
        return fail(wrongValue(place, "[ 2048, 4096, 8192 ]"));
    return contexts;
}

const std::vector<Field<Tuning>> &tuningFields()
{
    static const std::vector<Field<Tuning>> fields = {
        {"threads", Presence::Optional,
         [](const Place &place, Tuning &tuning) -> Result<void> {
             if (Result<std::string> rule = oneOf({"fast-cores"})(place); !rule)
                 return fail(rule.error());
             tuning.threads = true;
             return {};
         }},
        fieldOf<Tuning>("context", Presence::Optional, &Tuning::contextTokens, readContexts),
    };
    return fields;
}

/// A regular expression with the group whose match is what was found.
Result<std::string> readLogPattern(const Place &place)
{
    Result<std::string> pattern = readRegex(place);
    if (pattern && std::regex(*pattern).mark_count() == 0)
        return fail(wrongValue(place, "(…)"));
    return pattern;
}

const std::vector<Field<Proof>> &proofFields()
{
    static const std::vector<Field<Proof>> fields = {
        fieldOf<Proof>("what", Presence::Required, &Proof::what, readId),
        fieldOf<Proof>("log", Presence::Required, &Proof::logPattern, readLogPattern),
        fieldOf<Proof>("expect", Presence::Optional, &Proof::expected, readRegex),
    };
    return fields;
}

Result<std::map<std::string, std::string>> readEnvironment(const Place &place)
{
    const auto entries = mapEntries(place, "[A-Za-z_][A-Za-z0-9_]*");
    if (!entries)
        return fail(entries.error());
    std::map<std::string, std::string> environment;
    for (const auto &[name, entry] : *entries) {
        const Result<std::string> value = readScalar(entry);
        if (!value)
            return fail(value.error());
        environment.emplace(name, *value);
    }
    return environment;
}

const std::vector<Field<Variant>> &variantFields()
{
    static const std::vector<Field<Variant>> fields = {
        fieldOf<Variant>("id", Presence::Required, &Variant::id, readId),
        fieldOf<Variant>("build", Presence::Optional, &Variant::recipe, readId),
        fieldOf<Variant>(
            "image", Presence::Optional, &Variant::image,
            matching("[a-z0-9.-]+(:[0-9]+)?(/[a-z0-9._-]+)+(:[A-Za-z0-9_.-]+)?(@sha256:[0-9a-f]{64})?",
                     "registry/name:tag, registry/name@sha256:[0-9a-f]{64}")),
        fieldOf<Variant>("unlocked", Presence::Optional, &Variant::unlocked, readBoolean),
        fieldOf<Variant>("models", Presence::Optional, &Variant::models, listOf(readText)),
        fieldOf<Variant>("model_writable", Presence::Optional, &Variant::modelWritable, readBoolean),
        fieldOf<Variant>("requires", Presence::Required, &Variant::requires_, readRequirement),
        fieldOf<Variant>("resources", Presence::Optional, &Variant::resources,
                         structOf<Resources>(resourceFields)),
        fieldOf<Variant>("tune", Presence::Optional, &Variant::tuning, structOf<Tuning>(tuningFields)),
        fieldOf<Variant>("accelerated", Presence::Optional, &Variant::accelerated, readBoolean),
        fieldOf<Variant>("entrypoint", Presence::Optional, &Variant::entrypoint, listOf(readScalar)),
        fieldOf<Variant>("args", Presence::Optional, &Variant::arguments, listOf(readScalar)),
        fieldOf<Variant>("env", Presence::Optional, &Variant::environment, readEnvironment),
        fieldOf<Variant>("devices", Presence::Optional, &Variant::devices,
                         listOf(matching("/dev/[A-Za-z0-9_./-]+|[a-z0-9.-]+/[a-z0-9_.-]+=[A-Za-z0-9_.:-]+",
                                         "/dev/dri, vendor.com/class=name"))),
        fieldOf<Variant>("exceptions", Presence::Optional, &Variant::exceptions,
                         listOf(matching("network|writable-root|capability:[A-Z_]+",
                                         "network, writable-root, capability:NAME"))),
        fieldOf<Variant>("proofs", Presence::Optional, &Variant::proofs,
                         listOf(structOf<Proof>(proofFields))),
        fieldOf<Variant>("weight", Presence::Optional, &Variant::weight, integerBetween(-1000, 1000)),
    };
    return fields;
}

/// Exactly one of build and image; `unlocked` says of an image whether it is a tag.
Result<void> checkImage(const Place &place, const Variant &variant)
{
    if (variant.recipe.empty() && variant.image.empty())
        return fail(missingField(place, "image"));
    const std::optional<Place> image = entryNamed(place, "image");
    if (!variant.recipe.empty() && image)
        return fail(wrongValue(*image, "build, image"));
    const std::optional<Place> unlocked = entryNamed(place, "unlocked");
    const bool tag = !variant.image.empty() && variant.image.find("@sha256:") == std::string::npos;
    if (tag && !variant.unlocked)
        return fail(unlocked ? wrongValue(*unlocked, "true") : missingField(place, "unlocked"));
    if (!tag && variant.unlocked)
        return fail(wrongValue(*unlocked, "false"));
    return {};
}

Result<void> checkModels(const Place &place, const std::map<std::string, Model> &models)
{
    const std::optional<Place> list = entryNamed(place, "models");
    if (!list)
        return {};
    std::vector<std::string> known;
    for (const auto &[id, model] : models)
        known.push_back(id);
    const Result<std::vector<Place>> items = listItems(*list);
    std::set<std::string> seen;
    for (const Place &item : *items) {
        if (!models.contains(item.value->text))
            return fail(dangling(item, item.value->text, nearest(item.value->text, known)));
        if (!seen.insert(item.value->text).second)
            return fail(damaged("catalog-field-twice", item));
    }
    return {};
}

const std::vector<std::string> placeholders = {"{model}", "{threads}", "{context}", "{listen}", "{port}"};

/// Whether the variant says what \a placeholder stands for.
bool isGiven(const std::string &placeholder, const Variant &variant)
{
    if (placeholder == "{model}")
        return !variant.models.empty();
    if (placeholder == "{threads}")
        return variant.tuning.threads;
    return placeholder != "{context}" || !variant.tuning.contextTokens.empty();
}

Result<void> checkPlaceholders(const Place &place, const Variant &variant)
{
    static const std::regex braces("\\{[A-Za-z_]+\\}");
    const std::string &text = place.value->text;
    constexpr std::size_t longest = 2000;
    if (text.size() > longest)
        return fail(wrongValue(place, "2000"));
    for (std::sregex_iterator match(text.begin(), text.end(), braces), end; match != end; ++match) {
        const std::string found = match->str();
        if (std::find(placeholders.begin(), placeholders.end(), found) == placeholders.end())
            return fail(dangling(place, found, nearest(found, placeholders)));
        if (!isGiven(found, variant))
            return fail(dangling(place, found));
    }
    return {};
}

Result<void> checkAllPlaceholders(const Place &variantPlace, const Variant &variant)
{
    std::vector<Place> texts;
    for (const char *list : {"entrypoint", "args"}) {
        if (const std::optional<Place> place = entryNamed(variantPlace, list)) {
            const Result<std::vector<Place>> items = listItems(*place);
            texts.insert(texts.end(), items->begin(), items->end());
        }
    }
    if (const std::optional<Place> environment = entryNamed(variantPlace, "env")) {
        const auto entries = mapEntries(*environment, ".*");
        for (const auto &[name, value] : *entries)
            texts.push_back(value);
    }
    for (const Place &text : texts) {
        if (Result<void> checked = checkPlaceholders(text, variant); !checked)
            return checked;
    }
    return {};
}

} // namespace

Result<std::vector<Variant>> readVariants(const Place &place, const std::map<std::string, Model> &models)
{
    const Result<std::vector<Place>> items = listItems(place);
    if (!items)
        return fail(items.error());
    if (items->empty())
        return fail(wrongValue(place, "[ … ]"));
    std::vector<Variant> variants;
    std::set<std::string> ids;
    for (const Place &item : *items) {
        Result<Variant> variant = structOf<Variant>(variantFields)(item);
        if (!variant)
            return fail(variant.error());
        if (!ids.insert(variant->id).second)
            return fail(damaged("catalog-field-twice", *entryNamed(item, "id")));
        for (const Result<void> &checked :
             {checkImage(item, *variant), checkModels(item, models), checkAllPlaceholders(item, *variant)}) {
            if (!checked)
                return fail(checked.error());
        }
        variants.push_back(*std::move(variant));
    }
    return variants;
}

} // namespace firstlight
