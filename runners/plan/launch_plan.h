#pragma once

#include "core/result.h"
#include "hardware/cpu_list.h"
#include "transfer/store.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

namespace firstlight {

/// Everything about one launch, settled before anything happens. Pure data: outputs (libpod body, `podman
/// run` line, …) are made from it and from nothing else. Sizes are in bytes.

struct ImageNeed {
    std::string recipe; ///< id of a recipe of ours; then `reference` is the local tag that the build gets
    std::string recipesFolder; ///< that holds the recipe
    std::string recipeDigest;  ///< what the image must have been built from
    std::string
        reference; ///< localhost/firstlight/<recipe>:<16 digits of the digest>, or as the catalog names it
    bool unlocked = false; ///< a tag: resolved to a digest at launch, shown, and remembered

    bool operator==(const ImageNeed &) const = default;
};

struct Mount {
    enum class Kind {
        Bind,    ///< source is a file or folder of the host
        Overlay, ///< source is a folder; writes go to a layer that vanishes with the container
        Tmpfs,   ///< in memory, `sizeBytes` at most
        Volume,  ///< source is the name of a volume of the engine, which stays when the container goes
        Socket,  ///< source is made at launch: the folder that the demo's unix socket appears in
    };
    Kind kind = Kind::Bind;
    std::string source;
    std::string target;
    bool readOnly = true;
    std::uint64_t sizeBytes = 0;

    bool operator==(const Mount &) const = default;
};

struct Limits {
    std::optional<std::uint64_t> memoryBytes; ///< memory and swap together
    std::optional<double> cpus;               ///< CPU time, in CPUs
    std::optional<CpuList> cpuset;            ///< nullopt: all CPUs of the host
    int processes = 512;

    bool operator==(const Limits &) const = default;
};

/// How the demo is reached. The published address is always 127.0.0.1.
struct Publication {
    /// The demo has no network at all; it listens on `socketPath` inside and a forwarder joins that to the
    /// port.
    bool throughSocket = true;
    std::string socketPath; ///< inside the container, when throughSocket
    int containerPort = 0;  ///< otherwise: published by the engine
    int hostPort = 0;       ///< 0: a free one is chosen at launch
    std::string webPath;    ///< "/"
    std::string api;

    bool operator==(const Publication &) const = default;
};

struct Security {
    bool readOnlyRoot = true;
    bool dropAllCapabilities = true;
    bool noNewPrivileges = true;
    std::string user;                     ///< "65532:65532"; empty: the image's own
    std::vector<std::string> permissions; ///< from the catalog, shown to the person

    bool operator==(const Security &) const = default;
};

/// A setting that was chosen for this machine, and the typed reason: {"threads", "2", "cpu-allowance",
/// {{"cpus", "2"}}}.
struct TunedSetting {
    std::string name;
    std::string value;
    std::string reason;
    std::map<std::string, std::string> facts;

    bool operator==(const TunedSetting &) const = default;
};

/// See catalog Proof: what the log must show once the demo answers.
struct ProofNeed {
    std::string what;
    std::string logPattern;
    std::string expected;

    bool operator==(const ProofNeed &) const = default;
};

struct LaunchPlan {
    std::string schema = "firstlight-plan/1";
    std::string demo;
    std::string variant;
    std::string name; ///< of the container: firstlight-<demo>
    ImageNeed image;
    std::vector<WantedFile> files;       ///< must be in the store before the start; mounts name their blobs
    std::vector<std::string> entrypoint; ///< empty: the image's own
    std::vector<std::string> arguments;
    std::map<std::string, std::string> environment;
    std::vector<std::string> devices; ///< paths below /dev or CDI names
    std::vector<Mount> mounts;
    std::optional<std::uint64_t> sharedMemoryBytes; ///< size of /dev/shm; nullopt: the engine's default
    Limits limits;
    std::optional<int> threads;
    std::optional<int> contextTokens;
    Publication publication;
    std::string readyPath;
    std::chrono::seconds readyWithin{120};
    Security security;
    std::vector<TunedSetting> tuned;
    std::vector<ProofNeed> proofs;
    std::map<std::string, std::string> labels; ///< org.firstlight.*: the only record of what runs

    bool operator==(const LaunchPlan &) const = default;
};

/// Stands in arguments, environment and page for a word that is made up at each start, as a password.
inline constexpr auto secretPlaceholder = "{secret}";
bool usesSecret(const LaunchPlan &plan);

nlohmann::json toJson(const LaunchPlan &plan);

} // namespace firstlight
