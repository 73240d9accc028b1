#pragma once

#include "catalog/choice.h"

#include <string>
#include <vector>

namespace firstlight {

/// Obstacles are the answer of every check, in Kleene's logic: none is yes; any that is not `unknown` is no;
/// only unknown ones are unknown.
using Obstacles = std::vector<Obstacle>;

inline bool isYes(const Obstacles &obstacles)
{
    return obstacles.empty();
}
bool isUnknown(const Obstacles &obstacles);

/// One that nothing can be done about is Cannot; else one that is not known is Unknown; else AfterFix; none:
/// RunsNow.
Verdict verdictOf(const Obstacles &obstacles);

/// Yes 0, unknown 1, no 2. Below a `not` this decides, and not how easily it could be mended.
int truthRank(const Obstacles &obstacles);

/// RunsNow 0, AfterFix 1, Unknown 2, Cannot 3.
int rankOf(Verdict verdict);

/// A list of one; unlike an initialiser list it copies nothing.
Obstacles single(Obstacle obstacle);

/// Adds those of \a more that are not there yet.
void append(Obstacles &obstacles, Obstacles &&more);
void append(Obstacles &obstacles, const Obstacles &more);

/// "Not known", of \a subject.
Obstacle undescribed(const std::string &subject, const std::string &needed);

} // namespace firstlight
