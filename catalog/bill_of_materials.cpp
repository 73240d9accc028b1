#include "catalog/bill_of_materials.h"

#include "transfer/http.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <map>

namespace firstlight {

namespace {

using nlohmann::json;

constexpr std::string_view rootOfImage = "runtime.tar"; // other roots are to build with

json component(const std::string &name, const std::string &version, const std::string &purl,
               const WantedFile &file)
{
    json entry{{"type", "library"}, {"bom-ref", purl}, {"name", name}, {"version", version}, {"purl", purl}};
    if (file.sha256)
        entry["hashes"] = {{{"alg", "SHA-256"}, {"content", *file.sha256}}};
    return entry;
}

/// Debian's word for the processor, from "libc6_2.36-9_amd64.deb".
std::string architectureOf(const std::string &file)
{
    const std::size_t begin = file.rfind('_') + 1;
    return file.substr(begin, file.rfind('.') - begin);
}

json ofDebianPackage(const std::string &nameAndVersion, const WantedFile &file)
{
    const std::size_t blank = nameAndVersion.find(' ');
    const std::string name = nameAndVersion.substr(0, blank);
    const std::string version = nameAndVersion.substr(blank + 1);
    return component(name, version,
                     "pkg:deb/debian/" + urlEncode(name) + "@" + urlEncode(version) + "?arch=" + architectureOf(file.name),
                     file);
}

/// "pypi:NAME@VERSION" and "npm:@SCOPE/NAME@VERSION" as package URLs write them.
json ofPackage(const RecipeInput &input)
{
    const std::string &source = input.file.sources.front();
    const std::size_t colon = source.find(':');
    const std::size_t at = source.rfind('@');
    const std::string name = source.substr(colon + 1, at - colon - 1);
    const std::string version = source.substr(at + 1);
    std::string path = name;
    if (path.starts_with('@'))
        path.replace(0, 1, "%40");
    json entry = component(name, version, "pkg:" + source.substr(0, colon) + "/" + path + "@" + urlEncode(version),
                           input.file);
    if (!input.licence.empty())
        entry["licenses"] = {{{"expression", input.licence}}};
    return entry;
}

} // namespace

json billOfMaterials(const Recipe &recipe)
{
    json components = json::array();
    std::map<std::string, std::size_t> known; // two lock files may share a package, one of them only to build with
    const auto add = [&](json entry) {
        const auto [at, isNew] = known.emplace(entry["bom-ref"].get<std::string>(), components.size());
        if (isNew)
            components.push_back(std::move(entry));
        else if (!entry.contains("scope"))
            components[at->second].erase("scope");
    };
    for (const RecipeInput &input : recipe.inputs) {
        if (input.rootfsTar.empty())
            add(ofPackage(input));
        const bool stays = input.rootfsTar == rootOfImage;
        for (std::size_t index = 0; index < input.debVersions.size(); ++index) {
            json entry = ofDebianPackage(input.debVersions[index], input.debs[index]);
            if (!stays)
                entry["scope"] = "excluded";
            add(std::move(entry));
        }
    }
    return {{"bomFormat", "CycloneDX"},
            {"specVersion", "1.5"},
            {"version", 1},
            {"metadata",
             {{"component",
               {{"type", "container"}, {"bom-ref", recipe.id}, {"name", "firstlight/" + recipe.id}, {"version", recipe.digest}}}}},
            {"components", std::move(components)}};
}

} // namespace firstlight
