#include "catalog/maintaining/lint.h"

#include "catalog/choosing/ranking.h"
#include "catalog/maintaining/spdx.h"
#include "catalog/requirement_keys.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <set>
#include <tuple>

namespace firstlight {

namespace {

namespace fs = std::filesystem;

int numberOf(const Facts &facts, const std::string &name)
{
    int number = 1;
    if (const auto fact = facts.find(name); fact != facts.end())
        std::from_chars(fact->second.data(), fact->second.data() + fact->second.size(), number);
    return number;
}

/// Whether a text holds a character of the CJK blocks: three bytes of UTF-8 from E3 on.
bool isChinese(const std::string &text)
{
    return std::any_of(text.begin(), text.end(),
                       [](char letter) { return static_cast<unsigned char>(letter) >= 0xe3; });
}

bool allows(const Requirement &requirement, const std::string &architecture)
{
    const Term &term = requirement.term;
    switch (requirement.kind) {
    case Requirement::Kind::All:
        return std::all_of(requirement.children.begin(), requirement.children.end(),
                           [&](const Requirement &child) { return allows(child, architecture); });
    case Requirement::Kind::Any:
        return std::any_of(requirement.children.begin(), requirement.children.end(),
                           [&](const Requirement &child) { return allows(child, architecture); });
    case Requirement::Kind::Not:
    case Requirement::Kind::Device:
        return true;
    case Requirement::Kind::Term:
        break;
    }
    if (term.key == "arch") {
        const bool named
            = std::find(term.values.begin(), term.values.end(), architecture) != term.values.end();
        return named == (term.comparison != Comparison::NotEqual);
    }
    if (term.key != "isa")
        return true;
    if (const IsaLevel *level = isaLevel(term.values.front()))
        return level->architecture == architecture;
    const IsaSet *set = isaSet(term.values.front());
    return !set || set->architecture == architecture;
}

bool needsDevice(const Requirement &requirement)
{
    const auto &children = requirement.children;
    if (requirement.kind == Requirement::Kind::All)
        return std::any_of(children.begin(), children.end(), needsDevice);
    if (requirement.kind == Requirement::Kind::Any)
        return std::all_of(children.begin(), children.end(), needsDevice);
    return requirement.kind == Requirement::Kind::Device;
}

class Linting {
public:
    explicit Linting(const Catalog &catalog)
        : m_catalog(catalog)
    {
    }

    std::vector<LintFinding> run()
    {
        for (const Error &fault : m_catalog.faults)
            addFault(fault);
        for (const Demo &demo : m_catalog.demos) {
            m_demo = &demo;
            lintTexts();
            lintLicences();
            lintModels();
            for (const Variant &variant : demo.variants)
                lintVariant(variant);
            lintDuplicates();
        }
        lintRecipes();
        std::sort(m_findings.begin(), m_findings.end(), [](const LintFinding &a, const LintFinding &b) {
            return std::tie(a.file, a.line, a.column, a.rule, a.facts)
                   < std::tie(b.file, b.line, b.column, b.rule, b.facts);
        });
        return std::move(m_findings);
    }

private:
    void add(LintSeverity severity, const std::string &rule, SourcePosition where, Facts facts)
    {
        facts["demo"] = m_demo->id;
        m_findings.push_back({severity, rule, m_demo->file, std::max(1, where.line),
                              std::max(1, where.column), std::move(facts)});
    }

    void addFault(const Error &fault)
    {
        Facts facts = fault.facts;
        facts["code"] = fault.code;
        const auto file = fault.facts.find("file");
        m_findings.push_back({LintSeverity::Error, "catalog-fault",
                              file == fault.facts.end() ? "" : file->second, numberOf(fault.facts, "line"),
                              numberOf(fault.facts, "column"), std::move(facts)});
    }

    void lintText(const LocalizedText &text, const std::string &field)
    {
        // A command or a name may be the same in both languages.
        const bool same = text.en == text.zhCn;
        const bool isProse
            = text.en.find(' ') != std::string::npos && isalpha(static_cast<unsigned char>(text.en.front()));
        const bool isCommand = text.en.find_first_of("(){}/_=") != std::string::npos;
        if ((same && isProse && !isCommand) || (!same && !isChinese(text.zhCn)))
            add(LintSeverity::Error, "text-untranslated", {}, {{"field", field}});
    }

    void lintTexts()
    {
        lintText(m_demo->name, "name");
        lintText(m_demo->summary, "summary");
        for (std::size_t index = 0; index < m_demo->prompts.size(); ++index)
            lintText(m_demo->prompts[index], "try[" + std::to_string(index) + "]");
        if (m_demo->consent)
            lintText(*m_demo->consent, "consent");
        constexpr std::size_t enoughPrompts = 3;
        if (m_demo->prompts.size() < enoughPrompts)
            add(LintSeverity::Error, "try-few", {}, {{"found", std::to_string(m_demo->prompts.size())}});
        if (m_demo->project.empty())
            add(LintSeverity::Error, "project-missing", {}, {});
    }

