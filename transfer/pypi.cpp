#include "transfer/package_registries.h"

#include "transfer/http.h"
#include "transfer/pip_config.h"
#include "transfer/registry_request.h"
#include "transfer/simple_index.h"
#include "transfer/url.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <sys/utsname.h>

namespace firstlight {

namespace {

/// What all places of the configuration offer of one version.
class PypiSearch {
public:
    PypiSearch(const PipConfig &config, std::string name, std::string version, std::stop_token stop)
        : m_config(config)
        , m_name(std::move(name))
        , m_version(std::move(version))
        , m_stop(stop)
    {
    }

    Result<ResolvedFile> run(const std::string &file);

private:
    Result<void> searchLinks(const std::string &place);
    Result<void> searchIndex(const std::string &index);
    Result<void> searchPage(const std::string &url);
    void searchFolder(const std::filesystem::path &folder);
    Result<void> offer(const std::string &asked, const std::string &page,
                       const std::vector<IndexedFile> &files);
    Result<std::string> choose(const std::string &file) const;

    const PipConfig &m_config;
    std::string m_name;
    std::string m_version;
    std::stop_token m_stop;
    HttpClient m_client;
    std::vector<IndexedFile> m_found; ///< with whole URLs
    std::optional<Error> m_unreachable;
};

void PypiSearch::searchFolder(const std::filesystem::path &folder)
{
    std::set<std::string> names;
    std::error_code ignored;
    for (const auto &entry : std::filesystem::directory_iterator(folder, ignored))
        names.insert(entry.path().filename().string());
    for (const std::string &name : names) {
        if (isDistribution(name, m_name, m_version))
            m_found.push_back(
                {name, "file://" + urlEncodePath(std::filesystem::absolute(folder / name).string()), {}});
    }
}

Result<void> PypiSearch::searchLinks(const std::string &place)
{
    const std::string scheme = schemeOf(place);
    if (scheme == "http" || scheme == "https")
        return searchPage(place);
    const std::string path
        = scheme == "file" ? urlDecode(place.substr(std::string_view("file://").size())) : place;
    searchFolder(path);
    return {};
}

Result<void> PypiSearch::searchIndex(const std::string &index)
{
    std::string base = index;
    while (base.ends_with('/'))
        base.pop_back();
    return searchPage(base + "/" + normalizedProject(m_name) + "/");
}

Result<void> PypiSearch::searchPage(const std::string &url)
{
    const RegistrySettings settings{
        .registry = "pypi",
        .headers = {{"Accept", "application/vnd.pypi.simple.v1+json, "
                               "application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1"}},
        .caFile = m_config.certificateFile,
        .proxy = m_config.proxy.empty() ? std::nullopt : std::optional(m_config.proxy),
        .trustedHosts = m_config.trustedHosts};
    auto response = askRegistry(m_client, url, settings, m_stop);
    if (!response)
        return fail(response.error());
    if (response->status == 404 || response->status == 410)
        return {};
    if (response->status != 200)
        return fail(registryRefusal("pypi", url, response->status));
    const auto files = parseSimpleJson(response->body);
    return offer(url, response->effectiveUrl, files ? *files : parseSimpleHtml(response->body));
}

/// Relative links count from where redirects led; links to the host of the configuration need its
/// credentials.
Result<void> PypiSearch::offer(const std::string &asked, const std::string &page,
                               const std::vector<IndexedFile> &files)
{
    for (const IndexedFile &file : files) {
        if (!isDistribution(file.name, m_name, m_version))
            continue;
        auto url = resolveUrl(withoutCredentials(page), file.url);
        if (!url)
            return fail(url.error());
        m_found.push_back({file.name,
                           hostOf(*url) == hostOf(asked) ? withCredentials(*url, credentialsOf(asked)) : *url,
                           file.sha256});
    }
    return {};
}

Result<std::string> PypiSearch::choose(const std::string &file) const
{
    std::vector<std::string> names;
    for (const IndexedFile &found : m_found) {
        if (std::find(names.begin(), names.end(), found.name) == names.end())
            names.push_back(found.name);
    }
    if (!file.empty() && std::find(names.begin(), names.end(), file) != names.end())
        return file;
    if (file.empty()) {
        utsname system{};
        ::uname(&system);
        if (auto only = onlyFittingFile(names, system.machine))
            return *only;
    }
    if (names.empty() && m_unreachable)
        return fail(*m_unreachable);
    std::sort(names.begin(), names.end());
    std::string list;
    for (const std::string &name : names)
        list += (list.empty() ? "" : ", ") + name;
    const std::string package = file.empty() ? m_name + " " + m_version : file;
    if (file.empty() && !names.empty())
        return fail({.code = "package-ambiguous",
                     .facts = {{"registry", "pypi"}, {"package", package}, {"found", list}}});
    return fail(
        {.code = "package-unknown", .facts = {{"registry", "pypi"}, {"package", package}}, .detail = list});
}

Result<ResolvedFile> PypiSearch::run(const std::string &file)
{
    for (const bool links : {true, false}) {
        for (const std::string &place : links ? m_config.findLinks : m_config.indexUrls) {
            auto searched = links ? searchLinks(place) : searchIndex(place);
            if (searched)
                continue;
            if (searched.error().kind == ErrorKind::Cancelled || searched.error().code == "library-missing")
                return fail(searched.error());
            m_unreachable = searched.error();
        }
    }
    auto name = choose(file);
    if (!name)
        return fail(name.error());
    ResolvedFile resolved{.file = *name};
    for (const IndexedFile &found : m_found) {
        if (found.name != *name)
            continue;
        // The first index that states a digest is believed; one that states another has another file.
        if (!resolved.sha256)
            resolved.sha256 = found.sha256;
        if (!found.sha256 || found.sha256 == resolved.sha256)
            resolved.urls.push_back(found.url);
    }
    resolved.caFile = m_config.certificateFile;
    resolved.trustedHosts = m_config.trustedHosts;
    if (!m_config.proxy.empty())
        resolved.proxy = m_config.proxy;
    return resolved;
}

} // namespace

Result<ResolvedFile> resolvePypi(const std::string &name, const std::string &version, const std::string &file,
                                 std::stop_token stop)
{
    auto config = readPipConfig(stop);
    if (!config)
        return fail(config.error());
    return PypiSearch(*config, name, version, stop).run(file);
}

} // namespace firstlight
