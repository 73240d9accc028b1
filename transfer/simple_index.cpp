#include "transfer/simple_index.h"

#include "transfer/store_layout.h"
#include "transfer/url.h"

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>

namespace firstlight {

namespace {

std::string lower(std::string_view text)
{
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(),
                   [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
    return result;
}

std::optional<std::string> soundDigest(const std::string &text)
{
    const std::string digest = lower(text);
    return isSha256(digest) ? std::optional(digest) : std::nullopt;
}

std::string decodedEntities(std::string text)
{
    const std::vector<std::pair<std::string, std::string>> entities{
        {"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&#39;", "'"}, {"&#x27;", "'"}, {"&amp;", "&"}};
    for (const auto &[entity, letter] : entities) {
        for (auto at = text.find(entity); at != std::string::npos; at = text.find(entity, at + letter.size()))
            text.replace(at, entity.size(), letter);
    }
    return text;
}

/// The value of href within one tag, or empty.
std::string hrefOf(std::string_view tag)
{
    const auto at = lower(tag).find("href");
    const auto mark = at == std::string::npos ? at : tag.find('=', at);
    if (mark == std::string::npos)
        return {};
    const auto start = tag.find_first_not_of(" \t\r\n", mark + 1);
    if (start == std::string_view::npos)
        return {};
    const char quote = tag[start];
    if (quote == '"' || quote == '\'') {
        const auto end = tag.find(quote, start + 1);
        return end == std::string_view::npos
                   ? ""
                   : decodedEntities(std::string(tag.substr(start + 1, end - start - 1)));
    }
    return decodedEntities(std::string(tag.substr(start, tag.find_first_of(" \t\r\n>", start) - start)));
}

/// The last segment of a link's path.
std::string fileNameOf(std::string_view url)
{
    url = url.substr(0, url.find_first_of("?#"));
    return urlDecode(url.substr(url.rfind('/') + 1));
}

/// Versions compare as numbers where they are numbers: "1.0" is "1" and "v1.0.0".
std::string normalizedVersion(std::string_view version)
{
    std::string text = lower(version);
    if (text.starts_with('v'))
        text.erase(0, 1);
    std::replace(text.begin(), text.end(), '-', '.');
    std::replace(text.begin(), text.end(), '_', '.');
    while (text.ends_with(".0"))
        text.resize(text.size() - 2);
    return text;
}

std::string withoutArchiveEnding(const std::string &file)
{
    for (const std::string_view ending : {".tar.gz", ".tar.bz2", ".tar.xz", ".tgz", ".zip"}) {
        if (file.ends_with(ending))
            return file.substr(0, file.size() - ending.size());
    }
    return {};
}

std::string platformOf(const std::string &wheel)
{
    const auto dash = wheel.rfind('-');
    return wheel.substr(dash + 1, wheel.size() - dash - 1 - std::string_view(".whl").size());
}

} // namespace

std::optional<std::vector<IndexedFile>> parseSimpleJson(const std::string &text)
{
    const auto json = nlohmann::json::parse(text, nullptr, false);
    if (!json.is_object() || !json.contains("files") || !json["files"].is_array())
        return std::nullopt;
    std::vector<IndexedFile> files;
    for (const auto &entry : json["files"]) {
        if (!entry.is_object() || !entry.contains("filename") || !entry["filename"].is_string()
            || !entry.contains("url") || !entry["url"].is_string())
            continue;
        IndexedFile file{.name = entry["filename"].get<std::string>(),
                         .url = entry["url"].get<std::string>(),
                         .sha256 = {}};
        if (entry.contains("hashes") && entry["hashes"].is_object() && entry["hashes"].contains("sha256")
            && entry["hashes"]["sha256"].is_string())
            file.sha256 = soundDigest(entry["hashes"]["sha256"].get<std::string>());
        files.push_back(std::move(file));
    }
    return files;
}

std::vector<IndexedFile> parseSimpleHtml(std::string_view text)
{
    std::vector<IndexedFile> files;
    while (true) {
        const auto start = std::min(text.find("<a"), text.find("<A"));
        if (start == std::string_view::npos)
            return files;
        text.remove_prefix(start + 2);
        const auto end = text.find('>');
        if (end == std::string_view::npos)
            return files;
        std::string href = hrefOf(text.substr(0, end));
        text.remove_prefix(end + 1);
        const auto mark = href.find('#');
        const std::string fragment = mark == std::string::npos ? "" : href.substr(mark + 1);
        href = href.substr(0, mark);
        if (href.empty() || href.ends_with('/'))
            continue;
        const std::string_view digest = "sha256=";
        files.push_back({.name = fileNameOf(href),
                         .url = href,
                         .sha256 = fragment.starts_with(digest)
                                       ? soundDigest(fragment.substr(digest.size(), 64))
                                       : std::nullopt});
    }
}

std::string normalizedProject(std::string_view name)
{
    std::string result;
    for (const char letter : lower(name)) {
        const bool separator = letter == '-' || letter == '_' || letter == '.';
        if (separator && result.ends_with('-'))
            continue;
        result += separator ? '-' : letter;
    }
    return result;
}

bool isDistribution(const std::string &file, const std::string &project, const std::string &version)
{
    const bool wheel = file.ends_with(".whl");
    const std::string stem = wheel ? file : withoutArchiveEnding(file);
    // A project name may hold dashes in a source distribution, so every dash may be the one before the
    // version.
    for (auto dash = stem.find('-'); dash != std::string::npos; dash = stem.find('-', dash + 1)) {
        if (normalizedProject(stem.substr(0, dash)) != normalizedProject(project))
            continue;
        const std::string rest = stem.substr(dash + 1);
        const std::string found = wheel ? rest.substr(0, rest.find('-')) : rest;
        if (normalizedVersion(found) == normalizedVersion(version))
            return true;
    }
    return false;
}

std::optional<std::string> onlyFittingFile(const std::vector<std::string> &names, const std::string &machine)
{
    std::vector<std::string> pure;
    std::vector<std::string> native;
    std::vector<std::string> sources;
    for (const std::string &name : names) {
        if (!name.ends_with(".whl")) {
            sources.push_back(name);
            continue;
        }
        const std::string platform = platformOf(name);
        if (platform == "any")
            pure.push_back(name);
        else if (platform.find("linux") != std::string::npos && platform.find("musl") == std::string::npos
                 && platform.ends_with("_" + machine))
            native.push_back(name);
    }
    for (const auto *group : {&pure, &native, &sources}) {
        if (group->size() == 1)
            return group->front();
        if (group->size() > 1)
            return std::nullopt;
    }
    return std::nullopt;
}

} // namespace firstlight
