#include "transfer/source.h"

#include "transfer/http.h"
#include "transfer/url.h"

#include <array>
#include <cstdlib>

namespace firstlight {

namespace {

struct Prefix {
    std::string_view text;
    Source::Kind kind;
};

constexpr std::array<Prefix, 5> prefixes{{
    {"pypi:", Source::Kind::Pypi},
    {"npm:", Source::Kind::Npm},
    {"debian:", Source::Kind::Debian},
    {"hf://", Source::Kind::HuggingFace},
    {"modelscope://", Source::Kind::ModelScope},
}};

std::string fromEnvironment(const char *variable, const std::string &otherwise)
{
    const char *value = std::getenv(variable);
    std::string text = value && *value ? value : otherwise;
    while (text.ends_with('/'))
        text.pop_back();
    return text.find("://") == std::string::npos ? "https://" + text : text;
}

/// NAME@VERSION[!MEMBER]; the name may begin with an "@" of its own.
bool parsePackage(std::string text, Source &source)
{
    const auto mark = text.find('!');
    if (mark != std::string::npos) {
        source.member = text.substr(mark + 1);
        text.resize(mark);
        if (source.member.empty())
            return false;
    }
    const auto at = text.rfind('@');
    if (at == std::string::npos || at == 0 || at + 1 == text.size())
        return false;
    source.package = text.substr(0, at);
    source.version = text.substr(at + 1);
    return source.package.find("..") == std::string::npos;
}

/// OWNER/REPO@REVISION/PATH
bool parseHubFile(const std::string &text, Source &source)
{
    const auto at = text.find('@');
    const auto slash = text.find('/', at == std::string::npos ? text.size() : at);
    if (slash == std::string::npos || slash == at + 1 || slash + 1 == text.size())
        return false;
    source.package = text.substr(0, at);
    source.version = text.substr(at + 1, slash - at - 1);
    source.path = text.substr(slash + 1);
    return source.package.find('/') != std::string::npos;
}

ResolvedFile onHuggingFace(const Source &source)
{
    const std::string base = fromEnvironment("HF_ENDPOINT", "https://huggingface.co");
    ResolvedFile file{.urls
                      = {base + "/" + urlEncodePath(source.package) + "/resolve/" + urlEncode(source.version)
                         + "/" + urlEncodePath(source.path) + "?download=true"},
                      .file = source.path.substr(source.path.rfind('/') + 1)};
    const char *token = std::getenv("HF_TOKEN");
    const bool safe = base.starts_with("https://") || isLoopback(base);
    if (token && *token && safe) {
        file.headers["Authorization"] = std::string("Bearer ") + token;
        file.credentialHost = hostOf(base);
    }
    return file;
}

ResolvedFile onModelScope(const Source &source)
{
    const std::string base = fromEnvironment("MODELSCOPE_DOMAIN", "https://www.modelscope.cn");
    return {.urls = {base + "/models/" + urlEncodePath(source.package) + "/resolve/"
                     + urlEncode(source.version) + "/" + urlEncodePath(source.path)},
            .file = source.path.substr(source.path.rfind('/') + 1)};
}

bool parseRest(const std::string &rest, Source &source)
{
    if (source.kind == Source::Kind::HuggingFace || source.kind == Source::Kind::ModelScope)
        return parseHubFile(rest, source);
    if (source.kind != Source::Kind::Debian)
        return parsePackage(rest, source);
    const auto mark = rest.find('!');
    source.package = rest.substr(0, mark);
    source.member = mark == std::string::npos ? "" : rest.substr(mark + 1);
    return !source.package.empty() && source.package.find("..") == std::string::npos;
}

} // namespace

std::string Source::packageText() const
{
    return text.substr(0, text.find('!'));
}

Result<Source> parseSource(const std::string &text)
{
    Source source{.text = text};
    const std::string scheme = schemeOf(text);
    if (scheme == "http" || scheme == "https" || scheme == "file")
        return source;
    for (const Prefix &prefix : prefixes) {
        if (!text.starts_with(prefix.text))
            continue;
        source.kind = prefix.kind;
        if (parseRest(text.substr(prefix.text.size()), source))
            return source;
    }
    return fail({.code = "source-invalid",
                 .facts = {{"source", withoutCredentials(text)}},
                 .kind = ErrorKind::BadInput});
}

Result<ResolvedFile> resolveSource(const Source &source, const std::string &packageFile, std::stop_token stop)
{
    switch (source.kind) {
    case Source::Kind::Pypi:
        return resolvePypi(source.package, source.version, packageFile, stop);
    case Source::Kind::Npm:
        return resolveNpm(source.package, source.version, stop);
    case Source::Kind::Debian:
        return resolveDebian(source.package, stop);
    case Source::Kind::HuggingFace:
        return onHuggingFace(source);
    case Source::Kind::ModelScope:
        return onModelScope(source);
    case Source::Kind::Url:
        break;
    }
    return ResolvedFile{.urls = {source.text}, .file = source.text.substr(source.text.rfind('/') + 1)};
}

} // namespace firstlight
