#include "runners/images/recipe_build.h"

#include "catalog/bill_of_materials.h"
#include "runners/images/context_folder.h"
#include "runners/images/context_path.h"
#include "runners/images/root_filesystem.h"
#include "transfer/archive.h"

#include <nlohmann/json.hpp>
#include <sys/stat.h>

namespace firstlight {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t recipeItself = 0; // inputs are counted from 1

std::uint64_t sizeOf(const fs::path &path)
{
    std::error_code failed;
    const auto size = fs::file_size(path, failed);
    return failed ? 0 : size;
}

/// Writes the context of one recipe, input by input.
class ContextWriter {
public:
    ContextWriter(const Recipe &recipe, const Store &store, ContextFolder folder, Progress &progress,
                  std::stop_token stop)
        : m_recipe(recipe)
        , m_store(store)
        , m_folder(std::move(folder))
        , m_meter(progress, "unpack", recipe.id, ProgressUnit::Bytes, std::nullopt)
        , m_stop(std::move(stop))
    {
    }

    Result<void> writeAll();

private:
    Result<void> countInputs();
    Result<fs::path> stored(const WantedFile &file) const;
    Result<void> writeContextFiles();
    Result<void> writeBillOfMaterials();
    Result<void> writeInput(const RecipeInput &input, std::size_t origin);
    Result<void> unpack(const RecipeInput &input, const fs::path &package, std::size_t origin);
    Result<bool> unpackEntry(const RecipeInput &input, const ArchiveEntry &entry, const ContentReader &read,
                             std::size_t origin);
    Result<void> writeDebianRoot(const RecipeInput &input, std::size_t origin);
    void advance(std::uint64_t bytes) { m_meter.advanceTo(m_done += bytes); }

