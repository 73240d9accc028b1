#include "catalog/maintaining/linting/lint_files.h"

#include "catalog/reading/demo_reader.h"
#include "catalog/reading/fault_collection.h"
#include "catalog/recipe.h"
#include "core/files.h"
#include "core/nearest.h"

#include <algorithm>

namespace firstlight {

namespace fs = std::filesystem;

namespace {

int numberIn(const Facts &facts, const std::string &name)
{
    const auto fact = facts.find(name);
    return fact == facts.end() ? 1 : std::max(1, std::atoi(fact->second.c_str()));
}

LintFinding findingOf(const Error &fault, const std::string &subject)
{
    Facts facts = fault.facts;
    if (!fault.detail.empty())
        facts["detail"] = fault.detail;
    return {.severity = Severity::Error,
            .rule = fault.code,
            .file = facts.contains("file") ? facts.at("file") : "",
            .line = numberIn(facts, "line"),
            .column = numberIn(facts, "column"),
            .subject = subject,
            .facts = std::move(facts)};
}

std::string factOf(const Error &fault, const std::string &name)
{
    const auto fact = fault.facts.find(name);
    return fact == fault.facts.end() ? "" : fact->second;
}

const YamlValue *entryOf(const YamlValue &map, const std::string &key)
{
    for (const YamlEntry &entry : map.entries) {
        if (entry.key.text == key)
            return &entry.value;
    }
    return nullptr;
}

/// Whether \a fault only follows from another one: what could not be read counts as not there.
bool isConsequence(const Error &fault, const std::vector<Error> &all, const YamlValue &document)
{
    const auto damagedBelow = [&](const std::string &field) {
        return std::any_of(all.begin(), all.end(), [&](const Error &each) {
            const std::string place = factOf(each, "field");
            return place == field || place.starts_with(field + ".") || place.starts_with(field + "[");
        });
    };
    const std::string field = factOf(fault, "field");
    if (!field.starts_with("variants["))
        return false;
    if (fault.code == "catalog-reference" && damagedBelow("models")) {
        const YamlValue *models = entryOf(document, "models");
        const std::string found = factOf(fault, "found");
        return found.starts_with('{') || (models && entryOf(*models, found));
    }
    return field.ends_with(".permissions") && (damagedBelow("interface") || damagedBelow("models"));
}

class Reading {
public:
    Result<void> read(const fs::path &path)
    {
        std::error_code ignored;
        if (fs::is_regular_file(path, ignored)) {
            if (path.filename() == "recipe.yaml")
                readRecipe(path);
            else
                readDemoFile(path, catalogOf(path));
            return {};
        }
        const bool demos = fs::is_directory(path / "demos", ignored);
        const bool images = fs::is_directory(path / "images", ignored);
        if (!demos && !images)
            return fail({.code = "catalog-missing",
                         .facts = {{"path", path.string()}},
                         .kind = ErrorKind::DamagedCatalog});
        m_images.push_back(path / "images");
        for (const fs::path &file : entriesOf(path / "demos")) {
            if (file.extension() == ".yaml")
                readDemoFile(file, path);
        }
        for (const fs::path &folder : entriesOf(path / "images")) {
            if (fs::exists(folder / "recipe.yaml", ignored))
                readRecipe(folder / "recipe.yaml");
        }
        return {};
    }

    LintInput take() { return std::move(m_input); }

private:
    /// Of a file that lies in a catalog's demos/, whose images/ hold its recipes; empty: of none.
    static fs::path catalogOf(const fs::path &file)
    {
        std::error_code ignored;
        const fs::path folder = fs::absolute(file, ignored).parent_path();
        return folder.filename() == "demos" ? folder.parent_path() : fs::path();
    }

    static std::vector<fs::path> entriesOf(const fs::path &folder)
    {
        std::vector<fs::path> entries;
        std::error_code error;
        for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
             entry.increment(error)) {
            if (!entry->path().filename().string().starts_with('.'))
                entries.push_back(entry->path());
        }
        std::sort(entries.begin(), entries.end());
        return entries;
    }

    std::optional<std::string> textOf(const fs::path &file)
    {
        Result<std::string> text = readFile(file, yamlLimitBytes);
        if (text)
            return *std::move(text);
        m_input.faults.push_back({.severity = Severity::Error,
                                  .rule = "catalog-unreadable",
                                  .file = file.string(),
                                  .subject = file.stem().string(),
                                  .facts = {{"file", file.string()}, {"line", "1"}, {"column", "1"}}});
        return std::nullopt;
    }

