#include "catalog/reading/package_lock.h"

#include "catalog/quantities.h"

#include <sstream>

namespace firstlight {

namespace {

bool isPoolPath(const std::string &path)
{
    return path.ends_with(".deb") && !path.starts_with("/") && path.find("..") == std::string::npos
           && path.find('/') != std::string::npos;
}

bool isSha256(const std::string &text)
{
    return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

std::optional<LockedPackage> readLine(const std::string &line)
{
    std::istringstream words(line);
    std::string name, version, path, size, sha256, more;
    words >> name >> version >> path >> size >> sha256;
    const bool digits = !size.empty() && size.find_first_not_of("0123456789") == std::string::npos;
    const std::optional<std::uint64_t> bytes = digits ? parseSize(size) : std::nullopt;
    if (!bytes || !isSha256(sha256) || !isPoolPath(path) || words >> more)
        return std::nullopt;
    return LockedPackage{name, version,
                         {.name = path.substr(path.rfind('/') + 1),
                          .sources = {"debian:" + path},
                          .sha256 = sha256,
                          .sizeBytes = bytes,
                          .packageFile = {},
                          .packageSha256 = {}}};
}

} // namespace

Result<std::vector<LockedPackage>> readPackageLock(const std::string &text, const std::string &file)
{
    std::vector<LockedPackage> packages;
    std::istringstream lines(text);
    std::string line;
    for (int number = 1; std::getline(lines, line); ++number) {
        if (!line.empty() && line.back() == '\r')
            line.pop_back();
        if (line.find_first_not_of(" \t") == std::string::npos || line.starts_with('#'))
            continue;
        std::optional<LockedPackage> package = readLine(line);
        if (!package)
            return fail({.code = "catalog-value",
                         .facts = {{"file", file},
                                   {"line", std::to_string(number)},
                                   {"column", "1"},
                                   {"field", "package"},
                                   {"found", line.substr(0, 80)},
                                   {"needed", "NAME VERSION POOL/PATH.deb SIZE SHA256"},
                                   {"nearest", ""}},
                         .kind = ErrorKind::DamagedCatalog});
        packages.push_back(*std::move(package));
    }
    return packages;
}

} // namespace firstlight
