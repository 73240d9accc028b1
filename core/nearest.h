#pragma once

#include <string>
#include <vector>

namespace firstlight {

/// The candidate that \a word was most likely meant to be (Damerau-Levenshtein distance of at most a third of
/// its length, at least 1), or empty. Ties go to the alphabetically first.
std::string nearest(const std::string &word, const std::vector<std::string> &candidates);

} // namespace firstlight
