#include "catalog/maintaining/linting/rules.h"

#include <algorithm>

namespace firstlight {

namespace {

bool isUsed(const Demo &demo, const std::string &model)
{
    return std::any_of(demo.variants.begin(), demo.variants.end(), [&](const Variant &variant) {
        return std::find(variant.models.begin(), variant.models.end(), model) != variant.models.end();
    });
}

void checkFile(const LintedDemo &linted, const WantedFile &file, const std::vector<YamlStep> &steps,
               LintFindings &findings)
{
    if (!file.sha256)
        findings.push_back(
            findingIn(linted, Severity::Warning, "digest-missing", steps, {{"name", file.name}}));
    if (!file.sizeBytes)
        findings.push_back(
            findingIn(linted, Severity::Warning, "size-missing", steps, {{"name", file.name}}));
}

/// On which hub the model is, by its hub paths or its sources.
bool isOn(const Model &model, const std::string &path, const std::string &scheme)
{
    return !path.empty()
           || std::any_of(model.file.sources.begin(), model.file.sources.end(),
                          [&](const std::string &source) { return source.starts_with(scheme); });
}

void checkHubs(const LintedDemo &linted, const std::string &id, const Model &model, LintFindings &findings)
{
    const bool huggingFace = isOn(model, model.hub.huggingface, "hf://");
    const bool modelScope = isOn(model, model.hub.modelscope, "modelscope://");
    const std::vector<YamlStep> steps{"models", id};
    if (!huggingFace)
        findings.push_back(
            findingIn(linted, Severity::Info, "hub-missing", steps, {{"hub", "Hugging Face"}}));
    if (!modelScope)
        findings.push_back(findingIn(linted, Severity::Info, "hub-missing", steps, {{"hub", "ModelScope"}}));
}

} // namespace

void lintModels(const LintedDemo &linted, LintFindings &findings)
{
    const Demo &demo = linted.demo;
    for (const auto &[id, model] : demo.models) {
        if (!isUsed(demo, id))
            findings.push_back(findingIn(linted, Severity::Warning, "model-unused", {"models", id}));
        checkHubs(linted, id, model, findings);
        if (model.delivery == Delivery::Store)
            checkFile(linted, model.file, {"models", id}, findings);
        else if (!model.file.sizeBytes)
            findings.push_back(
                findingIn(linted, Severity::Warning, "size-missing", {"models", id}, {{"name", model.name}}));
        for (const auto &[name, file] : model.furtherFiles)
            checkFile(linted, file, {"models", id, "files", name}, findings);
    }
    for (std::size_t index = 0; index < demo.variants.size(); ++index) {
        const Variant &variant = demo.variants[index];
        const auto downloads
            = std::find_if(variant.models.begin(), variant.models.end(), [&](const std::string &id) {
                  return demo.models.at(id).delivery == Delivery::Engine;
              });
        if (downloads != variant.models.end() && variant.dataFolders.empty())
            findings.push_back(findingIn(linted, Severity::Warning, "data-missing",
                                         {"variants", index, "data"}, {{"model", *downloads}}));
    }
}

} // namespace firstlight
