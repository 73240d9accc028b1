#include "catalog/maintaining/coverage.h"

#include "catalog/chooser.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <nlohmann/json.hpp>

namespace firstlight {

namespace {

CoverageCell cellOf(const Demo &demo, const Chooser &chooser)
{
    const Choice choice = *chooser.choose(demo); // without wishes it cannot fail
    CoverageCell cell{.demo = demo.id};
    if (choice.ranked.empty())
        return cell;
    const VariantChoice &best = choice.ranked.front();
    cell.verdict = best.verdict;
    cell.variant = best.variant;
    cell.model = best.model;
    if (!best.obstacles.empty())
        cell.nearest = best.obstacles.front();
    return cell;
}

const char *nameOf(Verdict verdict)
{
    static constexpr const char *names[] = {"runs-now", "after-fix", "unknown", "cannot"};
    return names[static_cast<std::size_t>(verdict)];
}

std::string escaped(const std::string &text)
{
    std::string safe;
    for (const char letter : text) {
        switch (letter) {
        case '&':
            safe += "&amp;";
            break;
        case '<':
            safe += "&lt;";
            break;
        case '>':
            safe += "&gt;";
            break;
        case '"':
            safe += "&quot;";
            break;
        default:
            safe += letter;
        }
    }
    return safe;
}

/// Without where they came from: the same entry in two folders is the same.
Demo withoutPlace(Demo demo)
{
    demo.file.clear();
    demo.replaces.clear();
    demo.origin = CatalogOrigin::BuiltIn;
    for (Variant &variant : demo.variants)
        variant.recipesFolder.clear();
    return demo;
}

/// A requirement is the same wherever it stands in the file.
void forgetPositions(Requirement &requirement)
{
    requirement.position = {};
    for (Requirement &child : requirement.children)
        forgetPositions(child);
}

void diffVariants(const Demo &before, const Demo &after, CatalogDiff &diff)
{
    std::map<std::string, Variant> old;
    for (Variant variant : before.variants) {
        forgetPositions(variant.requires_);
        old.emplace(variant.id, std::move(variant));
    }
    for (Variant variant : after.variants) {
        forgetPositions(variant.requires_);
        const auto found = old.find(variant.id);
        const std::string name = after.id + "/" + variant.id;
        if (found == old.end())
            diff.addedVariants.push_back(name);
        else if (found->second != variant)
            diff.changed.push_back(name);
        if (found != old.end())
            old.erase(found);
    }
    for (const auto &[id, variant] : old)
        diff.removedVariants.push_back(before.id + "/" + id);
}

} // namespace

std::size_t CoverageRow::running() const
{
    return static_cast<std::size_t>(std::count_if(cells.begin(), cells.end(), [](const CoverageCell &cell) {
        return cell.verdict == Verdict::RunsNow;
    }));
}

std::vector<CoverageRow> coverageOf(const Catalog &catalog, const std::vector<NamedMachine> &machines)
{
    std::vector<CoverageRow> rows;
    for (const NamedMachine &named : machines) {
        const Chooser chooser(named.machine);
        CoverageRow row{.machine = named.name,
                        .processor = named.machine.cpu.model.value_or(named.machine.cpu.architecture),
                        .cells = {}};
        for (const Demo &demo : catalog.demos)
            row.cells.push_back(cellOf(demo, chooser));
        rows.push_back(std::move(row));
    }
    return rows;
}

nlohmann::json toJson(const CoverageRow &row)
{
    nlohmann::json demos = nlohmann::json::object();
    for (const CoverageCell &cell : row.cells) {
        demos[cell.demo]
            = {{"verdict", nameOf(cell.verdict)}, {"variant", cell.variant}, {"model", cell.model}};
        if (cell.nearest)
            demos[cell.demo]["obstacle"] = {{"subject", cell.nearest->subject},
                                            {"needed", cell.nearest->needed},
                                            {"found", cell.nearest->found}};
    }
    return {
        {"machine", row.machine}, {"processor", row.processor}, {"running", row.running()}, {"demos", demos}};
}

std::string toSvg(const std::vector<CoverageRow> &rows)
{
    constexpr int cell = 22;
    constexpr int left = 230;
    constexpr int top = 120;
    const int columns = rows.empty() ? 0 : static_cast<int>(rows.front().cells.size());
    const int width = left + columns * cell + 60;
    const int height = top + static_cast<int>(rows.size()) * cell + 60;
    std::string svg = fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" height=\"{1}\" "
        "role=\"img\" "
        "aria-label=\"Which demo runs on which computer\">\n<style>\n"
        "svg {{ background: #fdfaf6; font: 12px system-ui, sans-serif; }}\ntext {{ fill: #2b2420; }}\n"
        ".runs-now {{ fill: #4f9d69; }} .after-fix {{ fill: #e3b23c; }} .unknown {{ fill: #b8b2aa; }} "
        ".cannot {{ fill: #efe6dc; }}\n"
        "@media (prefers-color-scheme: dark) {{ svg {{ background: #14161f; }} text {{ fill: #eee8e0; }} "
        ".cannot {{ fill: #31343f; }} }}\n"
        "</style>\n",
        width, height);
    if (!rows.empty()) {
        for (int column = 0; column < columns; ++column) {
            const int x = left + column * cell + 15;
            svg += fmt::format("<text transform=\"translate({} {}) rotate(-60)\">{}</text>\n", x, top - 8,
                               escaped(rows.front().cells[static_cast<std::size_t>(column)].demo));
        }
    }
    int y = top;
    for (const CoverageRow &row : rows) {
        svg += fmt::format("<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>\n", left - 8, y + 15,
                           escaped(row.machine));
        int x = left;
        for (const CoverageCell &each : row.cells) {
            svg += fmt::format("<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"3\" "
                               "class=\"{}\"><title>{} · {}: {}</title></rect>\n",
                               x + 1, y + 1, cell - 2, cell - 2, nameOf(each.verdict), escaped(row.machine),
                               escaped(each.demo), escaped(each.variant));
            x += cell;
        }
        svg += fmt::format("<text x=\"{}\" y=\"{}\">{}/{}</text>\n", x + 6, y + 15, row.running(),
                           row.cells.size());
        y += cell;
    }
    int x = left;
    for (const char *verdict : {"runs-now", "after-fix", "unknown", "cannot"}) {
        svg += fmt::format("<rect x=\"{}\" y=\"{}\" width=\"14\" height=\"14\" rx=\"3\" class=\"{}\"/><text "
                           "x=\"{}\" y=\"{}\">{}</text>\n",
                           x, y + 20, verdict, x + 20, y + 31, verdict);
        x += 110;
    }
    return svg + "</svg>\n";
}

