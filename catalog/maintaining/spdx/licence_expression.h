#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace firstlight {

/// What is wrong with one word of a licence expression.
struct LicenceFault {
    enum class Kind {
        Syntax,     ///< `needed` says what should stand there
        Unknown,    ///< no licence of the SPDX list, or no exception; `nearest` may be empty
        Deprecated, ///< SPDX has replaced it; `nearest` may be empty
    };
    Kind kind = Kind::Syntax;
    std::string part;    ///< the word, empty at the end
    std::string needed;  ///< "licence", "exception", "AND, OR", ")"
    std::string nearest; ///< to write instead
    std::size_t at = 0;  ///< of the word in the expression, in bytes

    bool operator==(const LicenceFault &) const = default;
};

/// Checks an SPDX licence expression (SPDX specification, annex D): identifiers of the list, `+`, WITH, AND,
/// OR, brackets, LicenseRef-Name and DocumentRef-Name:LicenseRef-Name. Operators are upper case, or all lower
/// case; identifiers are compared as written, since other tools do. Empty: nothing is wrong.
std::vector<LicenceFault> checkLicence(std::string_view expression);

} // namespace firstlight
