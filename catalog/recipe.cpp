#include "catalog/recipe.h"

#include "catalog/reading/package_lock.h"
#include "catalog/reading/recipe_reader.h"
#include "core/files.h"
#include "core/nearest.h"
#include "core/sha256.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <sys/stat.h>

namespace firstlight {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

constexpr std::size_t lockLimitBytes = 4u << 20;

Error faultIn(const fs::path &file, const std::string &code, Facts facts)
{
    facts.insert({{"file", file.string()}, {"line", "1"}, {"column", "1"}});
    return {.code = code, .facts = std::move(facts), .kind = ErrorKind::DamagedCatalog};
}

Error unreadable(const fs::path &file, const Error &cause)
{
    Error fault = faultIn(file, "catalog-unreadable", {});
    fault.cause = std::make_shared<const Error>(cause);
    return fault;
}

Error unknownRecipe(const fs::path &imagesFolder, const std::string &id)
{
    std::vector<std::string> known;
    std::error_code error;
    for (fs::directory_iterator entry(imagesFolder, error), end; !error && entry != end;
         entry.increment(error)) {
        if (fs::exists(entry->path() / "recipe.yaml"))
            known.push_back(entry->path().filename().string());
    }
    return {.code = "recipe-unknown",
            .facts = {{"recipe", id}, {"nearest", nearest(id, known)}},
            .kind = ErrorKind::BadInput};
}

Result<RecipeInput> inputOf(const RecipeText::Input &text, const fs::path &folder)
{
    RecipeInput input;
    if (text.debian.empty()) {
        input.file = {.name = text.file,
                      .sources = {text.package},
                      .sha256 = text.sha256,
                      .sizeBytes = text.sizeBytes,
                      .packageFile = text.file,
                      .packageSha256 = {}};
        input.licence = text.licence;
        input.unpackTo = text.unpackTo;
        input.placeAt = text.placeAt;
        input.stripComponents = text.stripComponents;
        input.only = text.only;
        return input;
    }
    const fs::path lock = folder / text.debian;
    const Result<std::string> lines = readFile(lock, lockLimitBytes);
    if (!lines)
        return fail(unreadable(lock, lines.error()));
    Result<std::vector<LockedPackage>> packages = readPackageLock(*lines, lock.string());
    if (!packages)
        return fail(packages.error());
    for (LockedPackage &package : *packages) {
        input.debVersions.push_back(package.name + " " + package.version);
        input.debs.push_back(std::move(package.file));
    }
    input.rootfsTar = text.rootfsTar;
    input.exclude = text.exclude;
    return input;
}

/// Left behind by editors and interpreters, never part of a recipe.
bool isLitter(const fs::path &path)
{
    const std::string name = path.filename().string();
    return name.starts_with('.') || name.ends_with('~') || name == "__pycache__";
}

bool isInside(const fs::path &path, const fs::path &folder)
{
    const auto [end, rest] = std::mismatch(folder.begin(), folder.end(), path.begin(), path.end());
    return end == folder.end();
}

/// Gathers the files of the build context; every one must really lie inside catalog/images.
class Context {
public:
    Context(fs::path images, fs::path recipeFile)
        : m_images(std::move(images))
        , m_recipeFile(std::move(recipeFile))
    {
    }

    /// All files at or below \a from, as \a to and what lies below it; an empty \a to is the root of the
    /// context.
    Result<void> add(const fs::path &from, const fs::path &to, bool ownFolder)
    {
        std::error_code error;
        const fs::path real = fs::canonical(from, error);
        if (error || !isInside(real, m_images))
            return fail(fault("catalog-reference", from.string()));
        if (fs::is_regular_file(real))
            return addFile(real, to);
        std::vector<fs::path> entries;
        for (fs::directory_iterator entry(real, error), end; !error && entry != end; entry.increment(error))
            entries.push_back(entry->path());
        std::sort(entries.begin(), entries.end());
        for (const fs::path &entry : entries) {
            const bool description
                = ownFolder && (entry.filename() == "recipe.yaml" || entry.extension() == ".lock");
            if (description || isLitter(entry))
                continue;
            if (++m_depth > deepest)
                return fail(fault("catalog-too-large", entry.string()));
            Result<void> added = add(entry, to.empty() ? entry.filename() : to / entry.filename(), false);
            --m_depth;
            if (!added)
                return added;
        }
        return {};
    }

    std::map<std::string, fs::path> take() { return std::move(m_files); }

private:
    Result<void> addFile(const fs::path &file, const fs::path &to)
    {
        if (!m_files.emplace(to.generic_string(), file).second)
            return fail(fault("catalog-field-twice", to.generic_string()));
        return {};
    }

