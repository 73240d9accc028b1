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

/// Weights that a variant loads.
struct Model {
    std::string id;
    std::string name;                        ///< "SmolLM2 135M"
    std::string format;                      ///< gguf, safetensors, openvino, onnx
    std::optional<std::uint64_t> parameters; ///< 135000000
    std::optional<std::uint64_t>
        kvBytesPerToken;           ///< K and V of all layers at 16 bits, for one token of context
    std::optional<int> maxContext; ///< tokens the model was trained for
    std::string licence;           ///< SPDX where there is one
    WantedFile file;

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
    std::optional<std::uint64_t> buildBytes; ///< temporary disk while our recipe is built

    bool operator==(const Resources &) const = default;
};

/// Settings that the planner chooses for this machine.
struct Tuning {
    bool threads = false;           ///< "{threads}" follows the real CPU allowance
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

/// One way to run the demo.
struct Variant {
    std::string id;
    std::string recipe;                     ///< folder of catalog/images that builds the image; or
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
    std::vector<std::string> entrypoint; ///< empty: the image's own
    std::vector<std::string> arguments;  ///< with {model} {threads} {context} {listen} {port}
    std::map<std::string, std::string> environment;
    std::vector<std::string> devices; ///< paths below /dev or CDI names
    std::vector<std::string>
        exceptions; ///< from the hardening rules, each named: "network", "writable-root", "capability:X"
    std::vector<Proof> proofs;
    int weight = 0; ///< the author's preference among equals; higher first

    bool operator==(const Variant &) const = default;
};

struct Demo {
    std::string id;
    DemoKind kind = DemoKind::Llm;
    LocalizedText name;
    LocalizedText summary;
    std::vector<LocalizedText> prompts; ///< what the person can try first
    std::string codeLicence;
    std::string weightsLicence;
    std::string project; ///< URL of upstream
    std::map<std::string, Model> models;
    Interface interface;
    Readiness ready;
    std::vector<Variant> variants;
    std::string file; ///< path of the catalog file it came from

    bool operator==(const Demo &) const = default;
};

} // namespace firstlight
