#pragma once

#include <string>
#include <string_view>

namespace firstlight {

enum class Language { English,
                      Chinese };

/// From LC_ALL, LC_MESSAGES, LANGUAGE and LANG, in the order that gettext reads them: Simplified Chinese for any zh, else
/// English.
Language languageFromEnvironment();

/// A sentence in every language that Firstlight speaks.
struct Phrase {
    std::string_view en;
    std::string_view zh;

    std::string_view in(Language language) const { return language == Language::Chinese ? zh : en; }
};

} // namespace firstlight