    Error fault(const std::string &code, const std::string &found) const
    {
        return faultIn(m_recipeFile, code,
                       {{"field", "files"},
                        {"found", found},
                        {"nearest", ""},
                        {"needed", std::to_string(deepest)},
                        {"unit", "levels"}});
    }

    static constexpr int deepest = 16;

    fs::path m_images;
    fs::path m_recipeFile;
    std::map<std::string, fs::path> m_files;
    int m_depth = 0;
};

json describe(const WantedFile &file)
{
    return {{"sources", file.sources}, {"sha256", *file.sha256}, {"packageFile", file.packageFile}};
}

json describe(const RecipeInput &input)
{
    json debs = json::array();
    for (const WantedFile &deb : input.debs)
        debs.push_back(describe(deb));
    return {{"file", input.debs.empty() && input.rootfsTar.empty() ? describe(input.file) : json()},
            {"licence", input.licence},
            {"unpackTo", input.unpackTo},
            {"placeAt", input.placeAt},
            {"stripComponents", input.stripComponents},
            {"only", input.only},
            {"debs", std::move(debs)},
            {"debVersions", input.debVersions},
            {"rootfsTar", input.rootfsTar},
            {"exclude", input.exclude}};
}

/// Of the mode only whether it may be executed: the rest is the umask of whoever checked the files out.
bool isExecutable(const fs::path &file)
{
    struct stat status = {};
    return ::stat(file.c_str(), &status) == 0 && (status.st_mode & S_IXUSR) != 0;
}

Result<std::string> digestOf(const Recipe &recipe)
{
    json inputs = json::array();
    for (const RecipeInput &input : recipe.inputs)
        inputs.push_back(describe(input));
    json files = json::object();
    for (const auto &[path, file] : recipe.contextFiles) {
        const Result<std::string> sha256 = sha256OfFile(file);
        if (!sha256)
            return fail(unreadable(file, sha256.error()));
        files[path] = {{"sha256", *sha256}, {"executable", isExecutable(file)}};
    }
    const json all = {{"schema", "firstlight-recipe/1"},
                      {"id", recipe.id},
                      {"architectures", recipe.architectures},
                      {"inputs", std::move(inputs)},
                      {"files", std::move(files)}};
    return sha256Hex(all.dump(-1, ' ', false, json::error_handler_t::replace));
}

} // namespace

std::uint64_t Recipe::downloadBytes() const
{
    std::set<std::string> counted; // two lock files may share a package, which is fetched once
    std::uint64_t sum = 0;
    const auto add = [&](const WantedFile &file) {
        if (file.sha256 && counted.insert(*file.sha256).second)
            sum += file.sizeBytes.value_or(0);
    };
    for (const RecipeInput &input : inputs) {
        add(input.file);
        for (const WantedFile &deb : input.debs)
            add(deb);
    }
    return sum;
}

Result<Recipe> loadRecipe(const fs::path &imagesFolder, const std::string &id)
{
    const bool plainName
        = !id.empty() && id.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string::npos;
    const fs::path file = imagesFolder / id / "recipe.yaml";
    std::error_code error;
    if (!plainName || !fs::exists(file, error))
        return fail(unknownRecipe(imagesFolder, id));
    const Result<std::string> text = readFile(file, lockLimitBytes);
    if (!text)
        return fail(unreadable(file, text.error()));
    const Result<RecipeText> read = readRecipeText(*text, file.string());
    if (!read)
        return fail(read.error());
    if (read->id != id)
        return fail(faultIn(file, "catalog-value",
                            {{"field", "id"}, {"found", read->id}, {"needed", id}, {"nearest", ""}}));

    Recipe recipe{.id = id,
                  .folder = file.parent_path(),
                  .architectures = read->architectures,
                  .inputs = {},
                  .contextFiles = {},
                  .digest = {}};
    for (const RecipeText::Input &each : read->inputs) {
        Result<RecipeInput> input = inputOf(each, recipe.folder);
        if (!input)
            return fail(input.error());
        recipe.inputs.push_back(*std::move(input));
    }
    Context context(fs::weakly_canonical(imagesFolder), file);
    if (Result<void> own = context.add(recipe.folder, {}, true); !own)
        return fail(own.error());
    for (const RecipeText::CopiedFolder &folder : read->files) {
        if (Result<void> copied = context.add(recipe.folder / folder.from, folder.to, false); !copied)
            return fail(copied.error());
    }
    recipe.contextFiles = context.take();
    Result<std::string> digest = digestOf(recipe);
    if (!digest)
        return fail(digest.error());
    recipe.digest = *std::move(digest);
    return recipe;
}

} // namespace firstlight
