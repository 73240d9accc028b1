#pragma once

#include <clocale>
#include <locale.h>

namespace firstlight {

/// Gives this thread a UTF-8 character set while it lives: libarchive converts names through the locale, and
/// in the "C" locale of a boot service every name outside ASCII would be lost.
class Utf8Locale {
public:
    Utf8Locale()
        : m_locale(::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr))
        , m_before(m_locale ? ::uselocale(m_locale) : nullptr)
    {
    }
    Utf8Locale(const Utf8Locale &) = delete;
    Utf8Locale &operator=(const Utf8Locale &) = delete;
    ~Utf8Locale()
    {
        if (!m_locale)
            return;
        ::uselocale(m_before);
        ::freelocale(m_locale);
    }

private:
    locale_t m_locale;
    locale_t m_before;
};

} // namespace firstlight
