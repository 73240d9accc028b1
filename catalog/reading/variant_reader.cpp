#include "catalog/reading/variant_reader.h"

#include "catalog/reading/interface_reader.h"
#include "catalog/reading/placeholders.h"
#include "catalog/reading/requirement_reader.h"
#include "core/nearest.h"

#include <algorithm>
#include <regex>
#include <set>

namespace firstlight {

namespace {

const std::vector<Field<Resources>> &resourceFields()
{
    static const std::vector<Field<Resources>> fields = {
        fieldOf<Resources>("overhead", Presence::Optional, &Resources::overheadBytes, readSize),
        fieldOf<Resources>("image", Presence::Optional, &Resources::imageBytes, readSize),
        fieldOf<Resources>("build", Presence::Optional, &Resources::buildBytes, readSize),
        fieldOf<Resources>("temporary", Presence::Optional, &Resources::temporaryBytes, readSize),
    };
    return fields;
}

Result<std::vector<int>> readContexts(const Place &place)
{
    constexpr int longest = 16 << 20;
    Result<std::vector<int>> contexts = listOf(integerBetween(1, longest))(place);
    if (contexts
        && (contexts->empty() || !std::is_sorted(contexts->begin(), contexts->end(), std::less_equal<>())))
        return fail(wrongValue(place, "[ 2048, 4096, 8192 ]"));
    return contexts;
}

const std::vector<Field<Tuning>> &tuningFields()
{
    static const std::vector<Field<Tuning>> fields = {
        {"threads", Presence::Optional,
         [](const Place &place, Tuning &tuning) -> Result<void> {
             if (Result<std::string> rule = oneOf({"fast-cores"})(place); !rule)
                 return fail(rule.error());
             tuning.threads = true;
             return {};
         }},
        fieldOf<Tuning>("context", Presence::Optional, &Tuning::contextTokens, readContexts),
        fieldOf<Tuning>("gpu_layers", Presence::Optional, &Tuning::gpuLayers, readBoolean),
    };
    return fields;
}

/// A regular expression with the group whose match is what was found.
Result<std::string> readLogPattern(const Place &place)
{
    Result<std::string> pattern = readRegex(place);
    if (pattern && compiled(*pattern).mark_count() == 0)
        return fail(wrongValue(place, "(…)"));
    return pattern;
}

const std::vector<Field<Proof>> &proofFields()
{
    static const std::vector<Field<Proof>> fields = {
        fieldOf<Proof>("what", Presence::Required, &Proof::what, readId),
        fieldOf<Proof>("log", Presence::Required, &Proof::logPattern, readLogPattern),
        fieldOf<Proof>("expect", Presence::Optional, &Proof::expected, readRegex),
    };
    return fields;
}

Result<std::map<std::string, std::string>> readEnvironment(const Place &place)
{
    const auto entries = mapEntries(place, "[A-Za-z_][A-Za-z0-9_]*");
    if (!entries)
        return fail(entries.error());
    std::map<std::string, std::string> environment;
    for (const auto &[name, entry] : *entries) {
        const Result<std::string> value = readScalar(entry);
        if (!value)
            return fail(value.error());
        environment.emplace(name, *value);
    }
    return environment;
}

Result<Precision> readPrecision(const Place &place)
{
    static const std::vector<std::string> names = {"f32", "f16", "bf16", "int8", "int4"};
    const Result<std::string> word = oneOf(names)(place);
    if (!word)
        return fail(word.error());
    return static_cast<Precision>(std::find(names.begin(), names.end(), *word) - names.begin());
}

/// Files of accelerators, and nothing else below /dev: a catalog must not be able to ask for a disk.
Result<std::string> readDevice(const Place &place)
{
    static const auto device = matching(
        "/dev/(dri(/(renderD|card)[0-9]+)?|kfd|accel(/accel[0-9]+)?|dxg"
        "|nvidia[a-z0-9-]*|nvhost-[a-z0-9-]+|nvmap|davinci[0-9]+|davinci_manager|devmm_svm|hisi_hdc"
        "|mtgpu[.0-9]*|mthreads[0-9]+|cambricon_[a-z0-9]+|iluvatar[0-9]+|xpu[a-z0-9]*|xpuctrl|mxcd|mxgpu[0-9]"
        "*"
        "|hl[0-9]+|hl_controlD[0-9]+|infiniband/[a-z0-9_]+|tenstorrent(/[0-9]+)?|apex_[0-9]+|hailo[0-9]+"
        "|mkfd|hygon[a-z0-9]*|enflame[a-z0-9]*|gcu[a-z0-9]*|qaic[a-z0-9]*|bus/usb)"
        "|[a-z0-9.-]+/[a-z0-9_.-]+=[A-Za-z0-9_.:-]+",
        "/dev/dri, /dev/kfd, /dev/accel, vendor.com/class=name");
    return device(place);
}

/// A folder inside the container that is the demo's own.
Result<std::string> readDataFolder(const Place &place)
{
    static const auto path = matching("(/[A-Za-z0-9_.][A-Za-z0-9_. -]*)+", "/folder/inside");
    Result<std::string> folder = path(place);
    if (!folder)
        return folder;
    const std::string whole = *folder + "/";
    for (const char *taken : {"/proc/", "/sys/", "/dev/", "/run/firstlight/", "/models/", "/tmp/"}) {
        if (whole == taken || (whole.starts_with(taken) && std::string_view(taken) != "/tmp/"))
            return fail(wrongValue(place, "/folder/inside"));
    }
    if (whole.find("/../") != std::string::npos || whole.find("/./") != std::string::npos)
        return fail(wrongValue(place, "/folder/inside"));
    return folder;
}

const std::vector<Field<Variant>> &variantFields()
{
    static const std::vector<Field<Variant>> fields = {
        fieldOf<Variant>("id", Presence::Required, &Variant::id, readId),
        fieldOf<Variant>("build", Presence::Optional, &Variant::recipe, readId),
        fieldOf<Variant>(
            "image", Presence::Optional, &Variant::image,
            matching("[a-z0-9.-]+(:[0-9]+)?(/[a-z0-9._-]+)+(:[A-Za-z0-9_.-]+)?(@sha256:[0-9a-f]{64})?",
                     "registry/name:tag, registry/name@sha256:[0-9a-f]{64}")),
        fieldOf<Variant>("unlocked", Presence::Optional, &Variant::unlocked, readBoolean),
        fieldOf<Variant>("models", Presence::Optional, &Variant::models, listOf(readText)),
        fieldOf<Variant>("model_writable", Presence::Optional, &Variant::modelWritable, readBoolean),
        fieldOf<Variant>("requires", Presence::Required, &Variant::requires_, readRequirement),
        fieldOf<Variant>("resources", Presence::Optional, &Variant::resources,
                         structOf<Resources>(resourceFields)),
        fieldOf<Variant>("tune", Presence::Optional, &Variant::tuning, structOf<Tuning>(tuningFields)),
        fieldOf<Variant>("accelerated", Presence::Optional, &Variant::accelerated, readBoolean),
        fieldOf<Variant>("precision", Presence::Optional, &Variant::precision, readPrecision),
        fieldOf<Variant>("interface", Presence::Optional, &Variant::interface, readInterface),
        fieldOf<Variant>("ready", Presence::Optional, &Variant::ready, readReadiness),
        fieldOf<Variant>("entrypoint", Presence::Optional, &Variant::entrypoint, listOf(readScalar)),
        fieldOf<Variant>("args", Presence::Optional, &Variant::arguments, listOf(readScalar)),
        fieldOf<Variant>("env", Presence::Optional, &Variant::environment, readEnvironment),
        fieldOf<Variant>("devices", Presence::Optional, &Variant::devices, listOf(readDevice)),
        fieldOf<Variant>("permissions", Presence::Optional, &Variant::permissions,
                         listOf(matching("network|writable-root|image-user|capability:[A-Z_]+",
                                         "network, writable-root, image-user, capability:NAME"))),
        fieldOf<Variant>("data", Presence::Optional, &Variant::dataFolders, listOf(readDataFolder)),
        fieldOf<Variant>("shm", Presence::Optional, &Variant::sharedMemoryBytes, readSize),
        fieldOf<Variant>("proofs", Presence::Optional, &Variant::proofs,
                         listOf(structOf<Proof>(proofFields))),
        fieldOf<Variant>("weight", Presence::Optional, &Variant::weight, integerBetween(-1000, 1000)),
    };
    return fields;
}

/// Exactly one of build and image; `unlocked` says of an image whether it is a tag.
Result<void> checkImage(const Place &place, const Variant &variant)
{
    if (variant.recipe.empty() && variant.image.empty())
        return fail(missingField(place, "image"));
    const std::optional<Place> image = entryNamed(place, "image");
    if (!variant.recipe.empty() && image)
        return fail(wrongValue(*image, "build, image"));
    const std::optional<Place> unlocked = entryNamed(place, "unlocked");
    const bool tag = !variant.image.empty() && variant.image.find("@sha256:") == std::string::npos;
    if (tag && !variant.unlocked)
        return fail(unlocked ? wrongValue(*unlocked, "true") : missingField(place, "unlocked"));
    if (!tag && variant.unlocked)
        return fail(wrongValue(*unlocked, "false"));
    return {};
}

Result<void> checkModels(const Place &place, const std::map<std::string, Model> &models)
{
    const std::optional<Place> list = entryNamed(place, "models");
    if (!list)
        return {};
    std::vector<std::string> known;
    for (const auto &[id, model] : models)
        known.push_back(id);
    const Result<std::vector<Place>> items = listItems(*list);
    std::set<std::string> seen;
    for (const Place &item : *items) {
        if (!models.contains(item.value->text))
            return fail(dangling(item, item.value->text, nearest(item.value->text, known)));
        if (!seen.insert(item.value->text).second)
            return fail(damaged("catalog-field-twice", item));
    }
    return {};
}

bool hasPermission(const Variant &variant, const std::string &name)
{
    return std::find(variant.permissions.begin(), variant.permissions.end(), name)
           != variant.permissions.end();
}

/// Without a socket a demo is reached by a network, and what downloads its own weights needs one too: then
/// the person must be able to read so.
Result<void> checkNetwork(const Place &place, const Variant &variant, const Demo &demo)
{
    if (hasPermission(variant, "network"))
        return {};
    const bool downloads
        = std::any_of(variant.models.begin(), variant.models.end(),
                      [&](const std::string &id) { return demo.models.at(id).delivery == Delivery::Engine; });
    if (interfaceOf(demo, variant).socket && !downloads)
        return {};
    const std::optional<Place> permissions = entryNamed(place, "permissions");
    return fail(permissions ? wrongValue(*permissions, "network") : missingField(place, "permissions"));
}

/// \a ids are those of the variants before it.
Result<Variant> readVariant(const Place &place, const Demo &demo, std::set<std::string> &ids)
{
    Result<Variant> variant = structOf<Variant>(variantFields)(place);
    if (!variant)
        return variant;
    if (!ids.insert(variant->id).second)
        return fail(damaged("catalog-field-twice", *entryNamed(place, "id")));
    FirstFault fault;
    for (const Result<void> &checked : {checkImage(place, *variant), checkModels(place, demo.models)}) {
        if (!checked && fault.ends(checked.error()))
            break;
    }
    if (fault.error)
        return fail(*std::move(fault.error));
    // These look models up, which are known only now.
    for (const Result<void> &checked :
         {checkPlaceholders(place, *variant, demo), checkNetwork(place, *variant, demo)}) {
        if (!checked && fault.ends(checked.error()))
            break;
    }
    if (fault.error)
        return fail(*std::move(fault.error));
    return variant;
}

} // namespace

Result<std::vector<Variant>> readVariants(const Place &place, const Demo &demo)
{
    const Result<std::vector<Place>> items = listItems(place);
    if (!items)
        return fail(items.error());
    if (items->empty())
        return fail(wrongValue(place, "[ … ]"));
    std::vector<Variant> variants;
    std::set<std::string> ids;
    FirstFault fault;
    for (const Place &item : *items) {
        Result<Variant> variant = readVariant(item, demo, ids);
        if (variant)
            variants.push_back(*std::move(variant));
        else if (fault.ends(variant.error()))
            break;
    }
    if (fault.error)
        return fail(*std::move(fault.error));
    return variants;
}

} // namespace firstlight
