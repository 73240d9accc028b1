#include "hardware/engines/containers_conf.h"

#include "hardware/engines/toml.h"
#include "hardware/questions.h"

#include <initializer_list>

namespace firstlight {

namespace {

constexpr std::size_t limitBytes = 1u << 20;

void addFileAndDropIns(const Root &root, const std::string &path, std::vector<std::string> &files)
{
    files.push_back(path);
    for (const std::string &name : root.entries(path.substr(1) + ".d")) {
        if (name.ends_with(".conf"))
            files.push_back(path + ".d/" + name);
    }
}

std::string textOfFiles(const Root &root, bool rootless)
{
    ContainersConf conf;
    for (const std::string &path : containersConfFiles(root, rootless)) {
        if (const auto text = root.read(path.substr(1), limitBytes))
            takeContainersConf(*text, conf);
    }
    return containersConfText(conf);
}

void addSetting(const char *key, const std::optional<std::string> &value, std::string &text)
{
    if (value)
        text += std::string(key) + " = '" + *value + "'\n";
}

} // namespace

std::vector<std::string> containersConfFiles(const Root &root, bool rootless)
{
    if (auto only = pathFromEnvironment("CONTAINERS_CONF"))
        return {*only};
    std::vector<std::string> files{"/usr/share/containers/containers.conf"};
    addFileAndDropIns(root, "/etc/containers/containers.conf", files);
    if (!rootless)
        return files;
    if (const auto config = pathFromEnvironment("XDG_CONFIG_HOME"))
        addFileAndDropIns(root, *config + "/containers/containers.conf", files);
    else if (const auto home = pathFromEnvironment("HOME"))
        addFileAndDropIns(root, *home + "/.config/containers/containers.conf", files);
    return files;
}

void takeContainersConf(std::string_view text, ContainersConf &conf)
{
    forEachTomlValue(text, [&](std::string_view table, std::string_view key, std::string_view value) {
        if (table == "engine" && key == "runtime")
            conf.runtime = tomlString(value);
        if (table == "engine" && key == "cgroup_manager")
            conf.cgroupManager = tomlString(value);
        if (table == "network" && key == "network_backend")
            conf.networkBackend = tomlString(value);
    });
}

std::string containersConfText(const ContainersConf &conf)
{
    std::string text = "[engine]\n";
    addSetting("runtime", conf.runtime, text);
    addSetting("cgroup_manager", conf.cgroupManager, text);
    text += "[network]\n";
    addSetting("network_backend", conf.networkBackend, text);
    return text;
}

ContainersConf readContainersConf(const Root &root, bool rootless)
{
    ContainersConf conf;
    const auto text = root.answer(
        "containers.conf", [&]() -> std::optional<std::string> { return textOfFiles(root, rootless); });
    takeContainersConf(text.value_or(""), conf);
    return conf;
}

} // namespace firstlight
