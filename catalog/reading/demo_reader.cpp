#include "catalog/reading/demo_reader.h"

#include "catalog/catalog.h"
#include "catalog/reading/fields.h"
#include "catalog/reading/interface_reader.h"
#include "catalog/reading/model_reader.h"
#include "catalog/reading/variant_reader.h"

#include <algorithm>

namespace firstlight {

namespace {

const std::vector<std::string> kindNames = {"llm", "image", "voice", "singing", "tool"};

Result<DemoKind> readKind(const Place &place)
{
    const Result<std::string> word = oneOf(kindNames)(place);
    if (!word)
        return fail(word.error());
    return static_cast<DemoKind>(std::find(kindNames.begin(), kindNames.end(), *word) - kindNames.begin());
}

const std::vector<Field<LocalizedText>> &localizedFields()
{
    static const std::vector<Field<LocalizedText>> fields = {
        fieldOf<LocalizedText>("en", Presence::Required, &LocalizedText::en, readText),
        fieldOf<LocalizedText>("zh_CN", Presence::Required, &LocalizedText::zhCn, readText),
    };
    return fields;
}

const std::vector<Field<Demo>> &licenceFields()
{
    static const std::vector<Field<Demo>> fields = {
        fieldOf<Demo>("code", Presence::Required, &Demo::codeLicence, readText),
        fieldOf<Demo>("weights", Presence::Optional, &Demo::weightsLicence, readText),
    };
    return fields;
}

Result<void> checkSchema(const Place &place, Demo &)
{
    if (const Result<std::string> schema = oneOf({"firstlight/1"})(place); !schema)
        return fail(schema.error());
    return {};
}

const std::vector<Field<Demo>> &demoFields()
{
    static const std::vector<Field<Demo>> fields = {
        {"schema", Presence::Required, checkSchema},
        fieldOf<Demo>("id", Presence::Required, &Demo::id, readId),
        fieldOf<Demo>("kind", Presence::Required, &Demo::kind, readKind),
        fieldOf<Demo>("name", Presence::Required, &Demo::name, structOf<LocalizedText>(localizedFields)),
        fieldOf<Demo>("summary", Presence::Required, &Demo::summary,
                      structOf<LocalizedText>(localizedFields)),
        fieldOf<Demo>("try", Presence::Optional, &Demo::prompts,
                      listOf(structOf<LocalizedText>(localizedFields))),
        fieldOf<Demo>("consent", Presence::Optional, &Demo::consent,
                      structOf<LocalizedText>(localizedFields)),
        {"licence", Presence::Required,
         [](const Place &place, Demo &demo) { return readFields(place, licenceFields(), demo); }},
        fieldOf<Demo>("project", Presence::Optional, &Demo::project, matching("https://[!-~]+", "https://…")),
        fieldOf<Demo>("models", Presence::Optional, &Demo::models, readModels),
        fieldOf<Demo>("interface", Presence::Required, &Demo::interface, readInterface),
        fieldOf<Demo>("ready", Presence::Required, &Demo::ready, readReadiness),
        {"variants", Presence::Required,
         [](const Place &place, Demo &demo) -> Result<void> {
             Result<std::vector<Variant>> variants = readVariants(place, demo);
             if (!variants)
                 return fail(variants.error());
             demo.variants = *std::move(variants);
             return {};
         }},
    };
    return fields;
}

/// `<id>.yaml` holds the demo <id>: so a damaged file is known to be that demo, and no id is there twice.
Result<void> checkFileName(const Place &root, const Demo &demo)
{
    const std::string &file = *root.file;
    const std::size_t begin = file.find_last_of('/') + 1; // npos + 1 is 0
    const std::string name = file.substr(begin);
    if (name.ends_with(".yaml") && name != demo.id + ".yaml")
        return fail(wrongValue(*entryNamed(root, "id"), name.substr(0, name.size() - 5)));
    return {};
}

std::vector<RecipeReference> recipesOf(const Place &root)
{
    std::vector<RecipeReference> recipes;
    const Result<std::vector<Place>> variants = listItems(*entryNamed(root, "variants"));
    for (const Place &variant : *variants) {
        if (const std::optional<Place> build = entryNamed(variant, "build"))
            recipes.push_back({build->value->text, build->field, build->position});
    }
    return recipes;
}

void collectLocalFiles(const Place &file, std::vector<LocalFile> &found)
{
    const std::optional<Place> sources = entryNamed(file, "sources");
    if (!sources)
        return;
    const Result<std::vector<Place>> items = listItems(*sources);
    for (const Place &item : *items) {
        if (item.value->text.starts_with("file:"))
            found.push_back({item.value->text, item.field, item.position});
    }
}

std::vector<LocalFile> localFilesOf(const Place &root)
{
    std::vector<LocalFile> found;
    const std::optional<Place> models = entryNamed(root, "models");
    if (!models)
        return found;
    for (const YamlEntry &entry : models->value->entries) {
        const Place model = *entryNamed(*models, entry.key.text);
        collectLocalFiles(model, found);
        if (const std::optional<Place> files = entryNamed(model, "files")) {
            for (const YamlEntry &file : files->value->entries)
                collectLocalFiles(*entryNamed(*files, file.key.text), found);
        }
    }
    return found;
}

} // namespace

Result<ReadDemo> readDemo(const std::string &text, const std::string &file)
{
    const Result<YamlValue> document = readYaml(text, file);
    if (!document)
        return fail(document.error());
    const Place root{&*document, {}, document->position, &file};
    Result<Demo> demo = structOf<Demo>(demoFields)(root);
    if (!demo)
        return fail(demo.error());
    if (Result<void> name = checkFileName(root, *demo); !name)
        return fail(name.error());
    demo->file = file;
    for (auto &[id, model] : demo->models) {
        if (model.licence.empty())
            model.licence = demo->weightsLicence;
    }
    return ReadDemo{*std::move(demo), recipesOf(root), localFilesOf(root)};
}

Result<Demo> parseDemo(const std::string &text, const std::string &file)
{
    Result<ReadDemo> read = readDemo(text, file);
    if (!read)
        return fail(read.error());
    return std::move(read->demo);
}

} // namespace firstlight
