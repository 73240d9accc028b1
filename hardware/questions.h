#pragma once

#include "hardware/root.h"
#include "hardware/text.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace firstlight {

/// Root::answer() for what is no text. Each asks the running computer by \a ask and takes a recording's
/// answer apart again; a recorded answer of another form is nullopt.

/// \a ask returns std::optional<bool>; recorded as "yes" or "no".
template <typename Ask>
std::optional<bool> answeredYesOrNo(const Root &root, const std::string &question, Ask ask)
{
    const auto answer = root.answer(question, [&]() -> std::optional<std::string> {
        const std::optional<bool> yes = ask();
        return yes ? std::optional<std::string>(*yes ? "yes" : "no") : std::nullopt;
    });
    if (answer == "yes")
        return true;
    return answer == "no" ? std::optional(false) : std::nullopt;
}

/// \a ask returns std::optional<std::uint64_t>.
template <typename Ask>
std::optional<std::uint64_t> answeredNumber(const Root &root, const std::string &question, Ask ask)
{
    const auto answer = root.answer(question, [&]() -> std::optional<std::string> {
        const std::optional<std::uint64_t> number = ask();
        return number ? std::optional(std::to_string(*number)) : std::nullopt;
    });
    return answer ? parseUnsigned(*answer) : std::nullopt;
}

/// \a ask returns std::vector<std::string>, none of them with a newline. Nothing answered is an empty list.
template <typename Ask>
std::vector<std::string> answeredLines(const Root &root, const std::string &question, Ask ask)
{
    const auto answer = root.answer(question, [&]() -> std::optional<std::string> {
        std::string text;
        for (const std::string &line : ask())
            text += line + '\n';
        return text.empty() ? std::nullopt : std::optional(text);
    });
    std::vector<std::string> lines;
    forEachLine(answer ? std::string_view(*answer) : std::string_view(), [&](std::string_view line) {
        if (!line.empty())
            lines.emplace_back(line);
    });
    return lines;
}

/// The absolute path of a program that PATH finds.
std::optional<std::string> programPath(const Root &root, const std::string &name);

/// The effective id of the user who probes; nullopt: a recording that does not tell about its user.
std::optional<unsigned> userId(const Root &root);

/// The value of an environment variable of this process if it is an absolute path. For the running computer
/// only: ask inside an answer.
std::optional<std::string> pathFromEnvironment(const char *name);

} // namespace firstlight
