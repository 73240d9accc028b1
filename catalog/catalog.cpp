#include "catalog/catalog.h"

#include "catalog/catalog_memory.h"
#include "catalog/reading/recipe_reader.h"
#include "catalog/reading/yaml_value.h"
#include "core/files.h"
#include "core/nearest.h"
#include "core/sha256.h"

#include <algorithm>
#include <map>

namespace firstlight {

namespace fs = std::filesystem;

namespace {

Error faultIn(const fs::path &file, const std::string &code)
{
    return {.code = code,
            .facts = {{"file", file.string()}, {"line", "1"}, {"column", "1"}},
            .kind = ErrorKind::DamagedCatalog};
}

/// A file of the catalog; one that cannot be read is a fault of its own, with the reason as the cause.
Result<std::string> readCatalogFile(const fs::path &file)
{
    Result<std::string> text = readFile(file, yamlLimitBytes);
    if (text)
        return text;
    const bool tooLarge = text.error().code == "file-too-large";
    Error fault = faultIn(file, tooLarge ? "catalog-too-large" : "catalog-unreadable");
    if (tooLarge) {
        fault.facts["needed"] = std::to_string(yamlLimitBytes);
        fault.facts["unit"] = "bytes";
    }
    fault.cause = std::make_shared<const Error>(text.error());
    return fail(std::move(fault));
}

/// Names of folders or of files without their extension, sorted.
std::vector<std::string> namesIn(const fs::path &folder, bool folders, const std::string &extension)
{
    std::vector<std::string> names;
    std::error_code error;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
        std::error_code ignored;
        const bool wanted = folders
                                ? entry->is_directory(ignored)
                                : entry->path().extension() == extension && entry->is_regular_file(ignored);
        if (wanted && !entry->path().filename().string().starts_with('.'))
            names.push_back(folders ? entry->path().filename().string() : entry->path().stem().string());
    }
    std::sort(names.begin(), names.end());
    return names;
}

/// Reads one catalog folder; asks the memory before the parser.
class Loading {
public:
    Loading(const fs::path &folder, CatalogMemory &memory)
        : m_folder(folder)
        , m_memory(memory)
    {
    }

    Result<Demo> demo(const std::string &stem)
    {
        const fs::path file = m_folder / "demos" / (stem + ".yaml");
        const Result<std::string> text = readCatalogFile(file);
        if (!text)
            return fail(text.error());
        Result<ReadDemo> read = remembered(stem, file, *text);
        if (!read)
            return fail(read.error());
        if (Result<void> recipes = fillArchitectures(*read); !recipes)
            return fail(recipes.error());
        read->demo.file = file.string();
        return std::move(read->demo);
    }

private:
    Result<ReadDemo> remembered(const std::string &stem, const fs::path &file, const std::string &text)
    {
        const std::string hash = sha256Hex(text);
        if (const ReadDemo *known = m_memory.demo(stem, hash))
            return *known;
        Result<ReadDemo> read = readDemo(text, file.string());
        if (read)
            m_memory.rememberDemo(stem, hash, *read);
        return read;
    }

    Result<void> fillArchitectures(ReadDemo &read)
    {
        for (const RecipeReference &reference : read.recipes) {
            const Result<std::vector<std::string>> &architectures = architecturesOf(reference.recipe);
            if (!architectures)
                return fail(architectures.error().code == "recipe-unknown"
                                ? missing(reference, read.demo.file)
                                : architectures.error());
            for (Variant &variant : read.demo.variants) {
                if (variant.recipe == reference.recipe)
                    variant.architectures = *architectures;
            }
        }
        return {};
    }

    const Result<std::vector<std::string>> &architecturesOf(const std::string &recipe)
    {
        const auto known = m_recipes.find(recipe);
        return known != m_recipes.end() ? known->second
                                        : m_recipes.emplace(recipe, readRecipe(recipe)).first->second;
    }

    Result<std::vector<std::string>> readRecipe(const std::string &recipe)
    {
        const fs::path file = m_folder / "images" / recipe / "recipe.yaml";
        std::error_code ignored;
        if (!fs::exists(file, ignored))
            return fail(Error{.code = "recipe-unknown"});
        const Result<std::string> text = readCatalogFile(file);
        if (!text)
            return fail(text.error());
        const std::string hash = sha256Hex(*text);
        if (const std::vector<std::string> *known = m_memory.architectures(recipe, hash))
            return *known;
        const Result<RecipeText> read = readRecipeText(*text, file.string());
        if (!read)
            return fail(read.error());
        m_memory.rememberArchitectures(recipe, hash, read->architectures);
        return read->architectures;
    }

    Error missing(const RecipeReference &reference, const std::string &file) const
    {
        std::vector<std::string> recipes;
        for (const std::string &name : namesIn(m_folder / "images", true, {})) {
            if (fs::exists(m_folder / "images" / name / "recipe.yaml"))
                recipes.push_back(name);
        }
        return {.code = "catalog-reference",
                .facts = {{"file", file},
                          {"line", std::to_string(reference.position.line)},
                          {"column", std::to_string(reference.position.column)},
                          {"field", reference.field},
                          {"found", reference.recipe},
                          {"nearest", nearest(reference.recipe, recipes)}},
                .kind = ErrorKind::DamagedCatalog};
    }

    const fs::path &m_folder;
    CatalogMemory &m_memory;
    std::map<std::string, Result<std::vector<std::string>>> m_recipes;
};

} // namespace

Result<Catalog> loadCatalog(const fs::path &folder, const fs::path &cacheDirectory)
{
    std::error_code ignored;
    if (!fs::is_directory(folder / "demos", ignored))
        return fail({.code = "catalog-missing",
                     .facts = {{"path", folder.string()}},
                     .kind = ErrorKind::DamagedCatalog});

    CatalogMemory memory(cacheDirectory);
    Loading loading(folder, memory);
    Catalog catalog{.folder = folder, .demos = {}, .faults = {}};
    for (const std::string &stem : namesIn(folder / "demos", false, ".yaml")) {
        Result<Demo> demo = loading.demo(stem);
        if (demo) {
            catalog.demos.push_back(*std::move(demo));
        } else {
            demo.error().facts["demo"] = stem;
            catalog.faults.push_back(std::move(demo.error()));
        }
    }
    memory.save();
    return catalog;
}

Result<Demo> findDemo(const Catalog &catalog, const std::string &id)
{
    std::vector<std::string> known;
    for (const Demo &demo : catalog.demos) {
        if (demo.id == id)
            return demo;
        known.push_back(demo.id);
    }
    for (const Error &fault : catalog.faults) {
        const auto demo = fault.facts.find("demo");
        if (demo == fault.facts.end())
            continue;
        if (demo->second == id)
            return fail(fault);
        known.push_back(demo->second);
    }
    return fail({.code = "demo-unknown",
                 .facts = {{"demo", id}, {"nearest", nearest(id, known)}},
                 .kind = ErrorKind::BadInput});
}

} // namespace firstlight
