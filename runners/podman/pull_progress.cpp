#include "runners/podman/pull_progress.h"

#include "runners/podman/json_fields.h"

#include <nlohmann/json.hpp>

namespace firstlight {

PullProgress::PullProgress(Progress &progress, const std::string &image)
    : m_meter(progress, "download", image, ProgressUnit::Bytes, std::nullopt)
{
}

void PullProgress::add(const nlohmann::json &object)
{
    const std::string id = textAt(object, "/id");
    const std::string status = textAt(object, "/status");
    if (id.empty())
        return;
    Layer &layer = m_layers[id];
    if (status == "Downloading") {
        layer.done = std::uint64_t(numberAt(object, "/progressDetail/current").value_or(0));
        if (const auto total = numberAt(object, "/progressDetail/total"); total && *total > 0)
            layer.total = std::uint64_t(*total);
    } else if (status == "Download complete" || status == "Already exists") {
        layer.complete = true;
        layer.done = layer.total.value_or(layer.done);
    }
    std::uint64_t done = 0;
    std::uint64_t total = 0;
    bool known = true;
    for (const auto &[name, each] : m_layers) {
        done += each.done;
        total += each.complete ? each.done : each.total.value_or(0);
        known = known && (each.complete || each.total);
    }
    m_meter.setTotal(known && total > 0 ? std::optional(total) : std::nullopt);
    m_meter.advanceTo(done);
}

} // namespace firstlight
