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

/// Reads the catalogs' files; asks the memory before the parser.
class Loading {
public:
    Loading(const std::vector<CatalogSource> &sources, CatalogMemory &memory)
        : m_sources(sources)
        , m_memory(memory)
    {
    }

    /// \a number is that of the source.
    Result<Demo> demo(const fs::path &file, std::size_t number)
    {
        const Result<std::string> text = readCatalogFile(file);
        if (!text)
            return fail(text.error());
        Result<ReadDemo> read = remembered(file, *text);
        if (!read)
            return fail(read.error());
        read->demo.file = file.string();
        read->demo.origin = m_sources[number].origin;
        if (Result<void> own = refuseLocalFiles(*read); !own)
            return fail(own.error());
        if (Result<void> recipes = findRecipes(*read, number); !recipes)
            return fail(recipes.error());
        return std::move(read->demo);
    }

private:
    Result<ReadDemo> remembered(const fs::path &file, const std::string &text)
    {
        const std::string stem = file.stem().string();
        const std::string hash = sha256Hex(text);
        if (const ReadDemo *known = m_memory.demo(stem, hash))
            return *known;
        Result<ReadDemo> read = readDemo(text, file.string());
        if (read)
            m_memory.rememberDemo(stem, hash, *read);
        return read;
    }

    /// A demo from elsewhere must not be able to carry this person's files into a container.
    static Result<void> refuseLocalFiles(const ReadDemo &read)
    {
        if (read.demo.origin == CatalogOrigin::BuiltIn || read.localFiles.empty())
            return {};
        const LocalFile &local = read.localFiles.front();
        return fail(Error{.code = "catalog-value",
                          .facts = {{"file", read.demo.file},
                                    {"line", std::to_string(local.position.line)},
                                    {"column", std::to_string(local.position.column)},
                                    {"field", local.field},
                                    {"found", local.source},
                                    {"needed", "hf://…, modelscope://…, https://…, pypi:…, npm:…"},
                                    {"nearest", ""}},
                          .kind = ErrorKind::DamagedCatalog});
    }

    /// The images/ that has \a recipe, of the source \a number or of the nearest before it; empty: none.
    fs::path folderOf(const std::string &recipe, std::size_t number) const
    {
        for (std::size_t left = number + 1; left > 0; --left) {
            fs::path images = m_sources[left - 1].path / "images";
            std::error_code ignored;
            if (fs::exists(images / recipe / "recipe.yaml", ignored))
                return images;
        }
        return {};
    }

    Result<void> findRecipes(ReadDemo &read, std::size_t number)
    {
        for (const RecipeReference &reference : read.recipes) {
            const fs::path folder = folderOf(reference.recipe, number);
            if (folder.empty())
                return fail(missing(reference, read.demo.file, number));
            const Result<std::vector<std::string>> &architectures
                = architecturesOf(folder / reference.recipe / "recipe.yaml");
            if (!architectures)
                return fail(architectures.error());
            for (Variant &variant : read.demo.variants) {
                if (variant.recipe != reference.recipe)
                    continue;
                variant.recipesFolder = folder.string();
                variant.architectures = *architectures;
            }
        }
        return {};
    }

    const Result<std::vector<std::string>> &architecturesOf(const fs::path &recipe)
    {
        const auto known = m_recipes.find(recipe.string());
        return known != m_recipes.end()
                   ? known->second
                   : m_recipes.emplace(recipe.string(), readArchitectures(recipe)).first->second;
    }

    Result<std::vector<std::string>> readArchitectures(const fs::path &recipe)
    {
        const Result<std::string> text = readCatalogFile(recipe);
        if (!text)
            return fail(text.error());
        const std::string id = recipe.parent_path().filename().string();
        const std::string hash = sha256Hex(*text);
        if (const std::vector<std::string> *known = m_memory.architectures(id, hash))
            return *known;
        const Result<RecipeText> read = readRecipeText(*text, recipe.string());
        if (!read)
            return fail(read.error());
        m_memory.rememberArchitectures(id, hash, read->architectures);
        return read->architectures;
    }

    Error missing(const RecipeReference &reference, const std::string &file, std::size_t number) const
    {
        std::vector<std::string> recipes;
        for (std::size_t source = 0; source <= number; ++source) {
            const fs::path images = m_sources[source].path / "images";
            for (const std::string &name : namesIn(images, true, {})) {
                if (fs::exists(images / name / "recipe.yaml"))
                    recipes.push_back(name);
            }
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

    const std::vector<CatalogSource> &m_sources;
    CatalogMemory &m_memory;
    std::map<std::string, Result<std::vector<std::string>>> m_recipes; ///< by the path of recipe.yaml
};

/// The demo files of a source. Errors: see loadCatalog().
Result<std::vector<fs::path>> filesOf(const CatalogSource &source)
{
    std::error_code ignored;
    if (fs::is_directory(source.path / "demos", ignored)) {
        std::vector<fs::path> files;
        for (const std::string &stem : namesIn(source.path / "demos", false, ".yaml"))
            files.push_back(source.path / "demos" / (stem + ".yaml"));
        return files;
    }
    if (fs::is_regular_file(source.path, ignored))
        return std::vector<fs::path>{source.path};
    if (source.origin == CatalogOrigin::System || source.origin == CatalogOrigin::User)
        return std::vector<fs::path>{};
    return fail({.code = "catalog-missing",
                 .facts = {{"path", source.path.string()}},
                 .kind = ErrorKind::DamagedCatalog});
}

} // namespace

Result<Catalog> loadCatalog(const std::vector<CatalogSource> &sources, const fs::path &cacheDirectory)
{
    CatalogMemory memory(cacheDirectory);
    Loading loading(sources, memory);
    Catalog catalog{.sources = sources, .demos = {}, .faults = {}};
    std::map<std::string, Demo> demos;
    for (std::size_t number = 0; number < sources.size(); ++number) {
        const Result<std::vector<fs::path>> files = filesOf(sources[number]);
        if (!files)
            return fail(files.error());
        for (const fs::path &file : *files) {
            Result<Demo> demo = loading.demo(file, number);
            if (!demo) {
                demo.error().facts["demo"] = file.stem().string();
                catalog.faults.push_back(std::move(demo.error()));
                continue;
            }
            if (const auto earlier = demos.find(demo->id); earlier != demos.end())
                demo->replaces = earlier->second.file;
            demos[demo->id] = *std::move(demo);
        }
    }
    catalog.demos.reserve(demos.size());
    for (auto &[id, demo] : demos)
        catalog.demos.push_back(std::move(demo));
    memory.save();
    return catalog;
}

Result<Catalog> loadCatalog(const fs::path &folder, const fs::path &cacheDirectory)
{
    return loadCatalog(std::vector<CatalogSource>{{folder, CatalogOrigin::BuiltIn}}, cacheDirectory);
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
