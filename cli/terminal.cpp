#include "cli/terminal.h"

#include "core/json_lines.h"
#include "text/choice_text.h"
#include "text/quantities.h"

#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace firstlight {

Terminal::Terminal(std::FILE *stream)
    : m_stream(stream)
    , m_isTerminal(::isatty(::fileno(stream)) == 1)
{
    // https://no-color.org: any non-empty value counts.
    const char *noColour = std::getenv("NO_COLOR");
    const char *term = std::getenv("TERM");
    m_colour = m_isTerminal && !(noColour && *noColour) && !(term && std::string(term) == "dumb");
}

int Terminal::columns() const
{
    winsize size{};
    if (m_isTerminal && ::ioctl(::fileno(m_stream), TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    return 100;
}

std::string Terminal::styled(const std::string &text, const char *code) const
{
    return m_colour && !text.empty() ? fmt::format("\033[{}m{}\033[0m", code, text) : text;
}

void Terminal::write(const std::string &text) const
{
    std::fwrite(text.data(), 1, text.size(), m_stream);
    std::fflush(m_stream);
}

void Terminal::line(const std::string &text) const
{
    write(text + "\n");
}

int displayWidth(const std::string &text)
{
    int width = 0;
    for (std::size_t index = 0; index < text.size(); ++index) {
        const auto byte = static_cast<unsigned char>(text[index]);
        if (byte == 0x1b) { // an escape sequence, up to its letter
            while (index < text.size() && text[index] != 'm')
                ++index;
        } else if (byte >= 0xe3) { // U+3000 and above: Chinese characters and full-width punctuation
            width += 2;
        } else if (byte < 0x80 || byte >= 0xc0) {
            width += 1;
        }
    }
    return width;
}

void Terminal::table(const std::vector<std::vector<std::string>> &rows, const std::string &indent) const
{
    std::vector<int> widths;
    for (const auto &row : rows) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t column = 0; column < row.size(); ++column)
            widths[column] = std::max(widths[column], displayWidth(row[column]));
    }
    for (const auto &row : rows) {
        std::string text = indent;
        for (std::size_t column = 0; column < row.size(); ++column) {
            text += row[column];
            if (column + 1 < row.size())
                text += std::string(static_cast<std::size_t>(widths[column] - displayWidth(row[column])) + 2,
                                    ' ');
        }
        text.erase(text.find_last_not_of(' ') + 1);
        line(text);
    }
}

namespace {

/// Columns of the names of phases, so that what follows stands in one line.
constexpr int phaseColumns = 12;

std::string padded(const std::string &text, int columns)
{
    return text + std::string(static_cast<std::size_t>(std::max(1, columns - displayWidth(text))), ' ');
}

std::string amounts(const ProgressUpdate &update, Language language)
{
    std::string text;
    if (update.unit == ProgressUnit::Bytes) {
        text = inBytes(update.done);
        if (update.total)
            text += " / " + inBytes(*update.total);
        if (update.ratePerSecond)
            text += fmt::format(", {}/s", inBytes(static_cast<std::uint64_t>(*update.ratePerSecond)));
    } else if (update.unit == ProgressUnit::Steps && update.total) {
        text = fmt::format("{} / {}", update.done, *update.total);
    }
    if (update.timeLeft)
        text += fmt::format(fmt::runtime(std::string(Phrase{", {} left", "，剩余 {}"}.in(language))),
                            inDuration(*update.timeLeft, language));
    return text;
}

/// Cuts to \a columns without splitting a character.
std::string fitted(std::string text, int columns)
{
    while (displayWidth(text) > columns && !text.empty()) {
        do {
            text.pop_back();
        } while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0xc0) == 0x80);
    }
    return text;
}

} // namespace

std::string TerminalProgress::running(const ProgressUpdate &update) const
{
    const std::string amount = amounts(update, m_language);
    const std::string text = "  … " + padded(phaseName(update.phase, m_language), phaseColumns)
                             + (amount.empty() ? "" : amount + "  ");
    return text + update.subject;
}

std::string TerminalProgress::ended(const ProgressUpdate &update) const
{
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - m_phaseBegan;
    std::string text
        = "  " + m_terminal.good("✔") + " " + padded(phaseName(update.phase, m_language), phaseColumns);
    if (update.unit == ProgressUnit::Bytes)
        text += inBytes(update.done) + ", ";
    return text
           + (took.count() < 10
                  ? fmt::format("{:.1f}{}", took.count(), m_language == Language::Chinese ? " 秒" : " s")
                  : inDuration(std::chrono::duration_cast<std::chrono::seconds>(took), m_language));
}

void TerminalProgress::update(const ProgressUpdate &update)
{
    if (update.phase != m_phase || m_phaseBegan == std::chrono::steady_clock::time_point()) {
        m_phase = update.phase;
        m_phaseBegan = std::chrono::steady_clock::now();
    }
    clear();
    if (update.finished) {
        m_terminal.line(ended(update));
        m_phase.clear();
    } else if (m_terminal.isTerminal()) {
        m_terminal.write(fitted(running(update), m_terminal.columns() - 1));
        m_drawn = true;
    }
}

void TerminalProgress::clear()
{
    if (m_drawn)
        m_terminal.write("\r\033[K");
    m_drawn = false;
}

void JsonProgress::update(const ProgressUpdate &update)
{
    nlohmann::json line = toJson(update);
    line["event"] = "progress";
    writeJsonLine(stdout, line);
}

} // namespace firstlight
