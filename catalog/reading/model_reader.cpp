#include "catalog/reading/model_reader.h"

#include <algorithm>
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

const std::vector<std::string> deliveryNames = {"store", "engine", "image"};
const std::vector<std::string> unitNames = {"token", "audio-second", "picture", "video-second"};

/// The value of an enumeration by its name, in the order of \a names.
template <typename Enumeration> auto namedBy(const std::vector<std::string> &names)
{
    return [read = oneOf(names), names](const Place &place) -> Result<Enumeration> {
        const Result<std::string> word = read(place);
        if (!word)
            return fail(word.error());
        return static_cast<Enumeration>(std::find(names.begin(), names.end(), *word) - names.begin());
    };
}

const std::vector<Field<Work>> &workFields()
{
    static const std::vector<Field<Work>> fields = {
        fieldOf<Work>("unit", Presence::Required, &Work::unit, namedBy<WorkUnit>(unitNames)),
        fieldOf<Work>("operations", Presence::Optional, &Work::operations, readCount),
        fieldOf<Work>("reads", Presence::Optional, &Work::readBytes, readSize),
        fieldOf<Work>("cycles", Presence::Optional, &Work::cycles, readCount),
    };
    return fields;
}

const std::vector<Field<Hub>> &hubFields()
{
    static const auto repository = matching("[A-Za-z0-9._-]+/[A-Za-z0-9._-]+", "OWNER/REPO");
    static const std::vector<Field<Hub>> fields = {
        fieldOf<Hub>("huggingface", Presence::Optional, &Hub::huggingface, repository),
        fieldOf<Hub>("modelscope", Presence::Optional, &Hub::modelscope, repository),
    };
    return fields;
}

/// The file's own name: what follows the last / or !.
std::string nameOf(const std::string &source)
{
    const std::size_t cut = source.find_last_of("/!");
    return cut == std::string::npos ? source : source.substr(cut + 1);
}

const std::vector<Field<WantedFile>> &fileFields()
{
    static const std::vector<Field<WantedFile>> fields = {
        fieldOf<WantedFile>("size", Presence::Optional, &WantedFile::sizeBytes, readSize),
        fieldOf<WantedFile>("sha256", Presence::Optional, &WantedFile::sha256, readSha256),
        fieldOf<WantedFile>("sources", Presence::Required, &WantedFile::sources, readSources),
        {"package", Presence::Optional,
         [](const Place &place, WantedFile &file) { return readFields(place, packageFields(), file); }},
    };
    return fields;
}

Result<std::map<std::string, WantedFile>> readFurtherFiles(const Place &place)
{
    const auto entries = mapEntries(place, "[a-z][a-z0-9_-]{0,62}");
    if (!entries)
        return fail(entries.error());
    std::map<std::string, WantedFile> files;
    FirstFault fault;
    for (const auto &[id, entry] : *entries) {
        if (id == "huggingface" || id == "modelscope") // their placeholders mean the hub
            return fail(wrongValue(entry, "mmproj"));
        Result<WantedFile> file = structOf<WantedFile>(fileFields)(entry);
        if (!file && fault.ends(file.error()))
            break;
        if (!file)
            continue;
        file->name = nameOf(file->sources.front());
        files.emplace(id, *std::move(file));
    }
    if (fault.error)
        return fail(*std::move(fault.error));
    return files;
}

/// Firstlight fetches what has sources; of anything else the author says who brings it.
Result<void> checkDelivery(const Place &place, const Model &model)
{
    const std::optional<Place> delivery = entryNamed(place, "delivery");
    const bool fetched = !model.file.sources.empty();
    if (!delivery && !fetched)
        return fail(missingField(place, "sources"));
    if (delivery && fetched != (model.delivery == Delivery::Store))
        return fail(wrongValue(*delivery, fetched ? "store" : "engine, image"));
    const std::optional<Place> files = entryNamed(place, "files");
    if (files && !fetched)
        return fail(missingField(place, "sources"));
    return {};
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
    static const int mostLayers = 1000;
    static const std::vector<Field<Model>> fields = {
        fieldOf<Model>("name", Presence::Required, &Model::name, readText),
        fieldOf<Model>(
            "format", Presence::Required, &Model::format,
            oneOf({"gguf", "safetensors", "openvino", "onnx", "ncnn", "pytorch", "htsvoice", "other"})),
        fieldOf<Model>("parameters", Presence::Optional, &Model::parameters, readCount),
        fieldOf<Model>("active", Presence::Optional, &Model::activeParameters, readCount),
        fieldOf<Model>("quantisation", Presence::Optional, &Model::quantisation,
                       matching("[A-Za-z0-9][A-Za-z0-9_.-]{0,31}", "Q4_K_M")),
        fieldOf<Model>("layers", Presence::Optional, &Model::layers, integerBetween(1, mostLayers)),
        fieldOf<Model>("kv_per_token", Presence::Optional, &Model::kvBytesPerToken, readSize),
        fieldOf<Model>("max_context", Presence::Optional, &Model::maxContext,
                       integerBetween(1, longestContext)),
        fieldOf<Model>("licence", Presence::Optional, &Model::licence, readText),
        fieldOf<Model>("delivery", Presence::Optional, &Model::delivery, namedBy<Delivery>(deliveryNames)),
        fieldOf<Model>("hub", Presence::Optional, &Model::hub, structOf<Hub>(hubFields)),
        fieldOf<Model>("work", Presence::Optional, &Model::work, structOf<Work>(workFields)),
        fieldOf<Model>("files", Presence::Optional, &Model::furtherFiles, readFurtherFiles),
        fieldOf<Model>("size", Presence::Optional, sizeBytes, readSize),
        fieldOf<Model>("sha256", Presence::Optional, sha256, readSha256),
        fieldOf<Model>("sources", Presence::Optional, sources, readSources),
        {"package", Presence::Optional,
         [](const Place &place, Model &model) { return readFields(place, packageFields(), model.file); }},
    };
    return fields;
}

Result<Model> readModel(const std::string &id, const Place &place)
{
    Result<Model> model = structOf<Model>(modelFields)(place);
    if (!model)
        return model;
    if (Result<void> delivery = checkDelivery(place, *model); !delivery)
        return fail(delivery.error());
    model->id = id;
    if (!model->file.sources.empty())
        model->file.name = nameOf(model->file.sources.front());
    return model;
}

} // namespace

Result<std::map<std::string, Model>> readModels(const Place &place)
{
    const auto entries = mapEntries(place, "[a-z0-9][a-z0-9.-]{0,62}");
    if (!entries)
        return fail(entries.error());
    std::map<std::string, Model> models;
    FirstFault fault;
    for (const auto &[id, entry] : *entries) {
        Result<Model> model = readModel(id, entry);
        if (model)
            models.emplace(id, *std::move(model));
        else if (fault.ends(model.error()))
            break;
    }
    if (fault.error)
        return fail(*std::move(fault.error));
    return models;
}

} // namespace firstlight
