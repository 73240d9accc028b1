#pragma once

#include "core/progress.h"

#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

namespace firstlight {

/// Adds up what podman tells of the layers of one pull. Bytes are known once a layer has run for a second;
/// the total is told only when the size of every layer that still moves is known, since one that grows is no
/// total.
class PullProgress {
public:
    PullProgress(Progress &progress, const std::string &image);

    /// One object of the compat stream: {"status", "id", "progressDetail": {"current", "total"}}.
    void add(const nlohmann::json &object);
    void finish() { m_meter.finish(); }

private:
    struct Layer {
        std::uint64_t done = 0;
        std::optional<std::uint64_t> total;
        bool complete = false;
    };

    std::map<std::string, Layer> m_layers;
    ProgressMeter m_meter;
};

} // namespace firstlight
