#include "catalog/choosing/obstacles.h"

#include <algorithm>
#include <utility>

namespace firstlight {

bool isUnknown(const Obstacles &obstacles)
{
    return !obstacles.empty()
           && std::all_of(obstacles.begin(), obstacles.end(),
                          [](const Obstacle &obstacle) { return obstacle.unknown; });
}

Verdict verdictOf(const Obstacles &obstacles)
{
    Verdict verdict = Verdict::RunsNow;
    for (const Obstacle &obstacle : obstacles) {
        const Verdict one = obstacle.unknown   ? Verdict::Unknown
                            : obstacle.fixable ? Verdict::AfterFix
                                               : Verdict::Cannot;
        verdict = rankOf(one) > rankOf(verdict) ? one : verdict;
    }
    return verdict;
}

int truthRank(const Obstacles &obstacles)
{
    return isYes(obstacles) ? 0 : isUnknown(obstacles) ? 1 : 2;
}

int rankOf(Verdict verdict)
{
    switch (verdict) {
    case Verdict::RunsNow:
        return 0;
    case Verdict::AfterFix:
        return 1;
    case Verdict::Unknown:
        return 2;
    case Verdict::Cannot:
        break;
    }
    return 3;
}

Obstacles single(Obstacle obstacle)
{
    Obstacles obstacles;
    obstacles.push_back(std::move(obstacle));
    return obstacles;
}

void append(Obstacles &obstacles, Obstacles &&more)
{
    if (obstacles.empty()) {
        obstacles = std::move(more);
        return;
    }
    for (Obstacle &obstacle : more) {
        if (std::find(obstacles.begin(), obstacles.end(), obstacle) == obstacles.end())
            obstacles.push_back(std::move(obstacle));
    }
}

void append(Obstacles &obstacles, const Obstacles &more)
{
    for (const Obstacle &obstacle : more) {
        if (std::find(obstacles.begin(), obstacles.end(), obstacle) == obstacles.end())
            obstacles.push_back(obstacle);
    }
}

Obstacle undescribed(const std::string &subject, const std::string &needed)
{
    return {.kind = ObstacleKind::Undescribed, .subject = subject, .needed = needed, .unknown = true};
}

} // namespace firstlight
