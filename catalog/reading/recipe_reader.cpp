#include "catalog/reading/recipe_reader.h"

#include "catalog/reading/fields.h"
#include "catalog/requirement_keys.h"

namespace firstlight {

namespace {

using Input = RecipeText::Input;
using CopiedFolder = RecipeText::CopiedFolder;

const std::vector<Field<Input>> &packageFields()
{
    static const std::vector<Field<Input>> fields = {
        fieldOf<Input>("package", Presence::Required, &Input::package,
                       matching("(pypi|npm):(@[a-z0-9._-]+/)?[A-Za-z0-9._-]+@[A-Za-z0-9.+_-]+",
                                "pypi:NAME@VERSION, npm:NAME@VERSION")),
        fieldOf<Input>("file", Presence::Required, &Input::file, matching("[A-Za-z0-9][A-Za-z0-9._+-]*")),
        fieldOf<Input>("size", Presence::Required, &Input::sizeBytes, readSize),
        fieldOf<Input>("sha256", Presence::Required, &Input::sha256, readSha256),
        fieldOf<Input>("licence", Presence::Optional, &Input::licence, readText),
        fieldOf<Input>("unpack", Presence::Optional, &Input::unpackTo, readRelativePath),
        fieldOf<Input>("place", Presence::Optional, &Input::placeAt, readRelativePath),
        fieldOf<Input>("strip", Presence::Optional, &Input::stripComponents, integerBetween(0, 16)),
        fieldOf<Input>("only", Presence::Optional, &Input::only, listOf(readText)),
    };
    return fields;
}

const std::vector<Field<Input>> &debianFields()
{
    static const std::vector<Field<Input>> fields = {
        fieldOf<Input>("debian", Presence::Required, &Input::debian,
                       matching("[A-Za-z0-9][A-Za-z0-9._-]*\\.lock")),
        fieldOf<Input>("rootfs", Presence::Required, &Input::rootfsTar,
                       matching("[A-Za-z0-9][A-Za-z0-9._-]*\\.tar")),
        fieldOf<Input>("exclude", Presence::Optional, &Input::exclude, listOf(readText)),
    };
    return fields;
}

Result<Input> readInput(const Place &place)
{
    const bool debian = place.value->kind == YamlValue::Kind::Map && entryNamed(place, "debian");
    Result<Input> input = structOf<Input>(debian ? debianFields : packageFields)(place);
    if (input && !debian && input->unpackTo.empty() == input->placeAt.empty())
        return fail(input->unpackTo.empty() ? missingField(place, "unpack")
                                            : wrongValue(*entryNamed(place, "place"), "unpack, place"));
    return input;
}

/// Only leading "../" may leave the recipe's folder; whether it stays inside catalog/images is checked on the
/// disk.
Result<std::string> readSource(const Place &place)
{
    const Result<std::string> text = readText(place);
    if (!text)
        return text;
    YamlValue below = *place.value;
    while (below.text.starts_with("../"))
        below.text.erase(0, 3);
    if (below.text.empty() || below.text == ".."
        || !readRelativePath({&below, place.field, place.position, place.file}))
        return fail(wrongValue(place, "../folder"));
    return text;
}

const std::vector<Field<CopiedFolder>> &copiedFields()
{
    static const std::vector<Field<CopiedFolder>> fields = {
        fieldOf<CopiedFolder>("from", Presence::Required, &CopiedFolder::from, readSource),
        fieldOf<CopiedFolder>("to", Presence::Required, &CopiedFolder::to, readRelativePath),
    };
    return fields;
}

const std::vector<Field<RecipeText>> &recipeFields()
{
    static const std::vector<Field<RecipeText>> fields = {
        {"schema", Presence::Required,
         [](const Place &place, RecipeText &) -> Result<void> {
             const Result<std::string> schema = oneOf({"firstlight-recipe/1"})(place);
             return schema ? Result<void>{} : fail(schema.error());
         }},
        fieldOf<RecipeText>("id", Presence::Required, &RecipeText::id, readId),
        fieldOf<RecipeText>("architectures", Presence::Required, &RecipeText::architectures,
                            listOf(oneOf(requirementKey(KeyScope::Machine, "arch")->words))),
        fieldOf<RecipeText>("inputs", Presence::Required, &RecipeText::inputs, listOf(readInput)),
        fieldOf<RecipeText>("files", Presence::Optional, &RecipeText::files,
                            listOf(structOf<CopiedFolder>(copiedFields))),
    };
    return fields;
}

} // namespace

Result<RecipeText> readRecipeText(const std::string &text, const std::string &file)
{
    const Result<YamlValue> document = readYaml(text, file);
    if (!document)
        return fail(document.error());
    const Place root{&*document, {}, document->position, &file};
    Result<RecipeText> recipe = structOf<RecipeText>(recipeFields)(root);
    if (recipe && recipe->architectures.empty())
        return fail(wrongValue(*entryNamed(root, "architectures"), "[ … ]"));
    return recipe;
}

} // namespace firstlight
