#include "runners/plan/planner.h"

#include "runners/images/recipe_build.h"

#include <algorithm>
#include <utility>

namespace firstlight {

namespace {

constexpr std::uint64_t mebibyte = 1ull << 20;
constexpr std::uint64_t gibibyte = 1ull << 30;
constexpr auto socketFolder = "/run/firstlight";
constexpr auto modelFolder = "/models";
// A user id that no distribution gives to anybody, as distroless images use it.
constexpr auto unprivilegedUser = "65532:65532";

const Variant &variantOf(const Demo &demo, const std::string &id)
{
    return *std::find_if(demo.variants.begin(), demo.variants.end(),
                         [&](const Variant &variant) { return variant.id == id; });
}

bool hasPermission(const Variant &variant, const std::string &name)
{
    return std::find(variant.permissions.begin(), variant.permissions.end(), name)
           != variant.permissions.end();
}

ImageNeed imageFor(const Variant &variant, const std::optional<Recipe> &recipe)
{
    if (recipe)
        return {.recipe = recipe->id,
                .recipesFolder = recipe->folder.parent_path().string(),
                .recipeDigest = recipe->digest,
                .reference = recipeReference(*recipe),
                .unlocked = false};
    return {.recipe = {},
            .recipesFolder = {},
            .recipeDigest = {},
            .reference = variant.image,
            .unlocked = variant.unlocked};
}

Publication publicationFor(const Demo &demo, const Variant &variant, int hostPort)
{
    Publication publication;
    const Interface &interface = interfaceOf(demo, variant);
    publication.throughSocket = interface.socket && !hasPermission(variant, "network");
    publication.socketPath = publication.throughSocket ? std::string(socketFolder) + "/demo.sock" : "";
    publication.containerPort = interface.port;
    publication.hostPort = hostPort;
    publication.webPath = interface.webPath;
    publication.api = interface.api;
    return publication;
}

std::string replaced(std::string text, const std::map<std::string, std::string> &values)
{
    for (const auto &[name, value] : values) {
        const std::string placeholder = "{" + name + "}";
        for (auto at = text.find(placeholder); at != std::string::npos;
             at = text.find(placeholder, at + value.size()))
            text.replace(at, placeholder.size(), value);
    }
    return text;
}

/// What the demo may take before it is stopped: twice the prediction, since a prediction is no promise, but
/// never so much that the computer itself is left without memory.
std::optional<TunedSetting> memoryLimit(const VariantChoice &choice, const Memory &memory,
                                        std::uint64_t extra)
{
    if (!choice.estimate.memoryBytes)
        return std::nullopt;
    const std::uint64_t predicted = *choice.estimate.memoryBytes + extra;
    std::uint64_t limit = std::max(2 * predicted, predicted + gibibyte);
    if (memory.availableBytes) {
        const std::uint64_t reserve = std::max(512 * mebibyte, *memory.availableBytes / 20);
        const std::uint64_t most = *memory.availableBytes > reserve ? *memory.availableBytes - reserve : 0;
        limit = std::max(std::min(limit, most), predicted);
    }
    limit = limit / mebibyte * mebibyte;
    return TunedSetting{.name = "memory-limit",
                        .value = std::to_string(limit),
                        .reason = "twice-the-prediction",
                        .facts = {{"predicted", std::to_string(predicted)}}};
}

/// The CPU set is asked for only where this process may use fewer CPUs than there are, and the engine can set
/// it.
std::optional<CpuList> cpusetFor(const Machine &machine)
{
    const Cpu &cpu = machine.cpu;
    if (!cpu.allowed || !cpu.online || *cpu.allowed == *cpu.online || !machine.engines)
        return std::nullopt;
    const auto &delegated = machine.engines->delegatedControllers;
    const bool settable = !machine.engines->rootless
                          || std::find(delegated.begin(), delegated.end(), "cpuset") != delegated.end();
    return settable ? cpu.allowed : std::nullopt;
}

std::vector<Mount> mountsFor(const Publication &publication, const std::uint64_t temporaryBytes)
{
    std::vector<Mount> mounts;
    mounts.push_back({.kind = Mount::Kind::Tmpfs,
                      .source = {},
                      .target = "/tmp",
                      .readOnly = false,
                      .sizeBytes = temporaryBytes});
    if (publication.throughSocket)
        mounts.push_back(
            {.kind = Mount::Kind::Socket, .source = {}, .target = socketFolder, .readOnly = false});
    return mounts;
}

/// Folders that stay: each is a volume of this variant's own, since another program writes other files.
void addData(const Variant &variant, LaunchPlan &plan)
{
    int number = 0;
    for (const std::string &folder : variant.dataFolders)
        plan.mounts.push_back({.kind = Mount::Kind::Volume,
                               .source = plan.name + "-" + variant.id + "-" + std::to_string(++number),
                               .target = folder,
                               .readOnly = false});
}

/// One file of a model: fetched before the start, read-only inside.
std::string addFile(const WantedFile &file, const std::string &folder, const std::filesystem::path &storeRoot,
                    LaunchPlan &plan)
{
    std::string inside = folder + "/" + file.name;
    plan.files.push_back(file);
    plan.mounts.push_back(
        {.kind = Mount::Kind::Bind,
         .source = file.sha256 ? Store(storeRoot).blobPath(*file.sha256).string() : std::string(),
         .target = inside});
    return inside;
}

/// What Firstlight fetches, and what the placeholders of the model stand for.
void addModel(const Model &model, const std::filesystem::path &storeRoot, LaunchPlan &plan,
              std::map<std::string, std::string> &values)
{
    values["model.huggingface"] = model.hub.huggingface;
    values["model.modelscope"] = model.hub.modelscope;
    if (model.delivery != Delivery::Store)
        return;
    values["model"] = addFile(model.file, modelFolder, storeRoot, plan);
    for (const auto &[part, file] : model.furtherFiles) // in folders of their own: names may be the same
        values["model." + part] = addFile(file, std::string(modelFolder) + "/" + part, storeRoot, plan);
}

bool hasPlaceholder(const std::string &text)
{
    return text.find(secretPlaceholder) != std::string::npos;
}

} // namespace

bool usesSecret(const LaunchPlan &plan)
{
    return hasPlaceholder(plan.publication.webPath)
           || std::any_of(plan.arguments.begin(), plan.arguments.end(), hasPlaceholder)
           || std::any_of(plan.entrypoint.begin(), plan.entrypoint.end(), hasPlaceholder)
           || std::any_of(plan.environment.begin(), plan.environment.end(),
                          [](const auto &variable) { return hasPlaceholder(variable.second); });
}

LaunchPlan makePlan(const PlanInputs &inputs)
{
    const Demo &demo = inputs.demo;
    const Variant &variant = variantOf(demo, inputs.choice.variant);
    LaunchPlan plan;
    plan.demo = demo.id;
    plan.variant = variant.id;
    plan.name = "firstlight-" + demo.id;
    plan.image = imageFor(variant, inputs.recipe);
    plan.devices = variant.devices;
    plan.publication = publicationFor(demo, variant, inputs.hostPort);
    plan.readyPath = readinessOf(demo, variant).httpPath;
    plan.readyWithin = readinessOf(demo, variant).within;
    for (const Proof &proof : variant.proofs)
        plan.proofs.push_back({proof.what, proof.logPattern, proof.expected});

    std::map<std::string, std::string> values{
        {"listen", plan.publication.throughSocket ? plan.publication.socketPath : "0.0.0.0"},
        {"port", std::to_string(plan.publication.containerPort)}};
    std::uint64_t temporaryBytes = 64 * mebibyte;
    // An engine that opens its model for writing works on a copy there.
    const auto model = demo.models.find(inputs.choice.model);
    if (variant.modelWritable && model != demo.models.end())
        temporaryBytes += model->second.file.sizeBytes.value_or(0);
    plan.mounts = mountsFor(plan.publication, temporaryBytes);
    if (model != demo.models.end())
        addModel(model->second, inputs.storeRoot, plan, values);
    addData(variant, plan);
    plan.sharedMemoryBytes = variant.sharedMemoryBytes;
    if (variant.tuning.threads) {
        plan.tuned.push_back(chooseThreads(inputs.machine.cpu));
        plan.threads = std::stoi(plan.tuned.back().value);
        values["threads"] = plan.tuned.back().value;
    }
    // Every engine takes a number beyond the model's layers for all of them.
    values["gpu_layers"] = std::to_string(inputs.choice.gpuLayers.value_or(999));
    if (inputs.choice.contextTokens) {
        plan.contextTokens = inputs.choice.contextTokens;
        values["context"] = std::to_string(*plan.contextTokens);
        plan.tuned.push_back(
            {.name = "context", .value = values["context"], .reason = "largest-that-fits", .facts = {}});
    }
    for (const std::string &argument : variant.entrypoint)
        plan.entrypoint.push_back(replaced(argument, values));
    for (const std::string &argument : variant.arguments)
        plan.arguments.push_back(replaced(argument, values));
    for (const auto &[name, value] : variant.environment)
        plan.environment[name] = replaced(value, values);

    if (auto limit = memoryLimit(inputs.choice, inputs.machine.memory, temporaryBytes)) {
        plan.limits.memoryBytes = std::stoull(limit->value);
        plan.tuned.push_back(*limit);
    }
    plan.limits.cpuset = cpusetFor(inputs.machine);
    // The engine may put the container outside of the cgroup that limits this process.
    plan.limits.cpus = inputs.machine.cpu.quotaCpus;
    plan.security.permissions = variant.permissions;
    plan.security.readOnlyRoot = !hasPermission(variant, "writable-root");
    // Rootless, root inside is this user and holds no more rights than this user; under root it would be the
    // real one.
    const bool rootful = inputs.machine.engines && !inputs.machine.engines->rootless;
    plan.security.user = rootful && !hasPermission(variant, "image-user") ? unprivilegedUser : "";
    plan.labels = {{"org.firstlight.demo", plan.demo},
                   {"org.firstlight.variant", plan.variant},
                   {"org.firstlight.web", plan.publication.webPath},
                   {"org.firstlight.ready", plan.readyPath}};
    return plan;
}

} // namespace firstlight
