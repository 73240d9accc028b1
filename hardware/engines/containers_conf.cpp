#include "hardware/engines/containers_conf.h"

#include "hardware/text.h"

#include <cstdlib>
#include <unistd.h>

namespace firstlight {

namespace {

void addFileAndDropIns(const Root &root, const std::string &path, std::vector<std::string> &files)
{
    files.push_back(path);
    for (const std::string &name : root.entries(path.substr(1) + ".d")) {
        if (name.ends_with(".conf"))
            files.push_back(path + ".d/" + name);
    }
}

std::vector<std::string> filesInOrder(const Root &root)
{
    if (const char *only = std::getenv("CONTAINERS_CONF"); only && *only == '/')
        return {only};
    std::vector<std::string> files{"/usr/share/containers/containers.conf"};
    addFileAndDropIns(root, "/etc/containers/containers.conf", files);
    if (geteuid() == 0)
        return files;
    const char *config = std::getenv("XDG_CONFIG_HOME");
    const char *home = std::getenv("HOME");
    if (config && *config == '/')
        addFileAndDropIns(root, std::string(config) + "/containers/containers.conf", files);
    else if (home && *home == '/')
        addFileAndDropIns(root, std::string(home) + "/.config/containers/containers.conf", files);
    return files;
}

/// "text" or 'text', with an optional comment behind it.
std::optional<std::string> quoted(std::string_view value)
{
    if (value.empty() || (value.front() != '"' && value.front() != '\''))
        return std::nullopt;
    const std::size_t end = value.find(value.front(), 1);
    if (end == std::string_view::npos || end == 1)
        return std::nullopt;
    return std::string(value.substr(1, end - 1));
}

} // namespace

void takeContainersConf(std::string_view text, ContainersConf &conf)
{
    std::string_view table;
    forEachLine(text, [&](std::string_view line) {
        line = trimmed(line);
        if (line.starts_with('[')) {
            table
                = trimmed(line.substr(1, line.find(']') == std::string_view::npos ? 0 : line.find(']') - 1));
            return;
        }
        const auto pair = line.starts_with('#') ? std::nullopt : splitPair(line, '=');
        if (!pair)
            return;
        if (table == "engine" && pair->first == "runtime")
            conf.runtime = quoted(pair->second);
        if (table == "network" && pair->first == "network_backend")
            conf.networkBackend = quoted(pair->second);
    });
}

ContainersConf readContainersConf(const Root &root)
{
    ContainersConf conf;
    conf.files = filesInOrder(root);
    for (const std::string &path : conf.files) {
        if (const auto text = root.read(path.substr(1), 1u << 20))
            takeContainersConf(*text, conf);
    }
    return conf;
}

} // namespace firstlight
