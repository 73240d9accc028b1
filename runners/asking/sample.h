#pragma once

#include "runners/asking/ask.h"

namespace firstlight {

constexpr std::chrono::seconds samplePatience{20}; ///< for what is asked in passing

/// Something small that any demo with \a api can answer. nullopt: it brings none itself.
std::optional<Question> sampleQuestion(const RunningDemo &demo, const Api &api, std::stop_token stop);

} // namespace firstlight
