#include "hardware/trial_outcome.h"

namespace firstlight {

namespace {

constexpr std::string_view worksWord = "works";
constexpr std::string_view failsWord = "fails: ";

} // namespace

std::optional<std::string> toText(const TrialOutcome &outcome)
{
    if (!outcome.works)
        return std::nullopt;
    return *outcome.works ? std::string(worksWord) : std::string(failsWord) + outcome.reason;
}

TrialOutcome trialOutcome(std::string_view text)
{
    if (text == worksWord)
        return {.works = true, .reason = {}};
    if (text.starts_with(failsWord))
        return {.works = false, .reason = std::string(text.substr(failsWord.size()))};
    return {};
}

} // namespace firstlight
