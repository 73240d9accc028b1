#pragma once

#include "runners/plan/launch_plan.h"
#include "runners/podman/spec.h"

/// Two plans that between them use everything that a plan can say.
namespace firstlight::plans {

/// No network, every limit, every hardening setting.
inline LaunchPlan chat()
{
    LaunchPlan plan;
    plan.demo = "chat";
    plan.variant = "llamacpp-packages";
    plan.name = "firstlight-chat";
    plan.image = {.recipe = "chat-llamacpp",
                  .recipeDigest = std::string(64, 'b'),
                  .reference = "localhost/firstlight/chat-llamacpp:bbbbbbbbbbbbbbbb",
                  .unlocked = false};
    plan.arguments = {"-m", "/models/tiny.gguf", "--threads", "4", "--host", "/run/firstlight/demo.sock"};
    plan.environment = {{"LC_ALL", "C.UTF-8"}, {"PROMPT", "say \"hi\", then wait"}};
    plan.mounts
        = {{.kind = Mount::Kind::Tmpfs,
            .source = {},
            .target = "/tmp",
            .readOnly = false,
            .sizeBytes = 64u << 20},
           {.kind = Mount::Kind::Socket, .source = {}, .target = "/run/firstlight", .readOnly = false},
           {.kind = Mount::Kind::Bind, .source = "/store/blobs/sha256/aaaa", .target = "/models/tiny.gguf"}};
    plan.limits = {.memoryBytes = 512u << 20, .cpus = 1.5, .cpuset = CpuList{0, 1, 2, 6}, .processes = 256};
    plan.threads = 4;
    plan.contextTokens = 4096;
    plan.publication = {.throughSocket = true,
                        .socketPath = "/run/firstlight/demo.sock",
                        .containerPort = 8080,
                        .hostPort = 0,
                        .webPath = "/",
                        .api = "openai"};
    plan.readyPath = "/health";
    plan.security = {.readOnlyRoot = true,
                     .dropAllCapabilities = true,
                     .noNewPrivileges = true,
                     .user = "65532:65532",
                     .permissions = {}};
    plan.tuned = {{.name = "threads", .value = "4", .reason = "one-a-core", .facts = {{"cores", "4"}}}};
    plan.proofs = {{.what = "threads", .logPattern = "n_threads = ([0-9]+)", .expected = "4"}};
    plan.labels = {{"org.firstlight.demo", "chat"}, {"org.firstlight.variant", "llamacpp-packages"}};
    return plan;
}

/// A published port, devices, an overlay, an entrypoint and all permissions.
inline LaunchPlan studio()
{
    LaunchPlan plan;
    plan.demo = "studio";
    plan.variant = "cuda";
    plan.name = "firstlight-studio";
    plan.image = {.recipe = {},
                  .recipeDigest = {},
                  .reference = "ghcr.io/example/studio@sha256:" + std::string(64, 'c'),
                  .unlocked = false};
    plan.entrypoint = {"/usr/bin/python3", "-u"};
    plan.arguments = {"server.py", "--port=7860"};
    plan.devices = {"/dev/dri", "/dev/kfd", "nvidia.com/gpu=all"};
    plan.mounts
        = {{.kind = Mount::Kind::Tmpfs, .source = {}, .target = "/tmp", .readOnly = false, .sizeBytes = 0},
           {.kind = Mount::Kind::Overlay, .source = "/store/tree", .target = "/data", .readOnly = false},
           {.kind = Mount::Kind::Bind, .source = "/store/voices, and \"more\"", .target = "/voices"},
           {.kind = Mount::Kind::Bind, .source = "/store/out", .target = "/out", .readOnly = false},
           {.kind = Mount::Kind::Bind, .source = "/usr/lib/firmware", .target = "/firmware"}};
    plan.publication = {.throughSocket = false,
                        .socketPath = {},
                        .containerPort = 7860,
                        .hostPort = 0,
                        .webPath = "/ui/",
                        .api = "gradio"};
    plan.readyPath = "/startup";
    plan.security = {.readOnlyRoot = false,
                     .dropAllCapabilities = true,
                     .noNewPrivileges = true,
                     .user = {},
                     .permissions = {"network", "writable-root", "image-user", "capability:SYS_NICE"}};
    plan.labels = {{"org.firstlight.demo", "studio"}, {"org.firstlight.variant", "cuda"}};
    return plan;
}

inline LaunchPlace placeOf(const LaunchPlan &plan)
{
    LaunchPlace place;
    place.image = std::string(64, 'd');
    place.hostPort = 41873;
    if (plan.publication.throughSocket)
        place.demoFolder = "/run/firstlight/demos/" + plan.demo + "/Xy12Z9";
    if (!plan.devices.empty())
        place.deviceGroups = {44, 105};
    return place;
}

} // namespace firstlight::plans
