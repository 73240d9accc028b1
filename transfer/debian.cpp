#include "transfer/package_registries.h"

#include "core/process.h"
#include "transfer/apt_config.h"
#include "transfer/url.h"

#include <algorithm>
#include <map>

namespace firstlight {

namespace {

std::string_view nextLine(std::string_view &text)
{
    const auto end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return line;
}

Result<std::string> askApt(const std::string &program, const std::vector<std::string> &arguments,
                           std::stop_token stop)
{
    auto result = runProcess({.program = program,
                              .arguments = arguments,
                              .environment = {{"LC_ALL", "C.UTF-8"}},
                              .timeLimit = std::chrono::seconds(20)},
                             stop);
    if (result && result->succeeded())
        return result->output;
    if (result)
        return fail({.code = "registry-not-configured",
                     .facts = {{"registry", "debian"}},
                     .detail = result->errorOutput});
    if (result.error().kind == ErrorKind::Cancelled)
        return fail(result.error());
    return fail(
        wrap({.code = "registry-client-missing", .facts = {{"client", program}, {"registry", "debian"}}},
             result.error()));
}

} // namespace

std::vector<std::string> debianMirrors(std::string_view targets)
{
    std::vector<std::string> mirrors;
    while (!targets.empty()) {
        const std::string_view line = nextLine(targets);
        const auto mark = line.find('|');
        if (mark == std::string_view::npos)
            continue;
        // The origin is only known once the lists were fetched; without it, it may be Debian.
        const std::string_view origin = line.substr(0, mark);
        std::string url(line.substr(mark + 1));
        const std::string scheme = schemeOf(url);
        if ((origin != "Debian" && !origin.empty())
            || (scheme != "http" && scheme != "https" && scheme != "file"))
            continue;
        while (url.ends_with('/'))
            url.pop_back();
        if (std::find(mirrors.begin(), mirrors.end(), url) == mirrors.end())
            mirrors.push_back(url);
    }
    return mirrors;
}

AptSettings aptSettings(std::string_view dump, const std::string &mirror)
{
    std::map<std::string, std::string, std::less<>> values;
    while (!dump.empty()) {
        const std::string_view line = nextLine(dump);
        const auto mark = line.find(" \"");
        if (mark != std::string_view::npos && line.ends_with('"'))
            values[std::string(line.substr(0, mark))] = line.substr(mark + 2, line.size() - mark - 3);
    }
    const std::string method = "Acquire::" + schemeOf(mirror);
    const std::string host = hostOf(mirror).substr(0, hostOf(mirror).find(':'));
    AptSettings settings;
    // What is said for one host beats what is said for all; https falls back to what http says.
    for (const std::string &key :
         {std::string("Acquire::http::Proxy"), method + "::Proxy", method + "::Proxy::" + host}) {
        if (const auto found = values.find(key); found != values.end() && !found->second.empty())
            settings.proxy = found->second == "DIRECT" || found->second == "false" ? "" : found->second;
    }
    for (const std::string &key :
         {method + "::CaInfo", method + "::CaInfo::" + host, method + "::" + host + "::CaInfo"}) {
        if (const auto found = values.find(key); found != values.end() && !found->second.empty())
            settings.caFile = found->second;
    }
    const auto verify = values.find(method + "::Verify-Peer");
    settings.verifyCertificate
        = verify == values.end() || (verify->second != "false" && verify->second != "0");
    return settings;
}

Result<ResolvedFile> resolveDebian(const std::string &poolPath, std::stop_token stop)
{
    auto targets = askApt(
        "apt-get", {"indextargets", "--format", "$(ORIGIN)|$(REPO_URI)", "Created-By: Packages"}, stop);
    if (!targets)
        return fail(targets.error());
    const auto mirrors = debianMirrors(*targets);
    if (mirrors.empty())
        return fail({.code = "registry-not-configured", .facts = {{"registry", "debian"}}});
    auto dump = askApt("apt-config", {"dump", "--format", "%F \"%v\"%n"}, stop);
    const AptSettings settings = dump ? aptSettings(*dump, mirrors.front()) : AptSettings{};
    ResolvedFile file{
        .file = poolPath.substr(poolPath.rfind('/') + 1), .caFile = settings.caFile, .proxy = settings.proxy};
    for (const std::string &mirror : mirrors) {
        file.urls.push_back(mirror + "/" + urlEncodePath(poolPath));
        if (!settings.verifyCertificate)
            file.trustedHosts.push_back(hostOf(mirror));
    }
    return file;
}

} // namespace firstlight
