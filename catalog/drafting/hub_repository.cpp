#include "catalog/drafting/hub_repository.h"

#include "transfer/http.h"

#include <cstdlib>
#include <nlohmann/json.hpp>

namespace firstlight {

namespace {

using nlohmann::json;

std::string fromEnvironment(const char *name, const std::string &otherwise)
{
    const char *set = std::getenv(name);
    std::string value = set && *set ? set : otherwise;
    if (!value.starts_with("http"))
        value = "https://" + value;
    while (value.ends_with('/'))
        value.pop_back();
    return value;
}

std::string textIn(const json &value, const char *name)
{
    return value.is_object() && value.contains(name) && value[name].is_string()
               ? value[name].get<std::string>()
               : "";
}

std::optional<std::uint64_t> sizeIn(const json &value, const char *name)
{
    if (!value.is_object() || !value.contains(name) || !value[name].is_number_unsigned())
        return std::nullopt;
    return value[name].get<std::uint64_t>();
}

bool isNamePart(const std::string &text)
{
    return !text.empty()
           && text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-")
                  == std::string::npos
           && text != "." && text != "..";
}

Result<std::string> get(const std::string &url, std::stop_token stop)
{
    HttpRequest request;
    request.url = url;
    request.timeout = std::chrono::seconds(30);
    request.bodyLimitBytes = 16u << 20;
    const auto response = HttpClient().send(request, std::move(stop));
    if (!response)
        return fail(response.error());
    if (response->status != 200)
        return fail(Error{.code = "hub-refused",
                          .facts = {{"status", std::to_string(response->status)}, {"host", url}}});
    return response->body;
}

} // namespace

Result<HubRepository> parseHubId(const std::string &text)
{
    static constexpr std::pair<std::string_view, ModelHub> prefixes[]
        = {{"hf:", ModelHub::HuggingFace},
           {"modelscope:", ModelHub::ModelScope},
           {"https://huggingface.co/", ModelHub::HuggingFace},
           {"https://www.modelscope.cn/models/", ModelHub::ModelScope},
           {"https://modelscope.cn/models/", ModelHub::ModelScope}};
    for (const auto &[prefix, hub] : prefixes) {
        if (!text.starts_with(prefix))
            continue;
        std::string rest = text.substr(prefix.size());
        while (rest.starts_with('/'))
            rest.erase(0, 1);
        const std::size_t slash = rest.find('/');
        if (slash == std::string::npos)
            break;
        HubRepository repository{.hub = hub, .owner = rest.substr(0, slash), .name = rest.substr(slash + 1)};
        repository.name = repository.name.substr(0, repository.name.find_first_of("/?#"));
        if (isNamePart(repository.owner) && isNamePart(repository.name))
            return repository;
    }
    return fail(Error{.code = "hub-id-invalid", .facts = {{"found", text}}, .kind = ErrorKind::BadInput});
}

std::optional<HubRepository> readHuggingFace(HubRepository repository, const std::string &model,
                                             const std::string &tree)
{
    const json about = json::parse(model, nullptr, false);
    const json files = json::parse(tree, nullptr, false);
    if (!about.is_object() || !files.is_array())
        return std::nullopt;
    repository.revision = textIn(about, "sha");
    if (repository.revision.empty())
        repository.revision = "main";
    constexpr std::string_view licenceTag = "license:";
    if (about.contains("tags") && about["tags"].is_array()) {
        for (const json &tag : about["tags"]) {
            if (tag.is_string() && tag.get<std::string>().starts_with(licenceTag))
                repository.licence = tag.get<std::string>().substr(licenceTag.size());
        }
    }
    for (const json &file : files) {
        if (textIn(file, "type") != "file")
            continue;
        HubFile found{.path = textIn(file, "path"), .sizeBytes = sizeIn(file, "size"), .sha256 = {}};
        if (file.contains("lfs"))
            found.sha256 = textIn(file["lfs"], "oid");
        repository.files.push_back(std::move(found));
    }
    return repository;
}

std::optional<HubRepository> readModelScope(HubRepository repository, const std::string &text)
{
    const json reply = json::parse(text, nullptr, false);
    const json::json_pointer list("/Data/Files");
    // It says what went wrong inside an answer of 200.
    if (!reply.is_object() || !reply.contains("Code") || reply["Code"] != 200 || !reply.contains(list)
        || !reply[list].is_array())
        return std::nullopt;
    repository.revision = "master";
    for (const json &file : reply[list]) {
        if (textIn(file, "Type") == "blob")
            repository.files.push_back({.path = textIn(file, "Path"),
                                        .sizeBytes = sizeIn(file, "Size"),
                                        .sha256 = textIn(file, "Sha256")});
    }
    return repository;
}

Result<HubRepository> askHub(const HubRepository &repository, std::stop_token stop)
{
    const std::string id = repository.owner + "/" + repository.name;
    std::optional<HubRepository> read;
    std::string host;
    if (repository.hub == ModelHub::HuggingFace) {
        host = fromEnvironment("HF_ENDPOINT", "https://huggingface.co");
        const auto model = get(host + "/api/models/" + id, stop);
        if (!model)
            return fail(model.error());
        const auto tree = get(host + "/api/models/" + id + "/tree/main?recursive=true&expand=false", stop);
        if (!tree)
            return fail(tree.error());
        read = readHuggingFace(repository, *model, *tree);
    } else {
        host = fromEnvironment("MODELSCOPE_DOMAIN", "https://www.modelscope.cn");
        const auto files
            = get(host + "/api/v1/models/" + id + "/repo/files?Revision=master&Recursive=True", stop);
        if (!files)
            return fail(files.error());
        read = readModelScope(repository, *files);
    }
    if (!read)
        return fail(Error{.code = "hub-answer-strange", .facts = {{"host", host}}});
    return *std::move(read);
}

} // namespace firstlight
