#include "catalog/maintaining/linting/links.h"

#include "catalog/drafting/registry_image.h"
#include "transfer/http.h"
#include "transfer/source.h"
#include "transfer/url.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <optional>
#include <thread>

namespace firstlight {

namespace {

/// Something that must be there, and where it is named.
struct Link {
    enum class Kind { Page, Source, Manifest };
    Kind kind = Kind::Page;
    std::string address;     ///< URL, source as the catalog writes it, or image reference
    std::string packageFile; ///< of a package source
    std::vector<LintFinding> places;
};

class Collecting {
public:
    void add(Link::Kind kind, const std::string &address, LintFinding place, const std::string &package = {})
    {
        if (address.empty() || address.starts_with("file:"))
            return;
        Link &link = m_links.try_emplace(address, Link{kind, address, package, {}}).first->second;
        link.places.push_back(std::move(place));
    }

    void addFile(const LintedDemo &linted, const WantedFile &file, const std::vector<YamlStep> &steps)
    {
        for (std::size_t index = 0; index < file.sources.size(); ++index) {
            std::vector<YamlStep> place = steps;
            place.insert(place.end(), {"sources", index});
            add(Link::Kind::Source, file.sources[index], placeOf(linted, place), file.packageFile);
        }
    }

    static LintFinding placeOf(const LintedDemo &linted, const std::vector<YamlStep> &steps)
    {
        return findingIn(linted, Severity::Error, "link-dead", steps);
    }

    std::vector<Link> take()
    {
        std::vector<Link> links;
        for (auto &[address, link] : m_links)
            links.push_back(std::move(link));
        return links;
    }

private:
    std::map<std::string, Link> m_links;
};

std::string fromEnvironment(const char *variable, const std::string &otherwise)
{
    const char *value = std::getenv(variable);
    const std::string text = value && *value ? value : otherwise;
    return text.find("://") == std::string::npos ? "https://" + text : text;
}

std::vector<Link> linksOf(const LintInput &input)
{
    Collecting collecting;
    const std::string huggingFace = fromEnvironment("HF_ENDPOINT", "https://huggingface.co");
    const std::string modelScope = fromEnvironment("MODELSCOPE_DOMAIN", "https://www.modelscope.cn");
    for (const LintedDemo &linted : input.demos) {
        collecting.add(Link::Kind::Page, linted.demo.project, Collecting::placeOf(linted, {"project"}));
        for (const auto &[id, model] : linted.demo.models) {
            collecting.addFile(linted, model.file, {"models", id});
            for (const auto &[name, file] : model.furtherFiles)
                collecting.addFile(linted, file, {"models", id, "files", name});
            const auto hub = [&](const std::string &repository, const std::string &base, const char *field) {
                if (!repository.empty())
                    collecting.add(Link::Kind::Page, base + repository,
                                   Collecting::placeOf(linted, {"models", id, "hub", field}));
            };
            hub(model.hub.huggingface, huggingFace + "/api/models/", "huggingface");
            hub(model.hub.modelscope, modelScope + "/api/v1/models/", "modelscope");
        }
        for (std::size_t index = 0; index < linted.demo.variants.size(); ++index)
            collecting.add(Link::Kind::Manifest, linted.demo.variants[index].image,
                           Collecting::placeOf(linted, {"variants", index, "image"}));
    }
    return collecting.take();
}

class Asking {
public:
    Asking(const LinkOptions &options, std::stop_token stop)
        : m_options(options)
        , m_stop(std::move(stop))
    {
    }

    /// What is wrong with \a link; nullopt: it is there.
    std::optional<LintFinding> ask(const Link &link)
    {
        if (link.kind == Link::Kind::Manifest)
            return manifest(link.address);
        if (link.kind == Link::Kind::Page)
            return judged(link.address, head(link.address, {}));
        const Result<Source> source = parseSource(link.address);
        const Result<ResolvedFile> file
            = source ? resolveSource(*source, link.packageFile, m_stop) : fail(source.error());
        if (!file)
            return unreachable(link.address, file.error());
        // What a package registry lists is there; asking for the file itself would only cost it traffic.
        if (source->kind == Source::Kind::Pypi || source->kind == Source::Kind::Npm || file->urls.empty())
            return std::nullopt;
        return judged(file->urls.front(), head(file->urls.front(), {}));
    }

private:
    using Headers = std::map<std::string, std::string>;

    HttpRequest requestFor(const std::string &method, const std::string &url, const Headers &headers) const
    {
        return {.method = method, .url = url, .headers = headers, .timeout = m_options.timeout};
    }

    /// HEAD; servers that will not have it get a GET of one byte, whose body is not read.
    Result<HttpResponse> head(const std::string &url, const Headers &headers)
    {
        Result<HttpResponse> answer = m_client.send(requestFor("HEAD", url, headers), m_stop);
        if (!answer || answer->status < 400 || answer->status == 401 || answer->status == 404)
            return answer;
        HttpRequest get = requestFor("GET", url, headers);
        get.headers["Range"] = "bytes=0-0";
        get.onBody = [](std::string_view) { return false; };
        return m_client.send(get, m_stop);
    }

    std::optional<LintFinding> manifest(const std::string &image)
    {
        const Result<ImageName> name = parseImageName(image);
        if (!name)
            return unreachable(image, name.error());
        const std::string url = registryUrl(*name, "manifests/" + name->reference);
        return judged(url, sendToRegistry(m_client, requestFor("HEAD", url, {}), m_stop));
    }

    static std::optional<LintFinding> judged(const std::string &url, const Result<HttpResponse> &answer)
    {
        if (!answer)
            return unreachable(url, answer.error());
        if (answer->status < 400)
            return std::nullopt;
        // A hub hides what needs an agreement, and a server that is busy or forbids robots may be well.
        const bool gone = answer->status == 404 || answer->status == 410;
        return LintFinding{.severity = gone ? Severity::Error : Severity::Warning,
                           .rule = "link-dead",
                           .facts
                           = {{"url", withoutCredentials(url)}, {"found", std::to_string(answer->status)}}};
    }

    static std::optional<LintFinding> unreachable(const std::string &url, const Error &error)
    {
        return LintFinding{.severity = Severity::Warning,
                           .rule = "link-unreachable",
                           .facts = {{"url", withoutCredentials(url)}, {"found", error.code}}};
    }

    const LinkOptions &m_options;
    std::stop_token m_stop;
    HttpClient m_client;
};

} // namespace

std::vector<LintFinding> lintLinks(const LintInput &input, const LinkOptions &options, std::stop_token stop)
{
    const std::vector<Link> links = linksOf(input);
    std::vector<std::optional<LintFinding>> answers(links.size());
    std::atomic<std::size_t> next = 0;
    {
        std::vector<std::jthread> threads;
        for (int number = 0; number < std::max(1, options.parallel); ++number)
            threads.emplace_back([&] {
                Asking asking(options, stop);
                for (std::size_t index = next++; index < links.size() && !stop.stop_requested();
                     index = next++)
                    answers[index] = asking.ask(links[index]);
            });
    }
    std::vector<LintFinding> findings;
    for (std::size_t index = 0; index < links.size(); ++index) {
        if (!answers[index])
            continue;
        for (LintFinding place : links[index].places) {
            place.severity = answers[index]->severity;
            place.rule = answers[index]->rule;
            place.facts = answers[index]->facts;
            findings.push_back(std::move(place));
        }
    }
    return findings;
}

} // namespace firstlight