    void add(const std::vector<Error> &faults, const std::string &subject)
    {
        for (const Error &fault : faults)
            m_input.faults.push_back(findingOf(fault, subject));
    }

    void readDemoFile(const fs::path &file, const fs::path &catalog)
    {
        ++m_input.demoFiles;
        const std::optional<std::string> text = textOf(file);
        if (!text)
            return;
        const std::string stem = file.stem().string();
        Result<YamlValue> document = readYaml(*text, file.string());
        if (!document)
            return add({document.error()}, stem);
        FaultCollection collection;
        Result<ReadDemo> read = readDemo(*text, file.string());
        if (read) {
            findRecipes(*read, catalog);
            m_input.demos.push_back({std::move(read->demo), *std::move(document)});
            return;
        }
        FaultCollection::note(read.error()); // of what is checked last, after all fields
        std::vector<Error> faults = collection.take();
        std::vector<Error> own;
        std::copy_if(faults.begin(), faults.end(), std::back_inserter(own),
                     [&](const Error &fault) { return !isConsequence(fault, faults, *document); });
        add(own, stem);
        useRecipes(*document, catalog);
    }

    /// A damaged demo still uses its recipes.
    void useRecipes(const YamlValue &document, const fs::path &catalog)
    {
        const YamlValue *variants = entryOf(document, "variants");
        if (!variants)
            return;
        for (const YamlValue &variant : variants->items) {
            if (const YamlValue *build = entryOf(variant, "build"))
                m_input.recipesInUse.push_back((catalog / "images" / build->text / "recipe.yaml").string());
        }
    }

    void findRecipes(ReadDemo &read, const fs::path &catalog)
    {
        for (const RecipeReference &reference : read.recipes) {
            const fs::path recipe = recipeFile(reference.recipe, catalog);
            if (recipe.empty())
                m_input.faults.push_back(missingRecipe(reference, read.demo.file, read.demo.id, catalog));
            else
                m_input.recipesInUse.push_back(recipe.string());
            for (Variant &variant : read.demo.variants) {
                if (variant.recipe == reference.recipe && !recipe.empty())
                    variant.recipesFolder = recipe.parent_path().parent_path().string();
            }
        }
    }

    /// In the images/ beside the demo, else of a catalog that was read before.
    fs::path recipeFile(const std::string &id, const fs::path &catalog) const
    {
        std::vector<fs::path> images = m_images;
        if (!catalog.empty())
            images.push_back(catalog / "images");
        for (auto folder = images.rbegin(); folder != images.rend(); ++folder) {
            std::error_code ignored;
            if (fs::exists(*folder / id / "recipe.yaml", ignored))
                return *folder / id / "recipe.yaml";
        }
        return {};
    }

    static LintFinding missingRecipe(const RecipeReference &reference, const std::string &file,
                                     const std::string &demo, const fs::path &catalog)
    {
        std::vector<std::string> known;
        for (const fs::path &folder : entriesOf(catalog / "images")) {
            if (fs::exists(folder / "recipe.yaml"))
                known.push_back(folder.filename().string());
        }
        return {.severity = Severity::Error,
                .rule = "catalog-reference",
                .file = file,
                .line = reference.position.line,
                .column = reference.position.column,
                .subject = demo,
                .facts = {{"field", reference.field},
                          {"found", reference.recipe},
                          {"nearest", nearest(reference.recipe, known)}}};
    }

    void readRecipe(const fs::path &file)
    {
        const std::string id = file.parent_path().filename().string();
        const std::optional<std::string> text = textOf(file);
        if (!text)
            return;
        Result<YamlValue> document = readYaml(*text, file.string());
        if (!document)
            return add({document.error()}, id);
        FaultCollection collection;
        Result<RecipeText> read = readRecipeText(*text, file.string());
        if (!read) {
            FaultCollection::note(read.error());
            return add(collection.take(), id);
        }
        // Its lock files and what it copies.
        if (const Result<Recipe> whole = loadRecipe(file.parent_path().parent_path(), id); !whole)
            return add({whole.error()}, id);
        m_input.recipes.push_back({id, file.string(), *std::move(read), *std::move(document)});
    }

    LintInput m_input;
    std::vector<fs::path> m_images;
};

} // namespace

Result<LintInput> readForLint(const std::vector<fs::path> &paths)
{
    Reading reading;
    for (const fs::path &path : paths) {
        if (Result<void> read = reading.read(path); !read)
            return fail(read.error());
    }
    return reading.take();
}

} // namespace firstlight
