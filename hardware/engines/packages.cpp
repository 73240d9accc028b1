#include "hardware/engines/packages.h"

#include "hardware/text.h"

#include <algorithm>
#include <array>

namespace firstlight {

namespace {

constexpr std::size_t databaseLimitBytes = 64u << 20;

bool isDigit(char letter)
{
    return letter >= '0' && letter <= '9';
}

bool isPackaged(const std::string &path)
{
    static constexpr std::array folders{"/usr/bin/", "/bin/", "/usr/sbin/", "/sbin/", "/usr/libexec/"};
    return std::ranges::any_of(folders, [&](const char *folder) { return path.starts_with(folder); });
}

/// The paragraph (up to an empty line) that holds the whole line \a line, searched from \a from on, which
/// then stands behind that line.
std::optional<std::string_view> paragraphWith(std::string_view text, std::string_view line, std::size_t &from)
{
    while (true) {
        const std::size_t at = text.find(line, from);
        if (at == std::string_view::npos)
            return std::nullopt;
        from = at + line.size();
        const bool startsLine = at == 0 || text[at - 1] == '\n';
        if (!startsLine || (from < text.size() && text[from] != '\n'))
            continue;
        const std::size_t before = text.substr(0, at).rfind("\n\n");
        const std::size_t first = before == std::string_view::npos ? 0 : before + 2;
        return text.substr(first, text.find("\n\n", at) - first);
    }
}

std::string_view fieldOf(std::string_view paragraph, std::string_view name)
{
    std::string_view value;
    forEachLine(paragraph, [&](std::string_view line) {
        if (value.empty() && line.starts_with(name))
            value = trimmed(line.substr(name.size()));
    });
    return value;
}

std::optional<std::string> pacmanVersion(const Root &root, std::string_view package)
{
    const std::string prefix = std::string(package) + '-';
    for (const std::string &name : root.entries("var/lib/pacman/local")) {
        if (name.size() <= prefix.size() || !name.starts_with(prefix) || !isDigit(name[prefix.size()]))
            continue;
        // name-version-revision: one dash more, or it is a package with a longer name
        if (std::ranges::count(name.substr(prefix.size()), '-') == 1)
            return name.substr(prefix.size());
    }
    return std::nullopt;
}

} // namespace

std::optional<std::string> upstreamVersion(std::string_view version)
{
    if (const std::size_t epoch = version.find(':'); epoch != std::string_view::npos)
        version.remove_prefix(epoch + 1);
    version = version.substr(0, version.find_first_of("+~-_"));
    if (version.empty() || !isDigit(version.front()))
        return std::nullopt;
    return std::string(version);
}

std::optional<std::string> dpkgVersion(std::string_view status, std::string_view package)
{
    const std::string line = "Package: " + std::string(package);
    std::size_t from = 0;
    while (const auto paragraph = paragraphWith(status, line, from)) {
        const std::string_view version = fieldOf(*paragraph, "Version:");
        if (fieldOf(*paragraph, "Status:").ends_with(" installed") && !version.empty())
            return std::string(version);
    }
    return std::nullopt;
}

std::optional<std::string> apkVersion(std::string_view installed, std::string_view package)
{
    std::size_t from = 0;
    const auto paragraph = paragraphWith(installed, "P:" + std::string(package), from);
    const std::string_view version = paragraph ? fieldOf(*paragraph, "V:") : std::string_view();
    return version.empty() ? std::nullopt : std::optional<std::string>(version);
}

std::optional<std::string> packageVersion(const Root &root, const std::string &programPath,
                                          std::string_view package)
{
    if (!isPackaged(programPath))
        return std::nullopt;
    std::optional<std::string> version;
    if (const auto status = root.read("var/lib/dpkg/status", databaseLimitBytes))
        version = dpkgVersion(*status, package);
    if (!version)
        version = pacmanVersion(root, package);
    for (const char *path : {"lib/apk/db/installed", "usr/lib/apk/db/installed"}) {
        const auto installed = version ? std::nullopt : root.read(path, databaseLimitBytes);
        if (installed)
            version = apkVersion(*installed, package);
    }
    return version ? upstreamVersion(*version) : std::nullopt;
}

} // namespace firstlight
