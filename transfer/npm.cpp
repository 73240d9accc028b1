#include "transfer/package_registries.h"

#include "transfer/npm_config.h"
#include "transfer/registry_request.h"
#include "transfer/url.h"

#include <cstdlib>
#include <nlohmann/json.hpp>

namespace firstlight {

namespace {

std::string setting(const NpmSettings &settings, const std::string &key)
{
    const auto found = settings.find(key);
    return found == settings.end() || found->second == "null" ? "" : found->second;
}

RegistrySettings requestSettings(const NpmSettings &settings, const std::string &registry)
{
    RegistrySettings request{.registry = "npm",
                             .headers = {{"Accept", "application/json"}},
                             .caFile = setting(settings, "cafile")};
    if (const char *extra = std::getenv("NODE_EXTRA_CA_CERTS"))
        request.extraCaFile = extra;
    const std::string secure = setting(settings, "https-proxy");
    const std::string plain = setting(settings, "proxy");
    if (schemeOf(registry) == "https" && !secure.empty())
        request.proxy = secure;
    else if (!plain.empty())
        request.proxy = plain;
    if (setting(settings, "strict-ssl") == "false")
        request.trustedHosts.push_back(hostOf(registry));
    if (const std::string authorization = npmAuthorization(settings, registry); !authorization.empty())
        request.headers["Authorization"] = authorization;
    return request;
}

/// "@scope/name" is one segment of a registry's path.
std::string packagePath(const std::string &name)
{
    const auto slash = name.find('/');
    return slash == std::string::npos
               ? urlEncode(name)
               : "@" + urlEncode(name.substr(1, slash - 1)) + "%2f" + urlEncode(name.substr(slash + 1));
}

std::string tarballIn(const nlohmann::json &version)
{
    if (!version.is_object() || !version.contains("dist") || !version["dist"].is_object()
        || !version["dist"].contains("tarball") || !version["dist"]["tarball"].is_string())
        return {};
    return version["dist"]["tarball"].get<std::string>();
}

/// The tarball's address from the document of one version, or from that of the whole package where a registry
/// has only that one.
Result<std::string> findTarball(HttpClient &client, const std::string &registry,
                                const RegistrySettings &settings, const std::string &name,
                                const std::string &version, std::stop_token stop)
{
    const std::string whole = registry + "/" + packagePath(name);
    for (const bool wholePackage : {false, true}) {
        const std::string url = wholePackage ? whole : whole + "/" + urlEncode(version);
        auto response = askRegistry(client, url, settings, stop);
        if (!response)
            return fail(response.error());
        if (response->status == 404 || response->status == 405)
            continue;
        if (response->status != 200)
            return fail(registryRefusal("npm", url, response->status));
        const auto json = nlohmann::json::parse(response->body, nullptr, false);
        if (!json.is_object())
            return fail({.code = "registry-answer",
                         .facts = {{"registry", "npm"}, {"host", hostOf(url)}},
                         .detail = "no JSON"});
        const bool listed = wholePackage && json.contains("versions") && json["versions"].is_object()
                            && json["versions"].contains(version);
        const std::string tarball = tarballIn(listed ? json["versions"][version] : json);
        if (!tarball.empty())
            return tarball;
    }
    return fail(
        {.code = "package-unknown", .facts = {{"registry", "npm"}, {"package", name + " " + version}}});
}

} // namespace

Result<ResolvedFile> resolveNpm(const std::string &name, const std::string &version, std::stop_token stop)
{
    const NpmSettings npm = readNpmSettings();
    auto registry = npmRegistry(npm, name, stop);
    if (!registry)
        return fail(registry.error());
    const RegistrySettings settings = requestSettings(npm, *registry);
    HttpClient client;
    auto tarball = findTarball(client, *registry, settings, name, version, stop);
    if (!tarball)
        return fail(tarball.error());
    ResolvedFile file{.file = tarball->substr(tarball->rfind('/') + 1),
                      .credentialHost = hostOf(*registry),
                      .caFile = settings.caFile,
                      .extraCaFile = settings.extraCaFile,
                      .proxy = settings.proxy,
                      .trustedHosts = settings.trustedHosts};
    if (const auto authorization = settings.headers.find("Authorization");
        authorization != settings.headers.end())
        file.headers.insert(*authorization);
    // A mirror often repeats the address of the registry that it mirrors, which this host may not reach: the
    // mirror's own address goes first, as npm does it too.
    if (hostOf(*tarball) != hostOf(*registry))
        file.urls.push_back(*registry + "/" + name + "/-/" + file.file);
    file.urls.push_back(hostOf(*tarball) == hostOf(*registry)
                            ? withCredentials(*tarball, credentialsOf(*registry))
                            : *tarball);
    return file;
}

} // namespace firstlight
