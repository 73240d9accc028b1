#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace firstlight {

/// How a trial ended.
struct TrialOutcome {
    std::optional<bool> works; ///< nullopt: could not be tried, or no answer in time
    std::string reason;        ///< when it does not work: in the tried one's own words, or a code

    bool operator==(const TrialOutcome &) const = default;
};

/// "works" or "fails: reason", to be kept; nullopt if nobody knows.
std::optional<std::string> toText(const TrialOutcome &outcome);
/// The inverse; anything else is an outcome that nobody knows.
TrialOutcome trialOutcome(std::string_view text);

} // namespace firstlight
