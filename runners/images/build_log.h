#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace firstlight {

/// One step of `podman build`, as its output names it: "[2/3] STEP 4/9: COPY page/ /page/".
struct BuildStep {
    std::size_t number = 0; ///< of the whole build, from 1
    std::string text;       ///< "COPY page/ /page/"

    bool operator==(const BuildStep &) const = default;
};

/// The output of `podman build` as it grows: which step it is at, and its last lines.
class BuildLog {
public:
    static constexpr std::size_t tailLines = 30;

    /// Takes the next bytes, which may end within a line.
    void add(std::string_view bytes);
    const std::optional<BuildStep> &step() const { return m_step; }
    /// The last lines, joined with newlines; an unfinished last line included.
    std::string tail() const;

private:
    void takeLine(std::string line);

    std::string m_unfinished;
    std::deque<std::string> m_lines;
    std::optional<BuildStep> m_step;
};

/// How many STEP lines a build of \a containerfile prints: one an instruction, without the ARGs before the
/// first FROM.
std::size_t countBuildSteps(std::string_view containerfile);

} // namespace firstlight
