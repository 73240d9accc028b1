#pragma once

#include "catalog/choice.h"
#include "core/result.h"
#include "runners/running_demo.h"

#include <chrono>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace firstlight {

/// What goes into a demo, or comes out of it.
enum class Medium {
    Text,
    Sound,   ///< WAV
    Picture, ///< in: PNG, JPEG, WebP or BMP; out: PNG
    Score,   ///< notes and words, as JSON of the demo `sing`
};

struct Question {
    std::string content; ///< text, or the bytes of a file
    int mostTokens = 0;  ///< of a language model's answer; 0: as many as it likes
};

struct Reply {
    Medium medium = Medium::Text;
    std::string content;
    /// As the demo itself counts it, without the way to us; nullopt: it does not tell.
    std::optional<WorkUnit> unit;
    std::optional<double> unitsPerSecond;

    bool operator==(const Reply &) const = default;
};

/// One way to talk to demos, by the name that catalogs give it (`interface: { api: … }`).
struct Api {
    std::string name;
    Medium takes;
    Medium gives;
};

/// nullptr: a demo with that interface can only be used in its page.
const Api *apiNamed(const std::string &name);

/// One question, one answer. \a timeout is of the whole exchange.
///
/// Errors: "demo-cannot-be-asked" {demo, api}; "demo-refused" {demo, status, said}: the demo's own words;
/// "demo-answer-unclear" {demo}: it said something else than its interface promises; and those of HttpClient.
Result<Reply> ask(const RunningDemo &demo, const std::string &api, const Question &question,
                  std::chrono::seconds timeout, std::stop_token stop);

} // namespace firstlight