CatalogDiff diffOf(const Catalog &before, const Catalog &after, const std::vector<NamedMachine> &machines)
{
    CatalogDiff diff;
    std::map<std::string, const Demo *> old;
    for (const Demo &demo : before.demos)
        old.emplace(demo.id, &demo);
    for (const Demo &demo : after.demos) {
        const auto found = old.find(demo.id);
        if (found == old.end()) {
            diff.added.push_back(demo.id);
            continue;
        }
        Demo left = withoutPlace(*found->second);
        Demo right = withoutPlace(demo);
        old.erase(found);
        diffVariants(left, right, diff);
        left.variants.clear();
        right.variants.clear();
        if (left != right)
            diff.changed.push_back(demo.id);
    }
    for (const auto &[id, demo] : old)
        diff.removed.push_back(id);
    std::sort(diff.changed.begin(), diff.changed.end());

    const auto rowsBefore = coverageOf(before, machines);
    const auto rowsAfter = coverageOf(after, machines);
    for (std::size_t row = 0; row < machines.size(); ++row) {
        for (const CoverageCell &now : rowsAfter[row].cells) {
            const auto &cells = rowsBefore[row].cells;
            const auto then = std::find_if(cells.begin(), cells.end(),
                                           [&](const CoverageCell &each) { return each.demo == now.demo; });
            if (then != cells.end() && *then != now)
                diff.picks.push_back({machines[row].name, now.demo, *then, now});
        }
    }
    return diff;
}

} // namespace firstlight
