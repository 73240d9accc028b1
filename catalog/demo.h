#pragma once

#include "transfer/store.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace firstlight {

/// What a catalog file of schema `firstlight/1` says, as plain values. Sizes are in bytes. The loader has
/// checked that every name that is referred to exists, so nobody below looks twice.

/// A sentence that the author wrote, in both languages.
struct LocalizedText {
    std::string en;
    std::string zhCn;

    bool operator==(const LocalizedText &) const = default;
};

enum class DemoKind { Llm, Image, Voice, Singing, Tool };

/// Where in which file something stands, for messages. Lines and columns start at 1.
struct SourcePosition {
    int line = 0;
    int column = 0;

    bool operator==(const SourcePosition &) const = default;
};

/// Who brings the weights.
enum class Delivery {
    Store,  ///< Firstlight fetches and verifies them
    Engine, ///< the program in the image does, on first use
    Image,  ///< they are inside the image
};

/// What a demo makes, for speeds: tokens a second, seconds of sound a second, pictures or seconds of video a
/// second.
enum class WorkUnit { Token, AudioSecond, Picture, VideoSecond };

/// What one unit of output costs.
struct Work {
    WorkUnit unit = WorkUnit::Token;
    std::optional<std::uint64_t> operations; ///< multiplications and additions, counted one by one
    std::optional<std::uint64_t> readBytes;  ///< of weights, from memory
    std::optional<std::uint64_t> cycles;     ///< of one processor core, where nothing is done side by side

    bool operator==(const Work &) const = default;
};

/// The model's page on each hub, "OWNER/REPO"; empty: it is not there.
struct Hub {
    std::string huggingface;
    std::string modelscope;

    bool operator==(const Hub &) const = default;
};

/// Weights that a variant loads.
struct Model {
    std::string id;
    std::string name;                              ///< "SmolLM2 135M"
    std::string format;                            ///< gguf, safetensors, openvino, onnx, …
    std::optional<std::uint64_t> parameters;       ///< 135000000
    std::optional<std::uint64_t> activeParameters; ///< used for one token, of a mixture of experts
    std::string quantisation;                      ///< "Q4_K_M", for display
    std::optional<int> layers;                     ///< that can be put on an accelerator one by one
    std::optional<std::uint64_t>
        kvBytesPerToken;           ///< K and V of all layers at 16 bits, for one token of context
    std::optional<int> maxContext; ///< tokens the model was trained for
    std::string licence;           ///< SPDX where there is one
    Delivery delivery = Delivery::Store;
    Hub hub;
    std::optional<Work> work; ///< nullopt of a language model: derived from its size and parameters
    WantedFile file; ///< without sources unless Firstlight fetches it; its size is always the weights'
    std::map<std::string, WantedFile> furtherFiles; ///< that belong to it: "mmproj" → …

    bool operator==(const Model &) const = default;
};

/// How a person or a program reaches the demo.
struct Interface {
    std::string webPath; ///< "/"; empty: no page
    std::string api;     ///< "openai"; empty: none
    int port = 8080;     ///< that the server listens on inside
    bool socket = false; ///< it can listen on a unix socket instead, so it needs no network at all

    bool operator==(const Interface &) const = default;
};

struct Readiness {
    std::string httpPath; ///< answers 200 when the demo can be used
    std::chrono::seconds within{120};

    bool operator==(const Readiness &) const = default;
};

enum class Comparison { Equal, NotEqual, AtLeast, AtMost, HasAll, HasAny };

/// One comparison of something of the machine with what the author needs.
struct Term {
    std::string key; ///< see catalog/requirement_keys.h: arch, isa, flags, memory, vendor, compute, …
    Comparison comparison = Comparison::Equal;
    std::vector<std::string> values; ///< as written; quantities keep their unit

    bool operator==(const Term &) const = default;
};

/// A tree of terms. `Device` holds when one single accelerator satisfies all its children.
struct Requirement {
    enum class Kind { All, Any, Not, Device, Term };
    Kind kind = Kind::All;
    std::vector<Requirement> children;
    Term term; ///< for Kind::Term
    SourcePosition position;

    bool operator==(const Requirement &) const = default;
};

