#pragma once

#include "core/result.h"

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <sys/types.h>
#include <vector>

namespace firstlight {

/// A child process as data: nothing has been started yet.
struct ProcessSpec {
    std::string program; ///< a path, or a name that is looked up in PATH
    std::vector<std::string> arguments;
    std::map<std::string, std::string> environment; ///< added to, or replacing in, the parent's environment
    std::string workingDirectory;                   ///< empty: the parent's
    std::string input;                              ///< given on standard input; empty: /dev/null
    std::optional<std::chrono::milliseconds> timeLimit;
    std::size_t outputLimitBytes = 16u << 20; ///< of standard output and of standard error, each
    /// Called with each finished line of either output, without its newline, on the calling thread.
    std::function<void(const std::string &line)> onLine;

    std::string commandLine() const; ///< quoted for a shell, for messages
};

/// How a child ended. Exactly one of exitCode and signal is set.
struct ProcessResult {
    std::optional<int> exitCode;
    std::optional<int> signal;
    std::string output;
    std::string errorOutput;

    bool succeeded() const { return exitCode == 0; }
};

/// Runs \a spec to its end in a process group of its own, with both pipes drained all the while.
///
/// When the time limit passes, the output limit is reached or \a stop is requested, the whole group gets
/// SIGTERM and, 500 ms later, SIGKILL; the errors are "process-timeout", "process-output-limit" and
/// "cancelled". A program that cannot be started is "program-missing" or "program-not-started". A non-zero
/// exit is a result, not an error. The child also gets SIGTERM if the calling *thread* dies, so that nothing
/// outlives a killed launcher.
Result<ProcessResult> runProcess(const ProcessSpec &spec, std::stop_token stop = {});

/// Like runProcess(), but a non-zero exit or a signal is the error "process-failed" with the tail of its
/// error output.
Result<ProcessResult> runChecked(const ProcessSpec &spec, std::stop_token stop = {});

/// Starts \a spec detached: own session, standard streams to \a logPath (or /dev/null if empty), not killed
/// with the parent. \a inherited descriptors stay open in the child under the same numbers. Returns the
/// process id after exec has succeeded.
Result<pid_t> startDetached(const ProcessSpec &spec, const std::string &logPath,
                            const std::vector<int> &inherited = {});

/// The absolute path of \a program found through PATH, or nullopt.
std::optional<std::string> findProgram(const std::string &program);

} // namespace firstlight
