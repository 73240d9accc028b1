#include "runners/images/recipe_build.h"

#include "core/files.h"
#include "runners/images/build_disk.h"
#include "runners/images/input_fetch.h"
#include "runners/images/podman_build.h"
#include "runners/podman/json_fields.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>

namespace firstlight {

namespace fs = std::filesystem;

namespace {

constexpr const char *recipeLabel = "org.firstlight.recipe";
constexpr const char *digestLabel = "org.firstlight.recipe-digest";

/// Removes a build's folder, whichever way the build ends.
class FolderRemover {
public:
    explicit FolderRemover(fs::path path)
        : m_path(std::move(path))
    {
    }
    FolderRemover(const FolderRemover &) = delete;
    FolderRemover &operator=(const FolderRemover &) = delete;
    ~FolderRemover() { removeNow(); }

    void removeNow()
    {
        std::error_code ignored;
        fs::remove_all(m_path, ignored);
    }

private:
    fs::path m_path;
};

/// One recipe's image in one store.
class RecipeImage {
public:
    RecipeImage(const Recipe &recipe, Store &store, Libpod &podman, const HostSetup &host,
                const fs::path &workFolder)
        : m_recipe(recipe)
        , m_store(store)
        , m_podman(podman)
        , m_host(host)
        , m_workFolder(workFolder)
        , m_folder{workFolder / recipe.id}
    {
    }

    /// The image's id, or empty if it is not there as this recipe makes it.
    Result<std::string> find(const std::stop_token &stop);
    Result<std::string> make(Progress &progress, const std::stop_token &stop);

private:
    Result<void> checkDiskFor(const std::vector<WantedFile> &missing, const std::stop_token &stop);
    Result<PodmanBuild> startBuild(Progress &progress, const std::stop_token &stop);

    const Recipe &m_recipe;
    Store &m_store;
    Libpod &m_podman;
    const HostSetup &m_host;
    fs::path m_workFolder;
    BuildFolder m_folder;
    std::string m_replaced; ///< what had the tag and is not what the recipe makes
};

Result<std::string> RecipeImage::find(const std::stop_token &stop)
{
    auto image = m_podman.get("/images/" + urlEncode(recipeReference(m_recipe)) + "/json", stop);
    if (!image)
        return image.error().code == "podman-missing-object" ? Result<std::string>("") : fail(image.error());
    const bool ours = textAt(*image, std::string("/Labels/") + digestLabel) == m_recipe.digest;
    m_replaced = ours ? std::string() : textAt(*image, "/Id");
    return ours ? textAt(*image, "/Id") : std::string();
}

Result<void> RecipeImage::checkDiskFor(const std::vector<WantedFile> &missing, const std::stop_token &stop)
{
    const std::uint64_t context = estimateContextBytes(m_recipe);
    const std::uint64_t download = std::accumulate(
        missing.begin(), missing.end(), std::uint64_t{0},
        [](std::uint64_t sum, const WantedFile &file) { return sum + file.sizeBytes.value_or(0); });
    std::vector<DiskNeed> needs{{m_store.root(), download}, {m_workFolder, context}};
    auto info = m_podman.get("/info", stop);
    if (!info)
        return fail(info.error());
    const std::string graphRoot = textAt(*info, "/store/graphRoot");
    // The working containers hold what the context holds, and the image at most as much again.
    if (!graphRoot.empty())
        needs.push_back({graphRoot, 2 * context});
    return checkDisk(needs);
}

Result<PodmanBuild> RecipeImage::startBuild(Progress &progress, const std::stop_token &stop)
{
    const auto missing = missingInputs(m_recipe, m_store);
    if (auto fits = checkDiskFor(missing, stop); !fits)
        return fail(fits.error());
    if (auto fetched = fetchInputs(m_recipe.id, missing, m_store, progress, stop); !fetched)
        return fail(fetched.error());
    if (auto written = writeBuildContext(m_recipe, m_store, m_folder.context(), progress, stop); !written)
        return fail(written.error());
    const std::map<std::string, std::string> labels{{recipeLabel, m_recipe.id},
                                                    {digestLabel, m_recipe.digest}};
    return startPodmanBuild(m_folder, recipeReference(m_recipe), labels, m_host);
}

Result<std::string> RecipeImage::make(Progress &progress, const std::stop_token &stop)
{
    if (auto made = makeDirectories(m_workFolder, 0700); !made)
        return fail(made.error());
    auto lock = FileLock::wait(m_workFolder / (m_recipe.id + ".lock"), stop);
    if (!lock)
        return fail(lock.error());
    FolderRemover remover(m_folder.path);

    auto running = findPodmanBuild(m_folder);
    if (!running) {
        // Another process may have built it while this one waited for the lock.
        if (auto there = find(stop); !there || !there->empty())
            return there;
        remover.removeNow();
        auto started = startBuild(progress, stop);
        if (!started)
            return fail(started.error());
        running = *started;
    }
    const std::string replaced = m_replaced;
    ProgressMeter meter(progress, "build", m_recipe.id, ProgressUnit::Steps, std::nullopt);
    auto end = watchPodmanBuild(*running, m_folder, meter, stop);
    if (!end)
        return fail(end.error());
    auto image = find(stop);
    // It lost its tag to the new one. If something still uses it, podman refuses, and that is right.
    if (image && !image->empty() && !replaced.empty())
        static_cast<void>(m_podman.remove("/images/" + replaced, stop));
    if (image && image->empty())
        return fail({.code = "recipe-build-failed",
                     .facts = {{"recipe", m_recipe.id}, {"step", end->step}},
                     .detail = end->tail});
    if (image) {
        meter.advanceTo(end->steps);
        meter.finish();
    }
    return image;
}

} // namespace

std::string recipeReference(const Recipe &recipe)
{
    return "localhost/firstlight/" + recipe.id + ":" + recipe.digest.substr(0, 16);
}

Result<std::string> ensureRecipeImage(const Recipe &recipe, const std::string &architecture, Store &store,
                                      Libpod &podman, const HostSetup &host, const fs::path &workFolder,
                                      Progress &progress, std::stop_token stop)
{
    if (std::find(recipe.architectures.begin(), recipe.architectures.end(), architecture)
        == recipe.architectures.end()) {
        std::string needed;
        for (const std::string &one : recipe.architectures)
            needed += (needed.empty() ? "" : ", ") + one;
        return fail({.code = "recipe-architecture",
                     .facts = {{"recipe", recipe.id}, {"found", architecture}, {"needed", needed}}});
    }
    RecipeImage image(recipe, store, podman, host, workFolder);
    auto there = image.find(stop);
    if (!there || !there->empty())
        return there;
    return image.make(progress, stop);
}

} // namespace firstlight
