#include "transfer/store_layout.h"

#include "core/files.h"
#include "core/sha256.h"
#include "transfer/url.h"

#include <nlohmann/json.hpp>
#include <sys/stat.h>

namespace firstlight {

namespace {

/// Changes whenever the local file of a file:// source does; empty for other sources.
std::string stampOf(const std::string &source)
{
    if (schemeOf(source) != "file")
        return {};
    struct stat info { };
    const std::string path = urlDecode(source.substr(source.find('/', source.find("://") + 3)));
    if (::stat(path.c_str(), &info) != 0)
        return "missing";
    return std::to_string(info.st_ino) + " " + std::to_string(info.st_size) + " "
           + std::to_string(info.st_mtim.tv_sec) + "." + std::to_string(info.st_mtim.tv_nsec);
}

std::string sourcesHash(const WantedFile &file)
{
    std::string text = file.packageFile + "\n" + file.packageSha256;
    for (const std::string &source : file.sources)
        text += "\n" + source;
    return sha256Hex(text);
}

} // namespace

std::filesystem::path StoreLayout::record(const WantedFile &file) const
{
    return root / "unlocked" / sourcesHash(file);
}

std::string incomingKey(const WantedFile &file)
{
    return file.sha256 ? *file.sha256 : "source-" + sourcesHash(file);
}

std::optional<std::string> readRecord(const std::filesystem::path &path)
{
    const auto text = readFile(path, 64u << 10);
    if (!text)
        return std::nullopt;
    const auto json = nlohmann::json::parse(*text, nullptr, false);
    if (!json.is_object())
        return std::nullopt;
    for (const char *name : {"sha256", "source", "stamp"}) {
        if (!json.contains(name) || !json[name].is_string())
            return std::nullopt;
    }
    auto sha256 = json["sha256"].get<std::string>();
    const bool same
        = isSha256(sha256) && json["stamp"].get<std::string>() == stampOf(json["source"].get<std::string>());
    return same ? std::optional(sha256) : std::nullopt;
}

Result<void> writeRecord(const std::filesystem::path &path, const std::string &sha256,
                         const std::string &source)
{
    const nlohmann::json json{
        {"sha256", sha256}, {"source", withoutCredentials(source)}, {"stamp", stampOf(source)}};
    return writeFileAtomically(path, json.dump(1) + "\n");
}

bool isSha256(const std::string &text)
{
    return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

} // namespace firstlight
