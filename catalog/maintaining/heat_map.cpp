#include "catalog/maintaining/coverage.h"

#include <algorithm>
#include <fmt/format.h>

namespace firstlight {

namespace {

constexpr int cellSize = 24;
constexpr int letterWidth = 7; // of the 12-pixel sans-serif below, at most
constexpr int margin = 16;
constexpr int titleHeight = 72;

std::string escaped(const std::string &text)
{
    std::string out;
    for (const char letter : text) {
        if (letter == '&')
            out += "&amp;";
        else if (letter == '<')
            out += "&lt;";
        else if (letter == '>')
            out += "&gt;";
        else if (letter == '"')
            out += "&quot;";
        else
            out += letter;
    }
    return out;
}

struct Sign {
    const char *style;
    const char *sign;
};

/// The sign says it to who cannot tell the colours apart.
Sign signOf(Verdict verdict)
{
    switch (verdict) {
    case Verdict::RunsNow:
        return {"runs", "✓"};
    case Verdict::AfterFix:
        return {"fix", "!"};
    case Verdict::Unknown:
        return {"unknown", "?"};
    case Verdict::Cannot:
        break;
    }
    return {"cannot", "·"};
}

std::string field(int x, int y, Verdict verdict, const std::string &title)
{
    const Sign sign = signOf(verdict);
    return fmt::format(
        "<g class=\"{}\"><title>{}</title><rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"4\"/>"
        "<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text></g>\n",
        sign.style, escaped(title), x, y, cellSize - 2, cellSize - 2, x + cellSize / 2 - 1,
        y + cellSize / 2 + 3, sign.sign);
}

std::size_t longest(const std::vector<std::string> &names)
{
    std::size_t length = 0;
    for (const std::string &name : names)
        length = std::max(length, name.size());
    return length;
}

constexpr const char *style = R"(<style>
text { font: 12px system-ui, "DejaVu Sans", "Noto Sans CJK SC", sans-serif; fill: #1c2430 }
.title { font-size: 16px; font-weight: 600 }
.back { fill: #ffffff }
.runs rect { fill: #2f9e58 } .fix rect { fill: #f2b134 } .unknown rect { fill: #9db2cf } .cannot rect { fill: #e9ecf0 }
.runs text { fill: #ffffff } .fix text, .unknown text { fill: #1c2430 } .cannot text { fill: #6b7684 }
@media (prefers-color-scheme: dark) {
  text { fill: #e6eaf0 }
  .back { fill: #14181f }
  .runs rect { fill: #37a862 } .fix rect { fill: #d99a1c } .unknown rect { fill: #4d6485 } .cannot rect { fill: #262d38 }
  .runs text, .fix text { fill: #0b0e13 } .unknown text { fill: #e6eaf0 } .cannot text { fill: #8a95a5 }
}
</style>
)";

std::string legend(const HeatMapWords &words)
{
    std::string out;
    int x = margin;
    for (const auto &[verdict, word] :
         {std::pair(Verdict::RunsNow, words.runs), std::pair(Verdict::AfterFix, words.afterFix),
          std::pair(Verdict::Unknown, words.unknown), std::pair(Verdict::Cannot, words.cannot)}) {
        out += field(x, 36, verdict, word)
               + fmt::format("<text x=\"{}\" y=\"51\">{}</text>\n", x + cellSize + 4, escaped(word));
        x += cellSize + 16 + static_cast<int>(word.size()) * letterWidth;
    }
    return out;
}

} // namespace

std::string heatMap(const Coverage &coverage, const HeatMapWords &words)
{
    std::vector<std::string> machines;
    for (const CoverageRow &row : coverage.rows)
        machines.push_back(row.machine);
    const int left = margin + static_cast<int>(longest(machines)) * letterWidth + 8;
    const int top = titleHeight + static_cast<int>(longest(coverage.demos)) * letterWidth + 8;
    const int counts = 56; // "39 / 39"
    const int width
        = std::max(left + static_cast<int>(coverage.demos.size()) * cellSize + counts + margin, 560);
    const int height = top + static_cast<int>(machines.size()) * cellSize + margin;

    std::string svg
        = fmt::format("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" viewBox=\"0 0 "
                      "{0} {1}\" role=\"img\" aria-label=\"{2}\">\n",
                      width, height, escaped(words.title));
    svg += style;
    svg += fmt::format("<rect class=\"back\" width=\"{}\" height=\"{}\"/>\n", width, height);
    svg += fmt::format("<text class=\"title\" x=\"{}\" y=\"24\">{}</text>\n", margin, escaped(words.title));
    svg += legend(words);
    for (std::size_t column = 0; column < coverage.demos.size(); ++column) {
        const int x = left + static_cast<int>(column) * cellSize + cellSize / 2 + 3;
        svg += fmt::format("<text transform=\"translate({},{}) rotate(-90)\">{}</text>\n", x, top - 6,
                           escaped(coverage.demos[column]));
    }
    for (std::size_t line = 0; line < coverage.rows.size(); ++line) {
        const CoverageRow &row = coverage.rows[line];
        const int y = top + static_cast<int>(line) * cellSize;
        svg += fmt::format("<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>\n", left - 8, y + 15,
                           escaped(row.machine));
        for (std::size_t column = 0; column < row.cells.size(); ++column) {
            const CoverageCell &cell = row.cells[column];
            svg += field(left + static_cast<int>(column) * cellSize, y, cell.verdict,
                         row.machine + " × " + coverage.demos[column] + ": " + cell.variant);
        }
        svg += fmt::format("<text x=\"{}\" y=\"{}\">{} / {}</text>\n",
                           left + static_cast<int>(row.cells.size()) * cellSize + 6, y + 15, row.running(),
                           row.cells.size());
    }
    return svg + "</svg>\n";
}

} // namespace firstlight
