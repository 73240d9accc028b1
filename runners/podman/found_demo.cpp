#include "runners/podman/found_demo.h"

#include "runners/podman/demo_folder.h"
#include "runners/podman/json_fields.h"
#include "runners/podman/labels.h"
#include "runners/podman/readiness.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

namespace firstlight {

namespace {

using nlohmann::json;

/// Labels have dots and slashes in their names, so a JSON pointer would have to be escaped.
std::string labelOf(const json &container, const char *name)
{
    const auto all = container.find("Labels");
    if (all == container.end() || !all->is_object())
        return {};
    const auto label = all->find(name);
    return label != all->end() && label->is_string() ? label->get<std::string>() : std::string();
}

int portOf(const std::string &text)
{
    int port = 0;
    std::from_chars(text.data(), text.data() + text.size(), port);
    return port;
}

std::string nameOf(const json &container)
{
    const auto names = container.find("Names");
    return names != container.end() && names->is_array() && !names->empty() && names->front().is_string()
               ? names->front().get<std::string>()
               : std::string();
}

DemoState stateOf(const FoundDemo &found)
{
    if (!found.runs())
        return DemoState::Stopped;
    return found.folder.empty() || forwarderLives(found.folder) ? DemoState::Starting
                                                                : DemoState::Unreachable;
}

} // namespace

std::string addressOf(int port, const std::string &webPath)
{
    std::string origin = "http://127.0.0.1:" + std::to_string(port);
    if (webPath.empty() || webPath == "/") // so that a path can be written behind it
        return origin;
    return origin + (webPath.starts_with('/') ? webPath : "/" + webPath);
}

std::optional<FoundDemo> readFoundDemo(const json &container)
{
    FoundDemo found;
    found.demo.demo = labelOf(container, labels::demo);
    if (found.demo.demo.empty())
        return std::nullopt;
    found.demo.variant = labelOf(container, labels::variant);
    found.demo.containerId = textAt(container, "/Id");
    found.demo.containerName = nameOf(container);
    found.demo.hostPort = portOf(labelOf(container, labels::port));
    found.demo.address = addressOf(found.demo.hostPort, labelOf(container, labels::web));
    found.demo.secret = labelOf(container, labels::secret);
    found.demo.image = textAt(container, "/Image");
    if (const auto started = numberAt(container, "/StartedAt"); started && *started > 0)
        found.demo.startedAt = static_cast<std::uint64_t>(*started);
    found.plan = labelOf(container, labels::plan);
    found.readyPath = labelOf(container, labels::ready);
    found.folder = labelOf(container, labels::folder);
    found.socketName = labelOf(container, labels::socket);
    const std::string state = textAt(container, "/State");
    if (state == "running" || state == "paused")
        found.process = static_cast<pid_t>(numberAt(container, "/Pid").value_or(0));
    found.demo.state = stateOf(found);
    if (state == "exited" || state == "stopped")
        found.demo.exitCode = static_cast<int>(numberAt(container, "/ExitCode").value_or(0));
    return found;
}

Result<std::vector<FoundDemo>> findDemos(Libpod &podman, std::stop_token stop)
{
    const json filters{{"label", {labels::demo}}};
    const auto containers
        = podman.get("/containers/json?all=true&filters=" + urlEncode(filters.dump()), stop);
    if (!containers)
        return fail(containers.error());
    std::vector<FoundDemo> all;
    if (containers->is_array()) { // podman 4.3 says null instead of an empty list
        for (const json &container : *containers) {
            if (auto found = readFoundDemo(container))
                all.push_back(std::move(*found));
        }
    }
    std::sort(all.begin(), all.end(),
              [](const FoundDemo &left, const FoundDemo &right) { return left.demo.demo < right.demo.demo; });
    return all;
}

void lookAtReadiness(FoundDemo &found, std::chrono::milliseconds timeout, std::stop_token stop)
{
    if (found.demo.state == DemoState::Starting
        && askWhetherReady(found.demo.hostPort, found.readyPath, timeout, std::move(stop)).ready)
        found.demo.state = DemoState::Ready;
}

std::optional<FoundDemo> findDemo(const std::vector<FoundDemo> &all, const std::string &demo)
{
    const auto isIt = [&](const FoundDemo &found) { return found.demo.demo == demo; };
    auto best = std::find_if(all.begin(), all.end(),
                             [&](const FoundDemo &found) { return isIt(found) && found.runs(); });
    if (best == all.end())
        best = std::find_if(all.begin(), all.end(), isIt);
    return best == all.end() ? std::nullopt : std::optional(*best);
}

} // namespace firstlight
