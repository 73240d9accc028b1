#include "catalog/drafting/draft.h"

#include "catalog/estimating/demand.h"
#include "catalog/maintaining/spdx/licence_expression.h"

#include <algorithm>
#include <cctype>
#include <fmt/format.h>
#include <set>

namespace firstlight {

namespace {

/// Lower case, what is not a letter or digit as one dash; \a keep stays.
std::string idOf(const std::string &text, std::string_view keep = {})
{
    std::string id;
    for (const char letter : text) {
        const auto byte = static_cast<unsigned char>(letter);
        if (std::isalnum(byte) || keep.find(letter) != std::string_view::npos)
            id += static_cast<char>(std::tolower(byte));
        else if (!id.empty() && id.back() != '-')
            id += '-';
    }
    while (!id.empty() && id.back() == '-')
        id.pop_back();
    return id.substr(0, 60);
}

/// "Q4_K_M" of "Qwen3-4B-Q4_K_M.gguf"; empty: none that is known.
std::string quantisationOf(const std::string &path)
{
    std::string upper = path;
    std::transform(upper.begin(), upper.end(), upper.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    for (const char *known : {"Q4_K_M", "Q4_K_S", "Q5_K_M", "Q3_K_M", "Q6_K", "Q8_0", "Q2_K", "Q4_0", "Q4_1",
                              "Q5_0", "Q5_1", "IQ4_XS", "MXFP4", "BF16", "F16"}) {
        if (upper.find(known) != std::string::npos)
            return known;
    }
    return {};
}

bool isWholeModel(const HubFile &file)
{
    return file.path.ends_with(".gguf") && file.path.find("mmproj") == std::string::npos
           && file.path.find("-of-0") == std::string::npos;
}

/// The SPDX spelling of what a hub says in lower case.
std::string licenceOf(const HubRepository &repository)
{
    if (repository.licence.empty())
        return {};
    const std::vector<LicenceFault> faults = checkLicence(repository.licence);
    if (faults.empty())
        return repository.licence;
    const std::string &nearest = faults.front().nearest;
    std::string lower = nearest;
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return lower == repository.licence ? nearest : "LicenseRef-" + idOf(repository.licence);
}

std::string variantText(const std::string &id, const std::string &image, const std::string &models, bool gpu,
                        const std::string &requirement, const std::string &devices)
{
    std::string text = fmt::format("\n  - id: {}\n    image: {}\n    unlocked: true\n", id, image);
    if (gpu)
        text += "    accelerated: true\n";
    text += fmt::format("    models: [ {} ]\n    requires:\n{}", models, requirement);
    text += "    tune: { threads: fast-cores, context: [ 2048, 4096, 8192 ] }\n";
    if (!gpu)
        text += "    precision: int8\n";
    text += "    args: [ -m, \"{model}\", --threads, \"{threads}\", -c, \"{context}\", -np, \"1\", --host, "
            "\"{listen}\", --port, \"{port}\" ]\n";
    if (!devices.empty())
        text += "    devices: [ " + devices + " ]\n";
    return text;
}

/// The lines of what a file says of itself.
std::string fieldsOf(const ModelMetadata &metadata)
{
    std::string text;
    const auto add = [&](const char *field, const auto &value) {
        if (value)
            text += fmt::format("    {}: {}\n", field, *value);
    };
    add("parameters", metadata.parameters);
    add("layers", metadata.layers);
    add("kv_per_token", metadata.kvBytesPerToken);
    add("max_context", metadata.maxContext);
    return text;
}

/// Of a model whose file was read, what it did not say; of others everything.
std::string missingOf(const std::vector<HubFile> &files, const MetadataByPath &metadata)
{
    bool parameters = false;
    bool layers = false;
    bool kvPerToken = false;
    bool maxContext = false;
    for (const HubFile &file : files) {
        const auto found = metadata.find(file.path);
        const ModelMetadata known = found == metadata.end() ? ModelMetadata() : found->second;
        parameters = parameters || !known.parameters;
        layers = layers || !known.layers;
        kvPerToken = kvPerToken || !known.kvBytesPerToken;
        maxContext = maxContext || !known.maxContext;
    }
    std::string text;
    for (const auto &[missing, name] :
         {std::pair(parameters, "parameters"), std::pair(layers, "layers"),
          std::pair(kvPerToken, "kv_per_token"), std::pair(maxContext, "max_context")})
        text += missing ? std::string(text.empty() ? "" : ", ") + name : "";
    return text.empty() ? text : ",\n# " + text + " of each model (its config.json)";
}

} // namespace

std::vector<HubFile> wholeModelsOf(const HubRepository &repository)
{
    std::vector<HubFile> files;
    for (const HubFile &file : repository.files) {
        if (isWholeModel(file))
            files.push_back(file);
    }
    std::sort(files.begin(), files.end(), [](const HubFile &a, const HubFile &b) {
        return a.sizeBytes.value_or(0) != b.sizeBytes.value_or(0)
                   ? a.sizeBytes.value_or(0) > b.sizeBytes.value_or(0)
                   : a.path < b.path;
    });
    return files;
}

std::string sourceOf(const HubRepository &repository, const HubFile &file)
{
    return fmt::format("{}://{}/{}@{}/{}", repository.hub == ModelHub::HuggingFace ? "hf" : "modelscope",
                       repository.owner, repository.name, repository.revision, file.path);
}

Result<std::string> draftEntryFor(const HubRepository &repository, const MetadataByPath &metadata)
{
    const std::vector<HubFile> files = wholeModelsOf(repository);
    if (files.empty())
        return fail(Error{.code = "draft-nothing",
                          .facts = {{"found", repository.owner + "/" + repository.name}},
                          .kind = ErrorKind::BadInput});
    const bool huggingFace = repository.hub == ModelHub::HuggingFace;
    const std::string page = (huggingFace ? "https://huggingface.co/" : "https://www.modelscope.cn/models/")
                             + repository.owner + "/" + repository.name;
    const std::string id = idOf(repository.name);
    const std::string licence = licenceOf(repository);
    std::string text
        = "# Drafted from " + page + ".\n# To be filled in by who knows the model: Chinese texts, what to try"
          + missingOf(files, metadata) + std::string(licence.empty() ? ", the licence of the weights" : "")
          + ", the other hub.\n";
    text += fmt::format("schema: firstlight/1\nid: {}\nkind: llm\nname: {{ en: {}, zh_CN: {} }}\n", id,
                        repository.name, repository.name);
    text += fmt::format("summary: {{ en: Talk to {0} on this computer., zh_CN: 在本机上与 {0} 对话。 }}\n",
                        repository.name);
    text += "licence: { code: MIT" + (licence.empty() ? "" : ", weights: " + licence) + " }\nproject: " + page
            + "\nmodels:\n";
    std::string models;
    std::set<std::string> seen;
    for (const HubFile &file : files) {
        const std::string name
            = file.path.substr(file.path.rfind('/') == std::string::npos ? 0 : file.path.rfind('/') + 1);
        const std::string model = idOf(name.substr(0, name.size() - std::string_view(".gguf").size()), ".");
        if (!seen.insert(model).second)
            continue;
        const std::string quantisation = quantisationOf(name);
        text
            += fmt::format("  {}:\n    name: {}\n    format: gguf\n", model, name.substr(0, name.size() - 5));
        if (!quantisation.empty())
            text += "    quantisation: " + quantisation + "\n";
        if (const auto known = metadata.find(file.path); known != metadata.end())
            text += fieldsOf(known->second);
        if (file.sizeBytes)
            text += fmt::format("    size: {}\n", *file.sizeBytes);
        if (file.sha256.size() == 64)
            text += "    sha256: " + file.sha256 + "\n";
        text += "    sources: [ " + sourceOf(repository, file) + " ]\n";
        models += (models.empty() ? "" : ", ") + model;
    }
    text += "interface: { web: /, api: openai, port: 8080, socket: true }\nready: { http: /health, within: "
            "300 s }\nvariants:\n";
    text += variantText("llamacpp-cpu", "ghcr.io/ggml-org/llama.cpp:server", models, false,
                        "      arch: [ x86_64, aarch64 ]\n", "");
    text += variantText("llamacpp-cuda", "ghcr.io/ggml-org/llama.cpp:server-cuda", models, true,
                        "      all:\n        - arch: [ x86_64, aarch64 ]\n        - device: { vendor: "
                        "nvidia, kind: gpu, module: nvidia, compute: \">= 5.0\", "
                        "driver: \">= 570\" }\n        - engine: { cdi: nvidia.com/gpu }\n",
                        "nvidia.com/gpu=all");
    text += variantText("llamacpp-vulkan", "ghcr.io/ggml-org/llama.cpp:server-vulkan", models, true,
                        "      all:\n        - arch: [ x86_64, aarch64 ]\n        - device: { vendor: [ amd, "
                        "intel ], kind: gpu, module: [ amdgpu, i915, xe ] }\n",
                        "/dev/dri");
    return text;
}

} // namespace firstlight
