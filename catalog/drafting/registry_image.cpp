#include "catalog/drafting/registry_image.h"

#include "core/sha256.h"
#include "transfer/url.h"

#include <charconv>
#include <nlohmann/json.hpp>
#include <regex>

namespace firstlight {

namespace {

using nlohmann::json;

constexpr const char *manifestTypes
    = "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, "
      "application/vnd.docker.distribution.manifest.list.v2+json, "
      "application/vnd.docker.distribution.manifest.v2+json";

std::string textIn(const json &object, const char *name)
{
    const auto at = object.is_object() ? object.find(name) : object.end();
    return object.is_object() && at != object.end() && at->is_string() ? at->get<std::string>() : "";
}

const json &partOf(const json &object, const char *name)
{
    static const json nothing;
    const auto at = object.is_object() ? object.find(name) : object.end();
    return object.is_object() && at != object.end() ? *at : nothing;
}

std::vector<std::string> textsOf(const json &list)
{
    std::vector<std::string> texts;
    for (const json &each : list.is_array() ? list : json::array()) {
        if (each.is_string())
            texts.push_back(each.get<std::string>());
    }
    return texts;
}

class Asking {
public:
    Asking(const ImageName &name, std::stop_token stop)
        : m_name(name)
        , m_stop(std::move(stop))
    {
    }

    Result<RegistryImage> ask()
    {
        RegistryImage image{.name = m_name};
        Result<json> manifest = get("manifests/" + m_name.reference, &image.digest);
        if (!manifest)
            return fail(manifest.error());
        if (partOf(*manifest, "manifests").is_array()) {
            const std::string first = platforms(*manifest, image);
            manifest = first.empty() ? Result<json>(fail(strange())) : get("manifests/" + first, nullptr);
            if (!manifest)
                return fail(manifest.error());
        }
        const Result<json> config = get("blobs/" + textIn(partOf(*manifest, "config"), "digest"), nullptr);
        if (!config)
            return fail(config.error());
        std::uint64_t bytes = 0;
        for (const json &layer : partOf(*manifest, "layers"))
            bytes += partOf(layer, "size").is_number_unsigned() ? layer["size"].get<std::uint64_t>() : 0;
        if (bytes > 0)
            image.downloadBytes = bytes;
        takeConfiguration(*config, image);
        return image;
    }

private:
    Error strange() const { return {.code = "registry-strange", .facts = {{"host", m_name.host}}}; }

    Result<json> get(const std::string &path, std::string *digest)
    {
        const Result<HttpResponse> answer = sendToRegistry(
            m_client, {.url = registryUrl(m_name, path), .timeout = std::chrono::seconds(30)}, m_stop);
        if (!answer)
            return fail(answer.error());
        if (answer->status != 200)
            return fail({.code = "registry-refused",
                         .facts = {{"host", m_name.host}, {"status", std::to_string(answer->status)}}});
        json parsed = json::parse(answer->body, nullptr, false);
        if (!parsed.is_object())
            return fail(strange());
        if (digest)
            *digest = "sha256:" + sha256Hex(answer->body);
        return parsed;
    }

    /// The digest of the first manifest of a computer; attestations have the platform "unknown".
    static std::string platforms(const json &index, RegistryImage &image)
    {
        std::string first;
        for (const json &each : partOf(index, "manifests")) {
            const json &platform = partOf(each, "platform");
            const std::string architecture = textIn(platform, "architecture");
            if (textIn(platform, "os") != "linux" || architecture.empty() || architecture == "unknown")
                continue;
            if (std::find(image.architectures.begin(), image.architectures.end(), architecture)
                == image.architectures.end())
                image.architectures.push_back(architecture);
            first = first.empty() ? textIn(each, "digest") : first;
        }
        return first;
    }

