#include "catalog/reading/model_reader.h"

#include <regex>

namespace firstlight {

namespace {

/// One of the forms that transfer/store.h lists.
Result<std::string> readSource(const Place &place)
{
    static const std::regex known("(pypi|npm):(@[a-z0-9._-]+/)?[A-Za-z0-9._-]+@[A-Za-z0-9.+_-]+(![!-~]+)?"
                                  "|debian:[!-~]+\\.deb"
                                  "|(hf|modelscope)://[A-Za-z0-9._-]+/[A-Za-z0-9._-]+@[A-Za-z0-9._-]+/[!-~]+"
                                  "|(https?://[!-~]+|file:///[!-~]+)");
    Result<std::string> text = readText(place);
    constexpr std::size_t longest = 1000;
    if (text && (text->size() > longest || !std::regex_match(*text, known)))
        return fail(wrongValue(
            place, "pypi:NAME@VERSION!MEMBER, npm:NAME@VERSION!MEMBER, debian:POOL/FILE.deb, "
                   "hf://OWNER/REPO@REVISION/FILE, modelscope://OWNER/REPO@REVISION/FILE, https://…"));
    return text;
}

Result<std::vector<std::string>> readSources(const Place &place)
{
    Result<std::vector<std::string>> sources = listOf(readSource)(place);
    if (sources && sources->empty())
        return fail(wrongValue(place, "[ … ]"));
    return sources;
}

const std::vector<Field<WantedFile>> &packageFields()
{
    static const std::vector<Field<WantedFile>> fields = {
        fieldOf<WantedFile>("file", Presence::Required, &WantedFile::packageFile, readText),
        fieldOf<WantedFile>("sha256", Presence::Optional, &WantedFile::packageSha256, readSha256),
    };
    return fields;
}

const std::vector<Field<Model>> &modelFields()
{
    static const auto sources = [](Model & model) -> auto &
    {
        return model.file.sources;
    };
    static const auto sizeBytes = [](Model & model) -> auto &
    {
        return model.file.sizeBytes;
    };
    static const auto sha256 = [](Model & model) -> auto &
    {
        return model.file.sha256;
    };
    static const int longestContext = 16 << 20;
    static const std::vector<Field<Model>> fields = {
        fieldOf<Model>("name", Presence::Required, &Model::name, readText),
        fieldOf<Model>("format", Presence::Required, &Model::format,
                       oneOf({"gguf", "safetensors", "openvino", "onnx"})),
        fieldOf<Model>("parameters", Presence::Optional, &Model::parameters, readCount),
        fieldOf<Model>("kv_per_token", Presence::Optional, &Model::kvBytesPerToken, readSize),
        fieldOf<Model>("max_context", Presence::Optional, &Model::maxContext,
                       integerBetween(1, longestContext)),
        fieldOf<Model>("licence", Presence::Optional, &Model::licence, readText),
        fieldOf<Model>("size", Presence::Optional, sizeBytes, readSize),
        fieldOf<Model>("sha256", Presence::Optional, sha256, readSha256),
        fieldOf<Model>("sources", Presence::Required, sources, readSources),
        {"package", Presence::Optional,
         [](const Place &place, Model &model) { return readFields(place, packageFields(), model.file); }},
    };
    return fields;
}

/// The file's own name: what follows the last / or !.
std::string nameOf(const std::string &source)
{
    const std::size_t cut = source.find_last_of("/!");
    return cut == std::string::npos ? source : source.substr(cut + 1);
}

} // namespace

Result<std::map<std::string, Model>> readModels(const Place &place)
{
    const auto entries = mapEntries(place, "[a-z0-9][a-z0-9.-]{0,62}");
    if (!entries)
        return fail(entries.error());
    std::map<std::string, Model> models;
    for (const auto &[id, entry] : *entries) {
        Result<Model> model = structOf<Model>(modelFields)(entry);
        if (!model)
            return fail(model.error());
        model->id = id;
        model->file.name = nameOf(model->file.sources.front());
        models.emplace(id, *std::move(model));
    }
    return models;
}

} // namespace firstlight
