#include "text/language.h"

#include <cstdlib>

namespace firstlight {

Language languageFromEnvironment()
{
    const auto value = [](const char *name) -> std::string {
        const char *text = std::getenv(name);
        return text ? text : "";
    };
    std::string locale;
    for (const char *name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
        if (locale.empty())
            locale = value(name);
    }
    // As in gettext, LANGUAGE is a list of wishes that counts unless the locale is plainly "C".
    if (const std::string wishes = value("LANGUAGE"); !wishes.empty() && !locale.empty() && locale != "C" && locale != "POSIX")
        locale = wishes.substr(0, wishes.find(':'));
    return locale.starts_with("zh") ? Language::Chinese : Language::English;
}

} // namespace firstlight