    void lintLicence(const std::string &licence, const std::string &field)
    {
        if (const auto fault = faultOfLicence(licence))
            add(LintSeverity::Error, "licence-unknown", {},
                {{"field", field}, {"licence", licence}, {"word", fault->word}, {"nearest", fault->nearest}});
    }

    void lintLicences()
    {
        lintLicence(m_demo->codeLicence, "licence.code");
        if (!m_demo->weightsLicence.empty())
            lintLicence(m_demo->weightsLicence, "licence.weights");
        for (const auto &[id, model] : m_demo->models) {
            if (model.licence.empty())
                add(LintSeverity::Error, "weights-licence-missing", {}, {{"model", id}});
            else if (model.licence != m_demo->weightsLicence)
                lintLicence(model.licence, "models." + id + ".licence");
        }
    }

    void lintModels()
    {
        for (const auto &[id, model] : m_demo->models) {
            if (model.delivery != Delivery::Store)
                continue;
            if (!model.file.sha256)
                add(LintSeverity::Note, "model-not-verified", {}, {{"model", id}});
            const auto on = [&](const char *scheme) {
                return std::any_of(model.file.sources.begin(), model.file.sources.end(),
                                   [&](const std::string &source) { return source.starts_with(scheme); });
            };
            if (on("hf://") != on("modelscope://"))
                add(LintSeverity::Note, "hub-missing", {},
                    {{"model", id}, {"hub", on("hf://") ? "ModelScope" : "Hugging Face"}});
        }
    }

    void lintVariant(const Variant &variant)
    {
        const SourcePosition where = variant.requires_.position;
        const std::vector<std::string> &architectures = requirementKey(KeyScope::Machine, "arch")->words;
        const bool possible
            = std::any_of(architectures.begin(), architectures.end(), [&](const std::string &each) {
                  const bool built
                      = variant.architectures.empty()
                        || std::find(variant.architectures.begin(), variant.architectures.end(), each)
                               != variant.architectures.end();
                  return built && allows(variant.requires_, each);
              });
        if (!possible)
            add(LintSeverity::Error, "requirement-contradictory", where, {{"variant", variant.id}});
        if (variant.unlocked)
            add(LintSeverity::Warning, "image-unlocked", where,
                {{"variant", variant.id}, {"image", variant.image}});
        if (variant.accelerated && !needsDevice(variant.requires_))
            add(LintSeverity::Warning, "accelerator-not-required", where, {{"variant", variant.id}});
        const bool downloads
            = std::any_of(variant.models.begin(), variant.models.end(), [&](const std::string &id) {
                  return m_demo->models.at(id).delivery == Delivery::Engine;
              });
        const bool mayUseNetwork
            = std::find(variant.permissions.begin(), variant.permissions.end(), "network")
              != variant.permissions.end();
        if (mayUseNetwork && !downloads && interfaceOf(*m_demo, variant).socket)
            add(LintSeverity::Warning, "network-not-needed", where, {{"variant", variant.id}});
    }

    /// Of two that ask for the same, the one that stands behind is taken only when the other fails.
    void lintDuplicates()
    {
        const auto &variants = m_demo->variants;
        for (std::size_t b = 1; b < variants.size(); ++b) {
            for (std::size_t a = 0; a < b; ++a) {
                const bool same = variants[a].accelerated == variants[b].accelerated
                                  && variants[a].weight == variants[b].weight
                                  && variants[a].architectures == variants[b].architectures
                                  && implies(variants[a].requires_, variants[b].requires_)
                                  && implies(variants[b].requires_, variants[a].requires_);
                if (!same)
                    continue;
                add(LintSeverity::Warning, "requirements-duplicate", variants[b].requires_.position,
                    {{"variant", variants[b].id}, {"other", variants[a].id}});
                break;
            }
        }
    }

    void lintRecipes()
    {
        std::set<std::string> used;
        for (const Demo &demo : m_catalog.demos) {
            for (const Variant &variant : demo.variants)
                used.insert(variant.recipe);
        }
        for (const CatalogSource &source : m_catalog.sources) {
            std::error_code error;
            for (fs::directory_iterator entry(source.path / "images", error), end; !error && entry != end;
                 entry.increment(error)) {
                const fs::path recipe = entry->path() / "recipe.yaml";
                std::error_code ignored;
                const std::string name = entry->path().filename().string();
                if (fs::exists(recipe, ignored) && !used.contains(name))
                    m_findings.push_back(
                        {LintSeverity::Warning, "recipe-unused", recipe.string(), 1, 1, {{"recipe", name}}});
            }
        }
    }

    const Catalog &m_catalog;
    const Demo *m_demo = nullptr;
    std::vector<LintFinding> m_findings;
};

} // namespace

std::vector<LintFinding> lintCatalog(const Catalog &catalog)
{
    return Linting(catalog).run();
}

} // namespace firstlight
