#pragma once

#include "core/error.h"
#include "text/language.h"

#include <span>
#include <string>
#include <string_view>

namespace firstlight {

/// What is said of an error: one sentence of what happened and one of what to do. Square brackets and braces as in
/// fill().
struct ErrorText {
    std::string_view code;
    Phrase sentence;
    Phrase remedy; ///< may be empty where the cause's remedy is the one to follow
};

/// The sentences by room, each sorted by code. A test looks for codes that are used and not here.
std::span<const ErrorText> coreErrors();
std::span<const ErrorText> hardwareErrors();
std::span<const ErrorText> transferErrors();
std::span<const ErrorText> catalogErrors();
std::span<const ErrorText> runnerErrors();
std::span<const ErrorText> faceErrors();

/// An error in the person's language.
struct Explanation {
    std::string sentence; ///< what happened, with the reason below it where it adds something
    std::string remedy;   ///< what to do now; may be empty
};

/// An unknown code (a newer library, an older face) is shown as it is rather than hidden.
Explanation explain(const Error &error, Language language);

/// The text of \a code, or nullptr.
const ErrorText *findErrorText(std::string_view code);

} // namespace firstlight
