#include "cli/catalog_verbs.h"

#include "core/files.h"

namespace firstlight {

namespace {

using Verb = std::function<int(const Session &)>;
using CatalogVerb = int (*)(const Session &, const CatalogOptions &);

class Describing {
public:
    Describing(CLI::App &catalog, Verb &verb, Options &options)
        : m_catalog(catalog)
        , m_verb(verb)
        , m_options(options)
        , m_own(std::make_shared<CatalogOptions>())
    {
    }

    CatalogOptions &own() { return *m_own; }

    CLI::App *add(const std::string &name, const std::string &help, const std::string &examples,
                  CatalogVerb action)
    {
        CLI::App *command = m_catalog.add_subcommand(name, help);
        command->add_flag("--json", m_options.json, "Answer in JSON");
        command->fallthrough();
        command->footer("Examples:\n" + examples);
        command->callback([&verb = m_verb, own = m_own, action] {
            verb = [own, action](const Session &session) { return action(session, *own); };
        });
        return command;
    }

    CLI::App *withOutput(CLI::App *command)
    {
        command->add_option("-o,--output", own().output, "Write to this file");
        return command;
    }

private:
    CLI::App &m_catalog;
    Verb &m_verb;
    Options &m_options;
    std::shared_ptr<CatalogOptions> m_own;
};

void describeLooking(Describing &describing, Options &options)
{
    CatalogOptions &own = describing.own();
    auto *lint = describing.add(
        "lint", "Show what is wrong or could be better in catalog files",
        "  firstlight catalog lint\n  firstlight catalog lint catalog/demos/chat.yaml --online\n"
        "  firstlight catalog lint --json | jq 'select(.severity == \"error\")'",
        lintCatalog);
    lint->add_option("paths", own.paths, "Catalog folders or files; by default the catalogs in use");
    lint->add_flag("--online", own.online, "Also look whether pages, images and model files are there");

    auto *coverage = describing.withOutput(describing.add(
        "coverage", "Show which recorded computers get what, and which get nothing",
        "  firstlight catalog coverage tests/machines\n  firstlight catalog coverage tests/machines "
        "--format svg -o coverage.svg",
        showCoverage));
    coverage->add_option("machines", own.paths, "Folders with recorded computers")->required();
    coverage->add_option("--demo", own.demos, "Only this demo");
    coverage->add_option("--format", own.format, "table, json or svg")
        ->check(CLI::IsMember({"table", "json", "svg"}));

    auto *diff = describing.add("diff", "Show how two catalogs differ, and whose choice changes",
                                "  firstlight catalog diff old/catalog catalog\n  firstlight catalog diff "
                                "old/catalog catalog --machines tests/machines",
                                diffCatalogs);
    diff->add_option("catalogs", own.paths, "The earlier and the later catalog")->expected(2)->required();
    diff->add_option("--machines", own.machines, "A folder with recorded computers");

    auto *explain
        = describing.add("explain", "Show each requirement with its answer, and why the order is so",
                         "  firstlight catalog explain chat\n  firstlight catalog explain chat "
                         "llamacpp-cuda --machine their-computer.json",
                         explainDemo);
    explain->add_option("demo", options.demo, "A demo, as `firstlight list` names it")->required();
    explain->add_option("variant,--variant", options.variant, "Only this variant");
    explain->add_option("--machine,--root", options.machine, "A recorded computer instead of this one");
}

void describeMaking(Describing &describing)
{
    CatalogOptions &own = describing.own();
    auto *draft = describing.withOutput(
        describing.add("new", "Draft an entry from a model on Hugging Face or ModelScope, or an image",
                       "  firstlight catalog new hf:Qwen/Qwen3-4B-GGUF\n  firstlight catalog new "
                       "modelscope:Qwen/Qwen3-4B-GGUF -o qwen.yaml\n  firstlight catalog new "
                       "ghcr.io/ggml-org/llama.cpp:server",
                       draftDemo));
    draft
        ->add_option("source", own.reference,
                     "hf:OWNER/REPO, modelscope:OWNER/REPO, the page's address, or HOST/IMAGE:TAG")
        ->required();
    auto *schema = describing.withOutput(describing.add("schema", "Show the JSON Schema of catalog files",
                                                        "  firstlight catalog schema\n  firstlight catalog "
                                                        "schema recipe -o recipe.schema.json",
                                                        showSchema));
    schema->add_option("what", own.schema, "demo, recipe or machine")
        ->check(CLI::IsMember({"demo", "recipe", "machine"}));
}

} // namespace

void describeCatalogVerbs(CLI::App &app, std::function<int(const Session &)> &verb, Options &options)
{
    CLI::App *catalog = app.add_subcommand("catalog", "Look after a catalog: for who writes demos");
    catalog->require_subcommand(1);
    catalog->fallthrough();
    catalog->footer("Examples:\n  firstlight catalog lint\n  firstlight catalog coverage tests/machines");
    Describing describing(*catalog, verb, options);
    describeLooking(describing, options);
    describeMaking(describing);
}

int writeOutput(const Session &session, const CatalogOptions &options, const std::string &text)
{
    if (options.output.empty()) {
        session.out().write(text);
        return 0;
    }
    if (Result<void> written = writeFileAtomically(options.output, text); !written)
        return session.report(written.error());
    return 0;
}

} // namespace firstlight
