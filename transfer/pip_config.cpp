#include "transfer/pip_config.h"

#include "core/files.h"
#include "core/process.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <sstream>

namespace firstlight {

namespace {

using Settings = std::map<std::string, std::string>;

std::string variable(const std::string &name)
{
    const char *value = std::getenv(name.c_str());
    return value ? value : "";
}

std::string_view trimmed(std::string_view text)
{
    const auto first = text.find_first_not_of(" \t\r");
    return first == std::string_view::npos ? std::string_view()
                                           : text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

std::string normalizedKey(std::string_view key)
{
    std::string result(key);
    std::transform(result.begin(), result.end(), result.begin(), [](unsigned char letter) {
        return letter == '_' ? '-' : static_cast<char>(std::tolower(letter));
    });
    return result.starts_with("--") ? result.substr(2) : result;
}

std::vector<std::string> words(const std::string &text)
{
    std::istringstream stream(text);
    std::vector<std::string> result;
    for (std::string word; stream >> word;)
        result.push_back(word);
    return result;
}

/// pip's files from the weakest to the strongest.
std::vector<std::filesystem::path> configFiles()
{
    const std::string chosen = variable("PIP_CONFIG_FILE");
    if (chosen == "/dev/null")
        return {};
    std::vector<std::filesystem::path> files;
    std::istringstream folders(variable("XDG_CONFIG_DIRS").empty() ? "/etc/xdg"
                                                                   : variable("XDG_CONFIG_DIRS"));
    for (std::string folder; std::getline(folders, folder, ':');)
        files.push_back(std::filesystem::path(folder) / "pip/pip.conf");
    files.push_back("/etc/pip.conf");
    if (const std::string home = variable("HOME"); !home.empty()) {
        files.push_back(std::filesystem::path(home) / ".pip/pip.conf");
        const std::string config = variable("XDG_CONFIG_HOME");
        files.push_back(
            (config.empty() ? std::filesystem::path(home) / ".config" : std::filesystem::path(config))
            / "pip/pip.conf");
    }
    const std::string environment = variable("VIRTUAL_ENV");
    files.push_back((environment.empty() ? std::filesystem::path("/usr") : std::filesystem::path(environment))
                    / "pip.conf");
    if (!chosen.empty())
        files.push_back(chosen);
    return files;
}

/// One value for each option: those for a command beat the global ones of every file, variables beat both.
Settings effectiveSettings()
{
    Settings merged;
    for (const auto &file : configFiles()) {
        if (auto text = readFile(file, 1u << 20)) {
            for (const auto &[key, value] : parsePipFile(*text))
                merged[key] = value;
        }
    }
    Settings effective;
    for (const std::string &section :
         {std::string("global."), std::string("install."), std::string("download.")}) {
        for (const auto &[key, value] : merged) {
            if (key.starts_with(section))
                effective[key.substr(section.size())] = value;
        }
    }
    for (const char *option :
         {"INDEX_URL", "EXTRA_INDEX_URL", "FIND_LINKS", "CERT", "TRUSTED_HOST", "PROXY", "NO_INDEX"}) {
        if (const std::string value = variable(std::string("PIP_") + option); !value.empty())
            effective[normalizedKey(option)] = value;
    }
    return effective;
}

bool isTrue(std::string text)
{
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
    return text == "1" || text == "true" || text == "yes" || text == "on" || text == "t" || text == "y";
}

/// pip knows its own default; asking it keeps that knowledge, and every packager's change of it, in one
/// place.
Result<std::string> askPip(std::stop_token stop)
{
    const std::vector<std::vector<std::string>> ways{
        {"python3", "-m", "pip"}, {"pip3"}, {"pip"}, {"/usr/bin/python3", "-m", "pip"}};
    for (const auto &way : ways) {
        ProcessSpec spec{.program = way.front(),
                         .arguments = {way.begin() + 1, way.end()},
                         .environment = {{"COLUMNS", "2000"}, {"LC_ALL", "C.UTF-8"}},
                         .timeLimit = std::chrono::seconds(20)};
        spec.arguments.insert(spec.arguments.end(), {"download", "--help"});
        auto result = runProcess(spec, stop);
        if (!result && result.error().kind == ErrorKind::Cancelled)
            return fail(result.error());
        if (!result || !result->succeeded())
            continue;
        if (const std::string url = defaultIndexInHelp(result->output); !url.empty())
            return url;
    }
    return fail({.code = "registry-client-missing", .facts = {{"client", "pip"}, {"registry", "pypi"}}});
}

} // namespace

Settings parsePipFile(std::string_view text)
{
    Settings settings;
    std::string section;
    std::string *last = nullptr;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        const std::string_view content = trimmed(line);
        if (content.empty() || content.front() == '#' || content.front() == ';')
            continue;
        if ((line.front() == ' ' || line.front() == '\t') && last) {
            *last += (last->empty() ? "" : "\n") + std::string(content);
            continue;
        }
        last = nullptr;
        if (content.front() == '[') {
            section = std::string(content.substr(1, content.find(']') - 1));
            continue;
        }
        const auto mark = content.find_first_of("=:");
        if (mark == std::string_view::npos || section.empty())
            continue;
        last = &settings[section + "." + normalizedKey(trimmed(content.substr(0, mark)))];
        *last = std::string(trimmed(content.substr(mark + 1)));
    }
    return settings;
}

std::string defaultIndexInHelp(const std::string &help)
{
    const auto option = help.find("--index-url");
    const auto next = help.find("--extra-index-url", option);
    const std::string_view marker = "(default";
    const auto start = option == std::string::npos ? option : help.find(marker, option);
    if (start == std::string::npos || start > next)
        return {};
    const auto end = help.find(')', start);
    if (end == std::string::npos)
        return {};
    std::string url = help.substr(start + marker.size(), end - start - marker.size());
    url.erase(std::remove_if(url.begin(), url.end(),
                             [](unsigned char letter) { return std::isspace(letter) != 0; }),
              url.end());
    return url.starts_with("http") ? url : "";
}

Result<PipConfig> readPipConfig(std::stop_token stop)
{
    Settings settings = effectiveSettings();
    PipConfig config{.indexUrls = {},
                     .findLinks = words(settings["find-links"]),
                     .trustedHosts = words(settings["trusted-host"]),
                     .certificateFile = settings["cert"],
                     .proxy = settings["proxy"]};
    if (config.certificateFile.empty())
        config.certificateFile = variable("REQUESTS_CA_BUNDLE");
    if (isTrue(settings["no-index"])) {
        if (config.findLinks.empty())
            return fail({.code = "registry-not-configured", .facts = {{"registry", "pypi"}}});
        return config;
    }
    config.indexUrls = words(settings["index-url"]);
    if (config.indexUrls.empty()) {
        auto asked = askPip(stop);
        // Folders with packages serve without any index.
        if (!asked && (config.findLinks.empty() || asked.error().kind == ErrorKind::Cancelled))
            return fail(asked.error());
        if (asked)
            config.indexUrls.push_back(*asked);
    }
    for (const std::string &extra : words(settings["extra-index-url"]))
        config.indexUrls.push_back(extra);
    return config;
}

} // namespace firstlight
