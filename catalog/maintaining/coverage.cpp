#include "catalog/maintaining/coverage.h"

#include "catalog/chooser.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace firstlight {

namespace {

/// Of what cannot run, the first that nothing can be done about; else the first.
std::optional<Obstacle> decidingObstacle(const VariantChoice &choice)
{
    const auto decides
        = std::find_if(choice.obstacles.begin(), choice.obstacles.end(), [&](const Obstacle &obstacle) {
              if (choice.verdict == Verdict::Cannot)
                  return !obstacle.fixable && !obstacle.unknown;
              return choice.verdict == Verdict::Unknown ? obstacle.unknown : true;
          });
    return decides == choice.obstacles.end() ? std::nullopt : std::optional(*decides);
}

CoverageCell cellOf(const Result<Choice> &choice)
{
    if (!choice || choice->ranked.empty())
        return {};
    const VariantChoice &best = choice->ranked.front();
    return {best.variant, best.model, best.verdict, decidingObstacle(best)};
}

} // namespace

int CoverageRow::running() const
{
    return static_cast<int>(std::count_if(cells.begin(), cells.end(), [](const CoverageCell &cell) {
        return cell.verdict == Verdict::RunsNow;
    }));
}

Coverage coverageOf(const std::vector<Demo> &demos, const std::vector<RecordedMachine> &machines)
{
    Coverage coverage;
    for (const Demo &demo : demos)
        coverage.demos.push_back(demo.id);
    for (const RecordedMachine &recorded : machines) {
        CoverageRow row{recorded.name, recorded.machine.cpu.architecture, {}};
        for (const Result<Choice> &choice : Chooser(recorded.machine).chooseAll(demos))
            row.cells.push_back(cellOf(choice));
        coverage.rows.push_back(std::move(row));
    }
    return coverage;
}

nlohmann::json toJson(const Coverage &coverage)
{
    using nlohmann::json;
    static const char *const verdicts[] = {"runs-now", "after-fix", "unknown", "cannot"};
    const auto orNull = [](const std::string &text) { return text.empty() ? json() : json(text); };
    json machines = json::array();
    for (const CoverageRow &row : coverage.rows) {
        json demos = json::object();
        for (std::size_t index = 0; index < row.cells.size(); ++index) {
            const CoverageCell &cell = row.cells[index];
            json nearest;
            if (cell.nearest)
                nearest = {{"subject", cell.nearest->subject},
                           {"needed", orNull(cell.nearest->needed)},
                           {"found", orNull(cell.nearest->found)},
                           {"fixable", cell.nearest->fixable},
                           {"unknown", cell.nearest->unknown}};
            demos[coverage.demos[index]] = {{"variant", orNull(cell.variant)},
                                            {"model", orNull(cell.model)},
                                            {"verdict", verdicts[static_cast<int>(cell.verdict)]},
                                            {"nearest", std::move(nearest)}};
        }
        machines.push_back({{"machine", row.machine},
                            {"architecture", orNull(row.architecture)},
                            {"running", row.running()},
                            {"demos", std::move(demos)}});
    }
    return {{"demos", coverage.demos}, {"machines", std::move(machines)}};
}

} // namespace firstlight
