#pragma once

#include "core/progress.h"
#include "text/language.h"

#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

namespace firstlight {

/// What may be drawn on a stream: colour and bars only on a terminal, and no colour with NO_COLOR.
class Terminal {
public:
    explicit Terminal(std::FILE *stream);

    bool isTerminal() const { return m_isTerminal; }
    int columns() const;
    std::string bold(const std::string &text) const { return styled(text, "1"); }
    std::string good(const std::string &text) const { return styled(text, "32"); }
    std::string warning(const std::string &text) const { return styled(text, "33"); }
    std::string bad(const std::string &text) const { return styled(text, "31"); }
    std::string faint(const std::string &text) const { return styled(text, "2"); }

    void line(const std::string &text = {}) const;
    void write(const std::string &text) const;
    /// Rows of cells, columns padded to the widest by display width (Chinese characters count two). The last
    /// column is not padded.
    void table(const std::vector<std::vector<std::string>> &rows, const std::string &indent = "  ") const;

private:
    std::string styled(const std::string &text, const char *code) const;

    std::FILE *m_stream;
    bool m_isTerminal;
    bool m_colour;
};

/// Columns that \a text takes on a terminal; escape sequences take none.
int displayWidth(const std::string &text);

/// Draws long work: on a terminal one line that is redrawn; one line stays of each phase that has ended, with
/// its time.
class TerminalProgress final : public Progress {
public:
    TerminalProgress(const Terminal &terminal, Language language)
        : m_terminal(terminal)
        , m_language(language)
    {
    }
    ~TerminalProgress() override { clear(); }

    void update(const ProgressUpdate &update) override;
    /// Removes the line that is being redrawn, before something else is written.
    void clear();

private:
    std::string running(const ProgressUpdate &update) const;
    std::string ended(const ProgressUpdate &update) const;

    const Terminal &m_terminal;
    Language m_language;
    bool m_drawn = false;
    std::string m_phase;
    std::chrono::steady_clock::time_point m_phaseBegan;
};

/// Writes each update as a JSON line to standard output.
class JsonProgress final : public Progress {
public:
    void update(const ProgressUpdate &update) override;
};

} // namespace firstlight