    const Recipe &m_recipe;
    const Store &m_store;
    ContextFolder m_folder;
    ProgressMeter m_meter;
    std::stop_token m_stop;
    std::uint64_t m_done = 0;
};

Result<fs::path> ContextWriter::stored(const WantedFile &file) const
{
    if (auto path = m_store.find(file))
        return *path;
    return fail({.code = "recipe-input-missing", .facts = {{"recipe", m_recipe.id}, {"name", file.name}}});
}

Result<void> ContextWriter::countInputs()
{
    std::uint64_t total = 0;
    for (const RecipeInput &input : m_recipe.inputs) {
        std::vector<WantedFile> files = input.debs;
        if (input.rootfsTar.empty())
            files = {input.file};
        for (const WantedFile &file : files) {
            auto path = stored(file);
            if (!path)
                return fail(path.error());
            total += sizeOf(*path);
        }
    }
    m_meter.setTotal(total);
    return {};
}

Result<void> ContextWriter::writeContextFiles()
{
    for (const auto &[place, source] : m_recipe.contextFiles) {
        auto path = contextPath(place);
        if (!path)
            return fail(path.error());
        struct stat info { };
        const bool executable = ::stat(source.c_str(), &info) == 0 && (info.st_mode & 0111u) != 0;
        if (auto added = m_folder.addFileFrom(*path, source, executable, recipeItself); !added)
            return added;
    }
    return writeBillOfMaterials();
}

Result<void> ContextWriter::writeBillOfMaterials()
{
    const std::string text = billOfMaterials(m_recipe).dump(1) + "\n";
    bool read = false;
    const auto once = [&]() -> Result<std::string_view> {
        const std::string_view piece = read ? std::string_view() : text;
        read = true;
        return piece;
    };
    return m_folder.addFile("licenses/bill-of-materials.cdx.json", once, false, recipeItself);
}

/// Returns whether the entry was wanted.
Result<bool> ContextWriter::unpackEntry(const RecipeInput &input, const ArchiveEntry &entry,
                                        const ContentReader &read, std::size_t origin)
{
    const auto inner = withoutLeading(entry.path, input.stripComponents);
    const bool directory = entry.type == ArchiveEntry::Type::Directory;
    if (!inner || entry.type == ArchiveEntry::Type::Other)
        return false;
    // With `only`, folders come into being with the files in them.
    if (!input.only.empty() && (directory || !matchesAny(*inner, input.only)))
        return false;
    auto path = contextPath(input.unpackTo + "/" + *inner);
    if (!path)
        return fail(path.error());
    Result<void> added;
    if (directory) {
        added = m_folder.addDirectory(*path, origin);
    } else if (entry.type == ArchiveEntry::Type::Symlink) {
        added = m_folder.addSymlink(*path, entry.linkTarget, origin);
    } else if (entry.type == ArchiveEntry::Type::Hardlink) {
        const auto target = withoutLeading(entry.linkTarget, input.stripComponents);
        auto clean = contextPath(input.unpackTo + "/" + target.value_or(entry.linkTarget));
        added = clean ? m_folder.addHardlink(*path, *clean, origin) : fail(clean.error());
    } else {
        added = m_folder.addFile(*path, read, (entry.mode & 0111u) != 0, origin);
    }
    if (!added)
        return fail(added.error());
    return true;
}

Result<void> ContextWriter::unpack(const RecipeInput &input, const fs::path &package, std::size_t origin)
{
    bool any = false;
    auto read
        = readArchive(package, [&](const ArchiveEntry &entry, const ContentReader &content) -> Result<void> {
              if (m_stop.stop_requested())
                  return fail(cancelled());
              auto wanted = unpackEntry(input, entry, content, origin);
              if (!wanted)
                  return fail(wanted.error());
              any = any || *wanted;
              return {};
          });
    if (!read)
        return read;
    // A pattern that fits nothing is a mistake in the recipe or a package that has changed.
    if (!any)
        return fail({.code = "recipe-input-empty",
                     .facts = {{"input", input.file.name}},
                     .kind = ErrorKind::DamagedCatalog});
    return {};
}

Result<void> ContextWriter::writeDebianRoot(const RecipeInput &input, std::size_t origin)
{
    RootFilesystem root{.packages = {}, .names = {}, .exclude = input.exclude};
    for (const WantedFile &deb : input.debs) {
        auto path = stored(deb);
        if (!path)
            return fail(path.error());
        root.packages.push_back(*path);
        root.names.push_back(deb.name);
    }
    auto place = contextPath(input.rootfsTar);
    if (!place)
        return fail(place.error());
    auto tar = m_folder.reserve(*place, origin);
    if (!tar)
        return fail(tar.error());
    return writeRootFilesystem(
        root, *tar, [this](std::uint64_t bytes) { advance(bytes); }, m_stop);
}

Result<void> ContextWriter::writeInput(const RecipeInput &input, std::size_t origin)
{
    if (!input.rootfsTar.empty()) {
        m_meter.setSubject(input.rootfsTar);
        return writeDebianRoot(input, origin);
    }
    m_meter.setSubject(input.file.name);
    auto package = stored(input.file);
    if (!package)
        return fail(package.error());
    Result<void> written;
    if (!input.unpackTo.empty()) {
        written = unpack(input, *package, origin);
    } else {
        auto place = contextPath(input.placeAt);
        written = place ? m_folder.addFileFrom(*place, *package, false, origin) : fail(place.error());
    }
    advance(sizeOf(*package));
    return written;
}

Result<void> ContextWriter::writeAll()
{
    if (auto counted = countInputs(); !counted)
        return counted;
    if (auto copied = writeContextFiles(); !copied)
        return copied;
    std::size_t origin = recipeItself;
    for (const RecipeInput &input : m_recipe.inputs) {
        if (m_stop.stop_requested())
            return fail(cancelled());
        auto written = writeInput(input, ++origin);
        if (!written) {
            Error error = written.error();
            if (error.code.starts_with("recipe-") && !error.facts.contains("input"))
                error.facts.emplace("input", input.rootfsTar.empty() ? input.file.name : input.rootfsTar);
            return fail(error);
        }
    }
    if (auto finished = m_folder.finish(); !finished)
        return finished;
    m_meter.finish();
    return {};
}

} // namespace

Result<void> writeBuildContext(const Recipe &recipe, const Store &store, const fs::path &folder,
                               Progress &progress, std::stop_token stop)
{
    auto context = ContextFolder::create(folder);
    if (!context)
        return fail(context.error());
    return ContextWriter(recipe, store, std::move(*context), progress, std::move(stop)).writeAll();
}

} // namespace firstlight
