#include "cli/session.h"

#include "catalog/estimating/experience.h"
#include "catalog/recipe.h"
#include "core/json_lines.h"
#include "runners/plan/planner.h"
#include "runners/podman/podman_engine.h"
#include "text/choice_text.h"
#include "text/engine_text.h"
#include "text/error_text.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <unistd.h>

namespace firstlight {

namespace fs = std::filesystem;

namespace {

fs::path executable()
{
    std::error_code ignored;
    return fs::read_symlink("/proc/self/exe", ignored);
}

/// FIRSTLIGHT_CATALOG, or the catalog that came with this program.
fs::path catalogFolder()
{
    if (const char *set = std::getenv("FIRSTLIGHT_CATALOG"); set && *set)
        return fs::absolute(set);
    return executable().parent_path().parent_path() / "share/firstlight/catalog";
}

} // namespace

Session::Session(Options options, std::stop_token stop)
    : m_options(std::move(options))
    , m_directories(directoriesFromEnvironment())
    , m_language(languageFromEnvironment())
    , m_out(stdout)
    , m_err(stderr)
    , m_stop(std::move(stop))
{
}

ProbeOptions Session::probeOptions() const
{
    ProbeOptions options;
    options.storagePaths = {m_directories.data};
    options.cacheDirectory = m_directories.cache;
    options.nvmlReader = {executable(), "read-nvml"};
    return options;
}

Result<Machine> Session::machine(bool trials) const
{
    ProbeOptions options = probeOptions();
    options.trials = trials;
    return machine(options);
}

Result<Machine> Session::machine(const ProbeOptions &options) const
{
    if (!m_options.machine.empty())
        return loadMachine(m_options.machine, options.recorder);
    return probe(options, m_stop);
}

std::vector<CatalogSource> Session::catalogSources() const
{
    std::vector<CatalogSource> sources = {{catalogFolder(), CatalogOrigin::BuiltIn}};
    const std::vector<fs::path> system = configFoldersOfSystem();
    for (auto folder = system.rbegin(); folder != system.rend(); ++folder) // the first of them wins
        sources.push_back({*folder / "catalog", CatalogOrigin::System});
    sources.push_back({m_directories.config / "catalog", CatalogOrigin::User});
    for (const std::string &given : m_options.catalogs)
        sources.push_back({fs::absolute(given).lexically_normal(), CatalogOrigin::Given});
    return sources;
}

Result<Catalog> Session::catalog() const
{
    return loadCatalog(catalogSources(), m_directories.cache);
}

Store Session::store() const
{
    return Store(m_directories.data / "store");
}

ChoiceOptions Session::wishes(const Machine &computer) const
{
    ChoiceOptions wishes{.variant = m_options.variant,
                         .model = m_options.model,
                         .contextTokens = m_options.context,
                         .gpuLayers = m_options.gpuLayers,
                         .experience = {}};
    if (m_options.machine.empty()) // what this computer showed says nothing about another
        wishes.experience = readExperience(experienceFile(), machineKey(computer));
    return wishes;
}

fs::path Session::experienceFile() const
{
    return m_directories.state / "runs.jsonl";
}

Result<Chosen> Session::choose(bool trials) const
{
    auto read = catalog();
    if (!read)
        return fail(read.error());
    auto demo = findDemo(*read, m_options.demo);
    if (!demo)
        return fail(demo.error());
    auto computer = machine(trials);
    if (!computer)
        return fail(computer.error());
    auto choice = firstlight::choose(*demo, *computer, wishes(*computer));
    if (!choice)
        return fail(choice.error());
    return Chosen{std::move(*read), std::move(*demo), std::move(*computer), std::move(*choice)};
}

Result<LaunchPlan> Session::plan(const Chosen &chosen, const VariantChoice &variant) const
{
    const auto described
        = std::find_if(chosen.demo.variants.begin(), chosen.demo.variants.end(),
                       [&](const Variant &candidate) { return candidate.id == variant.variant; });
    std::optional<Recipe> recipe;
    if (!described->recipe.empty()) {
        auto loaded = loadRecipe(described->recipesFolder, described->recipe);
        if (!loaded)
            return fail(loaded.error());
        recipe = std::move(*loaded);
    }
    return makePlan({chosen.demo, variant, chosen.machine, recipe, store().root(), m_options.port});
}

Result<std::unique_ptr<Engine>> Session::engine(const Machine &machine, Store &store) const
{
    auto report = [this](const Workaround &workaround) {
        if (!m_options.verbose)
            return;
        if (m_options.json)
            writeJsonLine(stdout,
                          {{"event", "workaround"}, {"code", workaround.code}, {"facts", workaround.facts}});
        else
            m_err.line(m_err.faint("  " + describe(workaround, m_language)));
    };
    return makePodmanEngine(machine, {m_directories, store, executable()}, report);
}

Error nothingRuns(const Choice &choice, Language language)
{
    Error error{.code = "nothing-runs", .facts = {{"demo", choice.demo}}, .kind = ErrorKind::NothingRuns};
    if (choice.ranked.empty())
        return error;
    for (const Obstacle &obstacle : choice.ranked.front().obstacles) {
        std::string &reason = error.facts["reason"];
        reason += (reason.empty() ? "" : "; ") + describe(obstacle, language);
        std::string &fix = error.facts["fix"];
        if (const std::string remedy = remedyFor(obstacle, language); !remedy.empty())
            fix += (fix.empty() ? "" : " ") + remedy;
    }
    return error;
}

int exitCode(ErrorKind kind)
{
    switch (kind) {
    case ErrorKind::Failed:
        return 1;
    case ErrorKind::BadInput:
        return 2;
    case ErrorKind::NothingRuns:
        return 3;
    case ErrorKind::Cancelled:
        return 4;
    case ErrorKind::DamagedCatalog:
        return 5;
    }
    return 1;
}

int Session::report(const Error &error) const
{
    const Explanation explanation = explain(error, m_language);
    if (m_options.json) {
        nlohmann::json line = toJson(error);
        line["event"] = "error";
        line["message"] = explanation.sentence;
        line["remedy"] = explanation.remedy;
        writeJsonLine(stdout, line);
    } else {
        m_err.line(m_err.bad("  " + explanation.sentence));
        if (!explanation.remedy.empty())
            m_err.line("  " + explanation.remedy);
        if (m_options.verbose && !error.detail.empty())
            m_err.line(m_err.faint("  [" + error.code + "] " + error.detail));
    }
    return exitCode(error.kind);
}

} // namespace firstlight