/// What the demo uses while it runs, beside weights and KV cache.
struct Resources {
    std::optional<std::uint64_t>
        overheadBytes; ///< memory of the runtime itself; measured or stated by upstream
    std::optional<std::uint64_t>
        imageBytes; ///< unpacked image on disk; nullopt: not known before the registry is asked
    std::optional<std::uint64_t> buildBytes;     ///< temporary disk while our recipe is built
    std::optional<std::uint64_t> temporaryBytes; ///< disk that it takes while it runs

    bool operator==(const Resources &) const = default;
};

/// Settings that the planner chooses for this machine.
struct Tuning {
    bool threads = false;           ///< "{threads}" follows the real CPU allowance
    bool gpuLayers = false;         ///< "{gpu_layers}" layers are on the accelerator: all, or as many as fit
    std::vector<int> contextTokens; ///< the largest that fits is taken; empty: the server's own default

    bool operator==(const Tuning &) const = default;
};

/// How to see in the log of the running demo that the plan came true.
struct Proof {
    std::string what;       ///< "cpu-build", "gpu"
    std::string logPattern; ///< ECMAScript regular expression; group 1 is what was found
    std::string expected;   ///< that group 1 must match; empty: only reported

    bool operator==(const Proof &) const = default;
};

/// What the engine's inner loops multiply in.
enum class Precision { F32, F16, Bf16, Int8, Int4 };

/// One way to run the demo.
struct Variant {
    std::string id;
    std::string recipe;                     ///< folder of images/ that builds the image; or
    std::string recipesFolder;              ///< the images/ that holds it, as loadCatalog() found it
    std::string image;                      ///< a reference on a registry, by digest where it is known
    std::vector<std::string> architectures; ///< of the recipe, as loadCatalog() read them; empty: any
    bool unlocked = false;                  ///< image is a tag: resolved, shown and remembered at launch
    std::vector<std::string> models;        ///< ids; the best that fits is taken, in the author's order
    bool modelWritable = false; ///< the engine opens the model for writing: it copies it to /tmp, which gets
                                ///< that much more room
    Requirement requires_;
    Resources resources;
    Tuning tuning;
    bool accelerated = false;            ///< uses the device that satisfied the requirement
    std::optional<Precision> precision;  ///< nullopt: 32 bits on a processor, 16 on an accelerator
    std::optional<Interface> interface;  ///< instead of the demo's
    std::optional<Readiness> ready;      ///< instead of the demo's
    std::vector<std::string> entrypoint; ///< empty: the image's own
    std::vector<std::string> arguments;  ///< with {model} {threads} {context} {listen} {port}
    std::map<std::string, std::string> environment;
    std::vector<std::string> devices;     ///< paths below /dev or CDI names
    std::vector<std::string> permissions; ///< what it may beside the hardening rules, each named: "network",
                                          ///< "writable-root", "image-user", "capability:X"
    std::vector<std::string> dataFolders; ///< inside; kept between launches
    std::optional<std::uint64_t> sharedMemoryBytes; ///< size of /dev/shm; nullopt: the engine's default
    std::vector<Proof> proofs;
    int weight = 0; ///< the author's preference among equals; higher first

    bool operator==(const Variant &) const = default;
};

/// Where a catalog comes from; a later one wins over an earlier.
enum class CatalogOrigin {
    BuiltIn, ///< came with this program
    System,  ///< of this computer, by who looks after it
    User,    ///< of this person
    Given,   ///< named on the command line
};

struct Demo {
    std::string id;
    DemoKind kind = DemoKind::Llm;
    LocalizedText name;
    LocalizedText summary;
    std::vector<LocalizedText> prompts;   ///< what the person can try first
    std::optional<LocalizedText> consent; ///< what the person must agree to before the first launch
    std::string codeLicence;
    std::string weightsLicence;
    std::string project; ///< URL of upstream
    std::map<std::string, Model> models;
    Interface interface;
    Readiness ready;
    std::vector<Variant> variants;
    std::string file; ///< path of the catalog file it came from
    CatalogOrigin origin = CatalogOrigin::BuiltIn;
    std::string replaces; ///< file of the demo with this id that it wins over; empty: none

    bool operator==(const Demo &) const = default;
};

/// How \a variant of \a demo is reached: its own way, or the demo's.
const Interface &interfaceOf(const Demo &demo, const Variant &variant);
const Readiness &readinessOf(const Demo &demo, const Variant &variant);

} // namespace firstlight
