#include "transfer/registry_request.h"

#include "transfer/url.h"

#include <algorithm>

namespace firstlight {

Result<HttpResponse> askRegistry(HttpClient &client, const std::string &url, const RegistrySettings &settings,
                                 std::stop_token stop)
{
    HttpRequest request;
    request.url = url;
    request.headers = settings.headers;
    request.caFile = settings.caFile;
    request.extraCaFile = settings.extraCaFile;
    request.proxy = settings.proxy;
    request.stallTimeout = std::chrono::seconds(30);
    const std::string host = hostOf(url);
    const std::string bare = host.substr(0, host.rfind(':'));
    request.verifyCertificate
        = std::none_of(settings.trustedHosts.begin(), settings.trustedHosts.end(),
                       [&](const std::string &trusted) { return trusted == host || trusted == bare; });
    auto response = client.send(request, stop);
    if (response || response.error().kind == ErrorKind::Cancelled
        || response.error().code == "library-missing")
        return response;
    return fail(
        wrap({.code = "registry-unreachable", .facts = {{"registry", settings.registry}, {"host", host}}},
             response.error()));
}

Error registryRefusal(const std::string &registry, const std::string &url, long status)
{
    const bool passes = status == 408 || status == 429 || status >= 500;
    return {.code = passes ? "registry-unreachable" : "registry-answer",
            .facts = {{"registry", registry}, {"host", hostOf(url)}},
            .detail = "HTTP status " + std::to_string(status)};
}

} // namespace firstlight
