#include "catalog/reading/placeholders.h"
#include "catalog/maintaining/linting/rules.h"

#include <set>

namespace firstlight {

namespace {

std::set<std::string> usedBy(const Variant &variant)
{
    std::set<std::string> used;
    const auto add = [&](const std::string &text) {
        for (std::string &name : placeholdersIn(text))
            used.insert(std::move(name));
    };
    for (const std::string &word : variant.entrypoint)
        add(word);
    for (const std::string &word : variant.arguments)
        add(word);
    for (const auto &[name, value] : variant.environment)
        add(value);
    return used;
}

/// Whether the weights that Firstlight fetches for the variant are named to it, whole or in parts.
bool namesModel(const std::set<std::string> &used)
{
    for (const std::string &name : used) {
        if (name == "model" || name.starts_with("model."))
            return true;
    }
    return false;
}

class Looking {
public:
    Looking(const LintedDemo &linted, std::size_t index, LintFindings &findings)
        : m_linted(linted)
        , m_variant(linted.demo.variants[index])
        , m_index(index)
        , m_used(usedBy(m_variant))
        , m_findings(findings)
    {
    }

    void look()
    {
        if (m_variant.tuning.threads)
            expect("threads", "tune", "threads");
        if (!m_variant.tuning.contextTokens.empty())
            expect("context", "tune", "context");
        if (m_variant.tuning.gpuLayers)
            expect("gpu_layers", "tune", "gpu_layers");
        lookAtModels();
        lookAtInterface();
    }

private:
    void add(const std::string &rule, const std::vector<YamlStep> &below, Facts facts = {})
    {
        std::vector<YamlStep> steps{"variants", m_index};
        steps.insert(steps.end(), below.begin(), below.end());
        m_findings.push_back(findingIn(m_linted, Severity::Warning, rule, steps, std::move(facts)));
    }

    void expect(const std::string &name, const std::string &map, const std::string &field)
    {
        if (!m_used.contains(name))
            add("placeholder-unused", {map, field},
                {{"placeholder", "{" + name + "}"}, {"field", map + "." + field}});
    }

    void lookAtModels()
    {
        std::set<std::string> parts;
        bool fetched = false;
        for (const std::string &id : m_variant.models) {
            const Model &model = m_linted.demo.models.at(id);
            fetched = fetched || !model.file.sources.empty();
            for (const auto &[part, file] : model.furtherFiles)
                parts.insert(part);
        }
        if (fetched && !namesModel(m_used))
            add("placeholder-unused", {"models"}, {{"placeholder", "{model}"}, {"field", "models"}});
        for (const std::string &part : parts) {
            if (!m_used.contains("model." + part))
                add("placeholder-unused", {"models"},
                    {{"placeholder", "{model." + part + "}"}, {"field", "files." + part}});
        }
    }

    void lookAtInterface()
    {
        const Interface &interface = interfaceOf(m_linted.demo, m_variant);
        if (interface.socket && !m_used.contains("listen"))
            add("placeholder-unused", {"args"}, {{"placeholder", "{listen}"}, {"field", "interface.socket"}});
        const bool shown = interface.webPath.find("{secret}") != std::string::npos;
        const bool told = m_used.contains("secret");
        if (shown && !told)
            add("secret-unused", {"args"});
        if (told && !shown && !interface.webPath.empty())
            add("secret-unshown", {"args"});
    }

    const LintedDemo &m_linted;
    const Variant &m_variant;
    std::size_t m_index;
    std::set<std::string> m_used;
    LintFindings &m_findings;
};

} // namespace

void lintPlaceholders(const LintedDemo &linted, LintFindings &findings)
{
    for (std::size_t index = 0; index < linted.demo.variants.size(); ++index)
        Looking(linted, index, findings).look();
}

} // namespace firstlight
