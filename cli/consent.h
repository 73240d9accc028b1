#pragma once

#include "cli/session.h"

#include <string>
#include <vector>

namespace firstlight {

/// What a person must know before \a variant starts for the first time, a sentence each, in their language:
/// what the demo itself asks them to agree to; and of a catalog that did not come with this program, what it
/// may do and that it builds its own image. Empty: nothing.
std::vector<std::string> agreementsFor(const Demo &demo, const Variant &variant, Language language);

/// Asks once, on a terminal, and remembers the answer in `<state>/agreed/`; --agree answers yes. Error
/// "agreement-needed" {demo} with the sentences as detail, kind BadInput, where nobody can be asked or the
/// answer is no.
Result<void> askForAgreement(const Session &session, const Demo &demo, const Variant &variant);

} // namespace firstlight
