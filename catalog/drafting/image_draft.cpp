#include "catalog/drafting/registry_image.h"
#include "catalog/maintaining/spdx/licence_expression.h"

#include <algorithm>
#include <cctype>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace firstlight {

namespace {

/// As `uname -m` spells them, for those that the catalog knows.
std::string machineOf(const std::string &architecture)
{
    static const std::map<std::string, std::string> names
        = {{"amd64", "x86_64"},        {"arm64", "aarch64"},   {"riscv64", "riscv64"},
           {"loong64", "loongarch64"}, {"ppc64le", "ppc64le"}, {"s390x", "s390x"}};
    const auto found = names.find(architecture);
    return found == names.end() ? "" : found->second;
}

std::string idOf(const std::string &repository)
{
    std::string id;
    for (const char letter : repository.substr(repository.rfind('/') + 1)) {
        const auto byte = static_cast<unsigned char>(letter);
        if (std::isalnum(byte))
            id += static_cast<char>(std::tolower(byte));
        else if (!id.empty() && id.back() != '-')
            id += '-';
    }
    while (!id.empty() && id.back() == '-')
        id.pop_back();
    return id.empty() ? "image" : id.substr(0, 60);
}

std::string joined(const std::vector<std::string> &words)
{
    std::string line;
    for (const std::string &word : words)
        line += (line.empty() ? "" : ", ") + word;
    return line;
}

/// JSON is YAML, so what upstream wrote cannot break out of its line. A comment takes it without line breaks.
std::string quoted(const std::string &text)
{
    return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string labelOf(const RegistryImage &image, const char *name)
{
    const auto label = image.labels.find(std::string("org.opencontainers.image.") + name);
    return label == image.labels.end() ? "" : label->second;
}

/// Of the labels, the page that may stand in the catalog.
std::string projectOf(const RegistryImage &image)
{
    for (const char *name : {"source", "url"}) {
        const std::string page = labelOf(image, name);
        const bool plain = std::all_of(page.begin(), page.end(), [](char c) { return c > ' ' && c < 0x7f; });
        if (page.starts_with("https://") && plain && page.find_first_of("\"'#{}[],") == std::string::npos)
            return page;
    }
    return {};
}

std::string heading(const RegistryImage &image, bool licenceKnown)
{
    std::string text
        = "# Drafted from " + image.name.text() + ", reference " + image.name.reference
          + ".\n# To be filled in by who knows the program: texts in both languages, what to try, kind, "
            "page and readiness,\n# memory (resources.overhead), the folders that it keeps, and "
            "whether it needs all the permissions below"
          + std::string(licenceKnown ? "" : ";\n# the licence of the code")
          + (image.ports.empty() ? ";\n# the port, which the image does not name" : "") + ".\n";
    if (image.downloadBytes)
        text += fmt::format("# {} bytes to download for the first architecture [read: manifest]\n",
                            *image.downloadBytes);
    const auto note = [&](const char *what, const std::vector<std::string> &words) {
        if (!words.empty())
            text += fmt::format(
                "# {} of the image: {} [read: configuration]\n", what,
                nlohmann::json(words).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
    };
    note("Entrypoint", image.entrypoint);
    note("Command", image.command);
    note("Environment", image.environment);
    note("Volumes", image.volumes);
    return text;
}

} // namespace

std::string draftEntryFor(const RegistryImage &image)
{
    const std::string licence = labelOf(image, "licenses");
    const bool licenceKnown = !licence.empty() && checkLicence(licence).empty();
    const std::string id = idOf(image.name.repository);
    const std::string project = projectOf(image);
    std::vector<std::string> architectures;
    for (const std::string &each : image.architectures) {
        if (const std::string machine = machineOf(each); !machine.empty())
            architectures.push_back(machine);
    }
    std::string text = heading(image, licenceKnown);
    text += fmt::format("schema: firstlight/1\nid: {0}\nkind: tool\nname: {{ en: {1}, zh_CN: {1} }}\n", id,
                        quoted(id));
    const std::string description = labelOf(image, "description");
    text += fmt::format("summary: {{ en: {0}, zh_CN: {0} }}\n",
                        quoted(description.empty() ? id : description));
    text += "licence: { code: " + quoted(licenceKnown ? licence : "LicenseRef-Unknown") + " }\n";
    if (!project.empty())
        text += "project: " + project + "\n";
    text += fmt::format("interface: {{ web: /, port: {} }}\nready: {{ http: /, within: 300 s }}\n",
                        image.ports.empty() ? 8080 : image.ports.front());
    text += fmt::format("variants:\n  - id: any\n    image: {}@{}\n", image.name.text(), image.digest);
    text += architectures.empty() ? "    requires: {}\n"
                                  : "    requires: { arch: [ " + joined(architectures) + " ] }\n";
    text += image.user.empty() || image.user == "0" || image.user == "root"
                ? "    permissions: [ network ]\n"
                : "    permissions: [ network, image-user ] # it names a user of its own\n";
    return text;
}

} // namespace firstlight
