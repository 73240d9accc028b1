#pragma once

#include "core/result.h"

#include <chrono>
#include <optional>
#include <stop_token>
#include <string>

namespace firstlight {

/// What a demo said to one readiness test.
struct ReadinessAnswer {
    bool ready = false;         ///< it answered 2xx
    std::optional<long> status; ///< of its answer; nullopt: none came
    bool timedOut = false;      ///< it took the request and said nothing in time
};

/// One GET of \a path on 127.0.0.1:\a port. Refused, reset, cut off and 503 are all "not yet".
ReadinessAnswer askWhetherReady(int port, const std::string &path, std::chrono::milliseconds timeout,
                                std::stop_token stop = {});

/// Grows from 20 ms to 500 ms: a fast demo is seen at once, a slow one is not disturbed.
std::chrono::milliseconds nextReadinessDelay(std::chrono::milliseconds last);

} // namespace firstlight
