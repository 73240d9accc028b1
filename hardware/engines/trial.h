#pragma once

#include "core/result.h"

#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>

namespace firstlight {

/// How a trial ended.
struct TrialOutcome {
    std::optional<bool> works; ///< nullopt: could not be tried, or no answer in time
    std::string reason;        ///< when it does not work: in the tried one's own words

    bool operator==(const TrialOutcome &) const = default;
};

/// "works" or "fails: reason", to be kept; nullopt if nobody knows.
std::optional<std::string> toText(const TrialOutcome &outcome);
/// The inverse; anything else is an outcome that nobody knows.
TrialOutcome trialOutcome(std::string_view text);

/// Starts one container with the OCI runtime at \a path, as podman would: own namespaces, no capabilities,
/// for root a cgroup with a process limit, for another user a user namespace with that user alone (podman's
/// network and id ranges are not tried). The container's only program ends at once; nothing of the host is
/// mounted into it, and all of it is removed again. At most five seconds; the only error is "cancelled". \a
/// spareFolder is used where the temporary folder forbids programs.
Result<TrialOutcome> tryRuntime(const std::string &path, const std::filesystem::path &spareFolder,
                                std::stop_token stop = {});

} // namespace firstlight
