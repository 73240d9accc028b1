#include "catalog/bill_of_materials.h"
#include "cli/commands.h"
#include "core/files.h"
#include "core/json_lines.h"

#include <algorithm>

namespace firstlight {

namespace {

using nlohmann::json;

constexpr std::size_t attributionsLimit = 1u << 20;

/// What is in an image that we build, and under which licence.
struct ImageLicences {
    std::string variant;
    std::string attributions; ///< the image's own /licenses/README
    json packages;            ///< components of its bill of materials
};

Result<ImageLicences> licencesOf(const Variant &variant)
{
    const auto recipe = loadRecipe(variant.recipesFolder, variant.recipe);
    if (!recipe)
        return fail(recipe.error());
    ImageLicences image{.variant = variant.id,
                        .attributions = {},
                        .packages = billOfMaterials(*recipe)["components"]};
    if (const auto file = recipe->contextFiles.find("licenses/README"); file != recipe->contextFiles.end()) {
        auto text = readFile(file->second, attributionsLimit);
        if (!text)
            return fail(text.error());
        image.attributions = *std::move(text);
    }
    return image;
}

/// The one that was named; else those for this kind of processor, and for programs all.
bool isWanted(const Variant &variant, const Session &session, const Machine &machine)
{
    if (!session.options().variant.empty())
        return variant.id == session.options().variant;
    const std::vector<std::string> &known = variant.architectures;
    return session.options().json || known.empty()
           || std::find(known.begin(), known.end(), machine.cpu.architecture) != known.end();
}

json toJson(const Demo &demo, const std::vector<ImageLicences> &images)
{
    json models = json::object();
    for (const auto &[id, model] : demo.models)
        models[id] = model.licence;
    json list = json::array();
    for (const ImageLicences &image : images)
        list.push_back({{"variant", image.variant},
                        {"attributions", image.attributions},
                        {"packages", image.packages}});
    return {{"demo", demo.id},
            {"code", demo.codeLicence},
            {"weights", demo.weightsLicence},
            {"models", std::move(models)},
            {"images", std::move(list)}};
}

void writeImage(const Session &session, const ImageLicences &image)
{
    const Terminal &out = session.out();
    out.line("");
    out.line("  " + out.bold(image.variant));
    for (std::size_t begin = 0; begin < image.attributions.size();) {
        const std::size_t end = std::min(image.attributions.find('\n', begin), image.attributions.size());
        out.line("    " + image.attributions.substr(begin, end - begin));
        begin = end + 1;
    }
    std::vector<std::vector<std::string>> rows;
    std::string debian;
    for (const json &package : image.packages) {
        if (package.contains("scope"))
            continue; // it was only there to build with
        const std::string name = package["name"];
        if (package["purl"].get_ref<const std::string &>().starts_with("pkg:deb/"))
            debian += (debian.empty() ? "" : ", ") + name;
        else
            rows.push_back({name, package["version"],
                            package.contains("licenses") ? package["licenses"][0]["expression"].get<std::string>()
                                                         : session.say({"see above", "见上"})});
    }
    out.table(rows);
    if (!debian.empty())
        out.line("  " + session.say({"Debian packages: ", "Debian 软件包："}) + debian);
    out.line("  " + session.say({"The full texts are in the image, below /licenses and /usr/share/doc.",
                                 "完整文本在镜像中的 /licenses 和 /usr/share/doc 下。"}));
}

} // namespace

int showLicences(const Session &session, const Demo &demo)
{
    const auto machine = session.machine();
    if (!machine)
        return session.report(machine.error());
    std::vector<ImageLicences> images;
    for (const Variant &variant : demo.variants) {
        if (variant.recipe.empty() || !isWanted(variant, session, *machine))
            continue;
        auto image = licencesOf(variant);
        if (!image)
            return session.report(image.error());
        images.push_back(*std::move(image));
    }
    if (session.options().json) {
        writeJsonLine(stdout, toJson(demo, images));
        return 0;
    }
    std::vector<std::vector<std::string>> rows{
        {session.say({"code", "代码"}), demo.codeLicence},
        {session.say({"weights", "权重"}), demo.weightsLicence}};
    for (const auto &[id, model] : demo.models)
        rows.push_back({model.name, model.licence});
    session.out().table(rows);
    for (const ImageLicences &image : images)
        writeImage(session, image);
    return 0;
}

int showBillOfMaterials(const Session &session, const Demo &demo)
{
    for (const Variant &variant : demo.variants) {
        const bool wanted = session.options().variant.empty() || variant.id == session.options().variant;
        if (variant.recipe.empty() || !wanted)
            continue;
        const auto recipe = loadRecipe(variant.recipesFolder, variant.recipe);
        if (!recipe)
            return session.report(recipe.error());
        session.out().write(billOfMaterials(*recipe).dump(2) + "\n");
        return 0;
    }
    return session.report({.code = "no-own-image",
                           .facts = {{"demo", demo.id}, {"variant", session.options().variant}},
                           .kind = ErrorKind::BadInput});
}

} // namespace firstlight
