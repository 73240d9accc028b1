#include "transfer/npm_config.h"

#include "core/files.h"
#include "core/process.h"
#include "transfer/base64.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <vector>

extern char **environ;

namespace firstlight {

namespace {

std::string variable(const char *name)
{
    const char *value = std::getenv(name);
    return value ? value : "";
}

std::string_view trimmed(std::string_view text)
{
    const auto first = text.find_first_not_of(" \t\r");
    return first == std::string_view::npos ? std::string_view()
                                           : text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

std::string unquoted(std::string_view text)
{
    const bool quoted
        = text.size() >= 2 && (text.front() == '"' || text.front() == '\'') && text.front() == text.back();
    return std::string(quoted ? text.substr(1, text.size() - 2) : text);
}

/// `${NAME}`, `${NAME?}` (empty if unset); an unset plain name stays as written.
std::string expanded(const std::string &text)
{
    std::string result;
    for (std::size_t at = 0; at < text.size();) {
        const auto end = text.compare(at, 2, "${") == 0 ? text.find('}', at) : std::string::npos;
        if (end == std::string::npos) {
            result += text[at++];
            continue;
        }
        std::string name = text.substr(at + 2, end - at - 2);
        const bool optional = name.ends_with('?');
        if (optional)
            name.pop_back();
        const char *value = std::getenv(name.c_str());
        result += value ? value : optional ? "" : text.substr(at, end - at + 1);
        at = end + 1;
    }
    return result;
}

/// npm takes any case of the prefix, and "_" for "-" in names; scoped and host keys stay as they are.
NpmSettings settingsFromVariables()
{
    NpmSettings settings;
    const std::string_view prefix = "npm_config_";
    for (char **entry = environ; *entry; ++entry) {
        const std::string_view text = *entry;
        const auto mark = text.find('=');
        if (mark == std::string_view::npos || mark <= prefix.size() || mark + 1 == text.size())
            continue;
        const bool matches
            = std::equal(prefix.begin(), prefix.end(), text.begin(),
                         [](char wanted, unsigned char found) { return wanted == std::tolower(found); });
        if (!matches)
            continue;
        std::string key(text.substr(prefix.size(), mark - prefix.size()));
        if (!key.starts_with("//") && !key.starts_with('@')) {
            std::transform(key.begin(), key.end(), key.begin(),
                           [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
            std::replace(key.begin() + 1, key.end(), '_', '-');
        }
        settings[key] = expanded(std::string(text.substr(mark + 1)));
    }
    return settings;
}

std::string valueOf(const NpmSettings &settings, const std::string &key)
{
    const auto found = settings.find(key);
    return found == settings.end() ? "" : found->second;
}

void mergeFile(NpmSettings &settings, const std::filesystem::path &path)
{
    auto text = readFile(path, 1u << 20);
    if (!text)
        return;
    for (const auto &[key, value] : parseNpmrc(*text))
        settings[key] = value;
}

std::filesystem::path installPrefix(const NpmSettings &variables)
{
    if (const std::string prefix = valueOf(variables, "prefix"); !prefix.empty())
        return prefix;
    // npm's default prefix is the folder above the one that node is in.
    const auto node = findProgram("node");
    return node ? std::filesystem::path(*node).parent_path().parent_path()
                : std::filesystem::path("/usr/local");
}

std::string withoutSlash(std::string url)
{
    while (url.ends_with('/'))
        url.pop_back();
    return url;
}

} // namespace

NpmSettings parseNpmrc(std::string_view text)
{
    NpmSettings settings;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        const std::string_view line = trimmed(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
        const auto mark = line.find('=');
        if (line.empty() || line.front() == '#' || line.front() == ';' || line.front() == '['
            || mark == std::string_view::npos)
            continue;
        settings[expanded(unquoted(trimmed(line.substr(0, mark))))]
            = expanded(unquoted(trimmed(line.substr(mark + 1))));
    }
    return settings;
}

NpmSettings readNpmSettings()
{
    const NpmSettings variables = settingsFromVariables();
    NpmSettings settings;
    const std::string global = valueOf(variables, "globalconfig");
    if (global.empty()) {
        mergeFile(settings, "/etc/npmrc");
        mergeFile(settings, installPrefix(variables) / "etc/npmrc");
    } else {
        mergeFile(settings, global);
    }
    const std::string user = valueOf(variables, "userconfig");
    const std::string home = variable("HOME");
    if (!user.empty())
        mergeFile(settings, user);
    else if (!home.empty())
        mergeFile(settings, std::filesystem::path(home) / ".npmrc");
    std::error_code ignored;
    const auto project = std::filesystem::current_path(ignored) / ".npmrc";
    if (!ignored && project != std::filesystem::path(home) / ".npmrc")
        mergeFile(settings, project);
    for (const auto &[key, value] : variables)
        settings[key] = value;
    return settings;
}

Result<std::string> npmRegistry(const NpmSettings &settings, const std::string &package, std::stop_token stop)
{
    if (package.starts_with('@')) {
        const std::string scoped = valueOf(settings, package.substr(0, package.find('/')) + ":registry");
        if (!scoped.empty())
            return withoutSlash(scoped);
    }
    if (const std::string registry = valueOf(settings, "registry"); !registry.empty())
        return withoutSlash(registry);
    auto result = runProcess(
        {.program = "npm", .arguments = {"config", "get", "registry"}, .timeLimit = std::chrono::seconds(30)},
        stop);
    if (!result && result.error().kind == ErrorKind::Cancelled)
        return fail(result.error());
    const Error missing{.code = "registry-client-missing", .facts = {{"client", "npm"}, {"registry", "npm"}}};
    if (!result)
        return fail(wrap(missing, result.error()));
    std::string url(trimmed(result->output.substr(0, result->output.find('\n'))));
    if (!result->succeeded() || !url.starts_with("http"))
        return fail({.code = "registry-not-configured",
                     .facts = {{"registry", "npm"}},
                     .detail = result->errorOutput});
    return withoutSlash(url);
}

std::string npmAuthorization(const NpmSettings &settings, const std::string &registry)
{
    const auto start = registry.find("://");
    if (start == std::string::npos)
        return {};
    // Credentials are kept for "//host/path/"; those of a shorter path serve the longer ones too.
    for (std::string scope = registry.substr(start + 1) + "/"; scope.size() > 3;) {
        if (const std::string token = valueOf(settings, scope + ":_authToken"); !token.empty())
            return "Bearer " + token;
        if (const std::string basic = valueOf(settings, scope + ":_auth"); !basic.empty())
            return "Basic " + basic;
        const std::string user = valueOf(settings, scope + ":username");
        const std::string password = valueOf(settings, scope + ":_password");
        if (!user.empty() && !password.empty())
            return "Basic " + base64Encode(user + ":" + base64Decode(password));
        const auto slash = scope.rfind('/', scope.size() - 2);
        if (slash < 2 || slash == std::string::npos)
            return {};
        scope.resize(slash + 1);
    }
    return {};
}

} // namespace firstlight