    static void takeConfiguration(const json &document, RegistryImage &image)
    {
        if (image.architectures.empty() && !textIn(document, "architecture").empty())
            image.architectures.push_back(textIn(document, "architecture"));
        const json &config = partOf(document, "config");
        image.entrypoint = textsOf(partOf(config, "Entrypoint"));
        image.command = textsOf(partOf(config, "Cmd"));
        image.environment = textsOf(partOf(config, "Env"));
        image.user = textIn(config, "User");
        for (const auto &[name, ignored] : partOf(config, "Volumes").items())
            image.volumes.push_back(name);
        for (const auto &[name, ignored] : partOf(config, "ExposedPorts").items()) {
            int port = 0;
            std::from_chars(name.data(), name.data() + name.size(), port);
            if (port > 0 && port < 65536 && !name.ends_with("/udp"))
                image.ports.push_back(port);
        }
        for (const auto &[name, value] : partOf(config, "Labels").items()) {
            if (value.is_string())
                image.labels[name] = value.get<std::string>();
        }
    }

    const ImageName &m_name;
    std::stop_token m_stop;
    HttpClient m_client;
};

} // namespace

Result<ImageName> parseImageName(const std::string &text)
{
    std::string rest = text;
    for (const std::string prefix : {"oci:", "docker://"}) {
        if (rest.starts_with(prefix))
            rest.erase(0, prefix.size());
    }
    static const std::regex form("((?:[a-z0-9-]+\\.)+[a-z0-9-]+(?::[0-9]+)?|localhost(?::[0-9]+)?)/"
                                 "([a-z0-9._-]+(?:/[a-z0-9._-]+)*)"
                                 "(?::([A-Za-z0-9_.-]+))?(?:@(sha256:[0-9a-f]{64}))?");
    std::smatch match;
    if (rest.size() > 400 || !std::regex_match(rest, match, form))
        return fail({.code = "image-name-invalid", .facts = {{"found", text}}, .kind = ErrorKind::BadInput});
    ImageName name{.host = match[1], .repository = match[2]};
    if (match[4].matched)
        name.reference = match[4];
    else if (match[3].matched)
        name.reference = match[3];
    return name;
}

std::string registryUrl(const ImageName &name, const std::string &path)
{
    std::string host = name.host;
    std::string repository = name.repository;
    if (host == "docker.io") {
        host = "registry-1.docker.io";
        repository = repository.find('/') == std::string::npos ? "library/" + repository : repository;
    }
    return (isLoopback("http://" + host) ? "http://" : "https://") + host + "/v2/" + repository + "/" + path;
}

std::string tokenUrlOf(const std::string &challenge)
{
    const auto value = [&](const std::string &name) -> std::string {
        const std::size_t begin = challenge.find(name + "=\"");
        if (begin == std::string::npos)
            return {};
        const std::size_t from = begin + name.size() + 2;
        return challenge.substr(from, challenge.find('"', from) - from);
    };
    if (!challenge.starts_with("Bearer ") || value("realm").empty())
        return {};
    return value("realm") + "?service=" + urlEncode(value("service")) + "&scope=" + urlEncode(value("scope"));
}

Result<HttpResponse> sendToRegistry(HttpClient &client, HttpRequest request, std::stop_token stop)
{
    request.headers["Accept"] = manifestTypes;
    Result<HttpResponse> answer = client.send(request, stop);
    if (!answer || answer->status != 401)
        return answer;
    const std::string tokenUrl = tokenUrlOf(answer->headers["www-authenticate"]);
    if (tokenUrl.empty())
        return answer;
    const Result<HttpResponse> given = client.send({.url = tokenUrl, .timeout = request.timeout}, stop);
    if (!given)
        return given;
    const json token = json::parse(given->body, nullptr, false);
    const std::string word
        = textIn(token, "token").empty() ? textIn(token, "access_token") : textIn(token, "token");
    if (word.empty())
        return answer;
    request.headers["Authorization"] = "Bearer " + word;
    return client.send(request, stop);
}

Result<RegistryImage> askRegistry(const ImageName &name, std::stop_token stop)
{
    return Asking(name, std::move(stop)).ask();
}

} // namespace firstlight
