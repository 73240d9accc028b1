#pragma once

#include "assistant/findings.h"
#include "assistant/outlook.h"
#include "text/error_text.h"
#include "text/language.h"

#include <span>
#include <string>
#include <vector>

namespace firstlight {

/// Every sentence about a finding, sorted by code; for tests.
std::span<const ErrorText> findingSentences();

/// What holds this computer back, and what the person can do about it (empty where nothing can be done).
Explanation explain(const Finding &finding, Language language);

/// What sizes of language models run here and how fast, in a line or two.
std::vector<std::string> describe(const std::vector<LanguageModelOutlook> &outlook, Language language);

} // namespace firstlight
