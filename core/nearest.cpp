#include "core/nearest.h"

#include <algorithm>
#include <cctype>

namespace firstlight {

namespace {

std::string folded(const std::string &word)
{
    std::string lower = word;
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
    return lower;
}

/// Optimal string alignment: insert, delete, replace, and swap of neighbours cost 1 each.
std::size_t distance(const std::string &a, const std::string &b)
{
    std::vector<std::vector<std::size_t>> cost(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
    for (std::size_t i = 0; i <= a.size(); ++i)
        cost[i][0] = i;
    for (std::size_t j = 0; j <= b.size(); ++j)
        cost[0][j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replace = cost[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            cost[i][j] = std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, replace});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
        }
    }
    return cost[a.size()][b.size()];
}

} // namespace

std::string nearest(const std::string &word, const std::vector<std::string> &candidates)
{
    constexpr std::size_t longestCompared = 200; // no name is longer, and the table is quadratic
    if (word.size() > longestCompared)
        return {};
    std::vector<std::string> sorted = candidates;
    std::sort(sorted.begin(), sorted.end());
    std::string best;
    std::size_t bestDistance = std::max<std::size_t>(1, word.size() / 3) + 1;
    for (const std::string &candidate : sorted) {
        if (candidate.size() > longestCompared)
            continue;
        const std::size_t found = distance(folded(word), folded(candidate));
        if (found < bestDistance) {
            best = candidate;
            bestDistance = found;
        }
    }
    return best;
}

} // namespace firstlight
